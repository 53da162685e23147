"""Weights that a loop makes of parameters and uses in their place, as MAML's inner step does."""

from collections.abc import Mapping, Sequence

_STEPS = ("sub", "add")
# An operation's name, and the tensors that it has read and made.
_Operation = tuple[str, Sequence[int | None], Sequence[int | None]]


def fast_weights(
    operations: Sequence[_Operation], parameters: Mapping[int, str]
) -> Mapping[int | None, str]:
    """The names of such tensors: "fc.weight′", of a second step "fc.weight″".

    Each is a parameter plus or minus a step, and an operation reads it where one of that kind has
    read the parameter.
    """
    if not any(op in _STEPS for op, _, _ in operations):
        return {}
    read_by: dict[int, set[tuple[str, int]]] = {}
    for op, read, _ in operations:
        for place, tensor in enumerate(read if op not in _STEPS else ()):
            if tensor is not None:
                read_by.setdefault(tensor, set()).add((op, place))
    origin: dict[int | None, tuple[int, int]] = {key: (key, 0) for key in parameters}
    found: dict[int | None, str] = {}
    for op, read, (made, *_) in ((op, read, made) for op, read, made in operations if made):
        known = origin.get(read[0]) if op in _STEPS and read else None
        if known is None or made is None:
            continue
        parameter, steps = known
        if not read_by.get(parameter, set()).isdisjoint(read_by.get(made, ())):
            origin[made] = parameter, steps + 1
            found[made] = parameters[parameter] + _primes(steps + 1)
    return found


def _primes(count: int) -> str:
    return {1: "′", 2: "″", 3: "‴"}.get(count, f"′({count})")
