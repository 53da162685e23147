"""On which side of its kink each unit of a kinked operation is, while torch runs it."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

_Args = Sequence[Any]


class KinkWatch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the sides of all kinked operations that run while it is entered, in ``sides``.

    torch is watched below autograd, where composite functions are made of a few plain ones: an
    L1 loss is an ``abs``. ``event`` is set by whoever runs the operations; the sides of its n-th
    kinked operation have the key (event, n). An operation that makes whole numbers or booleans
    of others (a comparison, a sort, a max pool's winners) has these for its sides.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.event = 0
        self.sides: dict[tuple[int, int], NDArray[Any]] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else the first operation loads torch's compiler, to say that it is not to compile this:
        # as long as importing torch once more, before the first check has begun.
        return False

    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: _Args = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name = func.overloadpacket.__name__.removesuffix("_")
        rule = _RULES.get(name)
        # Before it runs: an operation in place overwrites what it read.
        # A complex number passes by the kink of its absolute value: it has no sides.
        sided = rule is not None and not any(map(_is_complex, args))
        found = rule(args, kwargs or {}) if rule is not None and sided else None
        made = func(*args, **(kwargs or {}))
        if found is None and any(map(_is_real, args)) and name != "native_dropout":
            outputs = made if isinstance(made, tuple | list) else (made,)
            tensors = [tensor for tensor in outputs if isinstance(tensor, Tensor)]
            found = next((tensor for tensor in tensors if not _is_real(tensor)), None)
        if found is not None:
            number = sum(event == self.event for event, _ in self.sides)
            self.sides[self.event, number] = found.detach().numpy().copy()
        return made


def _is_real(value: Any) -> bool:
    """Whether a value is a tensor of real or complex numbers, not of whole ones or booleans."""
    return isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())


def _is_complex(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_complex()


def _above(*places: float) -> Callable[[_Args, Mapping[str, Any]], Tensor]:
    """How many of these places the input lies above."""

    def rule(args: _Args, _: Mapping[str, Any]) -> Tensor:
        return _count_below(args[0], places)

    return rule


def _count_below(x: Tensor, places: Iterable[float | Tensor]) -> Tensor:
    sides = torch.zeros(x.shape, dtype=torch.int8, device="cpu")
    for place in places:
        sides += x > place
    return sides


def _bounds(*names: str) -> Callable[[_Args, Mapping[str, Any]], Tensor]:
    """How many of the bounds, arguments 1, 2, ... by name, the input lies above."""

    def rule(args: _Args, kwargs: Mapping[str, Any]) -> Tensor:
        given = [args[i] if i < len(args) else kwargs.get(n) for i, n in enumerate(names, 1)]
        return _count_below(args[0], [bound for bound in given if bound is not None])

    return rule


def _shrunk(args: _Args, kwargs: Mapping[str, Any]) -> Tensor:
    limit = args[1] if len(args) > 1 else kwargs.get("lambd", 0.5)
    return _count_below(args[0], (-limit, limit))


def _hardtanh(args: _Args, kwargs: Mapping[str, Any]) -> Tensor:
    low, high = (*args[1:], -1.0, 1.0)[:2] if len(args) != 2 else (args[1], 1.0)
    return _count_below(args[0], (kwargs.get("min_val", low), kwargs.get("max_val", high)))


def _greater(args: _Args, _: Mapping[str, Any]) -> Tensor:
    return torch.gt(args[0], args[1])


def _extreme(sign: int) -> Callable[[_Args, Mapping[str, Any]], Tensor]:
    """Which element of the dimensions that are reduced is the largest, or with -1 the smallest."""

    def rule(args: _Args, kwargs: Mapping[str, Any]) -> Tensor:
        x = args[0] * sign
        given = args[1] if len(args) > 1 else kwargs.get("dim", ())
        dims = [given] if isinstance(given, int) else list(given) or list(range(x.ndim))
        moved = x.movedim(dims, list(range(-len(dims), 0)))
        winner: Tensor = moved.reshape(*moved.shape[: x.ndim - len(dims)], -1).argmax(-1)
        kept = args[2] if len(args) > 2 else kwargs.get("keepdim", False)
        for dim in sorted(d % x.ndim for d in dims) if kept else ():
            winner = winner.unsqueeze(dim)
        return winner

    return rule


def _of_all(choose: Callable[[Tensor], Tensor]) -> Callable[[_Args, Mapping[str, Any]], Any]:
    """Which element of the whole input it is; with a dimension the operation says so itself."""

    def rule(args: _Args, kwargs: Mapping[str, Any]) -> Tensor | None:
        return choose(args[0]) if len(args) == 1 and not kwargs else None

    return rule


def _norm(args: _Args, kwargs: Mapping[str, Any]) -> Tensor | None:
    order = args[1] if len(args) > 1 else kwargs.get("ord", 2)
    if order == math.inf:
        return torch.argmax(args[0].abs())
    return torch.gt(args[0], 0) if order == 1 else None


def _rounded(args: _Args, _: Mapping[str, Any]) -> Tensor:
    # floor, ceil, trunc and round step at whole numbers and halves.
    return torch.floor(args[0] * 2)


def _quotient(args: _Args, _: Mapping[str, Any]) -> Tensor:
    return torch.floor(args[0] / args[1])


# By the name of the operation in torch's dispatcher. The max pools are not here: with each maximum
# they give its place, a whole number.
_RULES: Mapping[str, Callable[[_Args, Mapping[str, Any]], Tensor | None]] = {
    **dict.fromkeys(("relu", "leaky_relu", "elu", "rrelu_with_noise", "abs"), _above(0.0)),
    **dict.fromkeys(("_prelu_kernel", "prelu", "celu", "selu"), _above(0.0)),
    **dict.fromkeys(("hardsigmoid", "hardswish"), _above(-3.0, 3.0)),
    "relu6": _above(0.0, 6.0),
    "hardtanh": _hardtanh,
    "threshold": _bounds("threshold"),
    **dict.fromkeys(("hardshrink", "softshrink"), _shrunk),
    "clamp": _bounds("min", "max"),
    "clamp_min": _bounds("min"),
    "clamp_max": _bounds("max"),
    **dict.fromkeys(("maximum", "minimum", "fmax", "fmin"), _greater),
    "amax": _extreme(1),
    "amin": _extreme(-1),
    "max": _of_all(torch.argmax),
    "min": _of_all(torch.argmin),
    "median": _of_all(lambda x: x.flatten().median(0).indices),
    "linalg_vector_norm": _norm,
    **dict.fromkeys(("floor", "ceil", "round", "trunc", "sign", "frac"), _rounded),
    **dict.fromkeys(("remainder", "fmod"), _quotient),
}


def unit_index(sides: NDArray[Any], unit: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place of a unit in what its event made, of this shape; () where it is none of it."""
    if [n for n in sides.shape if n != 1] != [n for n in shape if n != 1]:
        return ()
    return tuple(int(i) for i in np.unravel_index(unit, shape)) if shape else ()
