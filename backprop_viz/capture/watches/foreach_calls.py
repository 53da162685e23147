"""The calls, one for each tensor, that a function of torch's makes which is given lists of them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import Tensor

_PREFIX = "_foreach_"
# What their methods take as ``value``, these take as a fourth argument, too.
_WITH_VALUE = frozenset({"addcmul", "addcmul_", "addcdiv", "addcdiv_"})
_FACTORS = 3
# What these make of a number, they are not called with for a single tensor.
_WITH_NUMBER: Mapping[str, Callable[..., Any]] = {
    "maximum": Tensor.clamp_min,
    "minimum": Tensor.clamp_max,
}


class SingleCall(NamedTuple):
    """A method of a tensor's, and what it is called with, the tensor first."""

    method: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def single_calls(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[SingleCall]:
    """What ``torch._foreach_add_(params, grads, alpha=-lr)`` does to each; [] of other functions.

    Numbers in a list belong to the tensors one by one, as tensors do.
    """
    name = getattr(func, "__name__", "")
    method = _method(name.removeprefix(_PREFIX), args)
    if not name.startswith(_PREFIX) or method is None or not args or not _is_list(args[0]):
        return []
    if name.removeprefix(_PREFIX) in _WITH_VALUE and len(args) > _FACTORS:
        args, kwargs = args[:_FACTORS], {**kwargs, "value": args[_FACTORS]}

    if method is Tensor.norm and "ord" in kwargs:
        kwargs = {"p": kwargs["ord"], **{key: kwargs[key] for key in kwargs if key != "ord"}}

    def of(value: Any, place: int) -> Any:
        return value[place] if _is_list(value) else value

    return [
        SingleCall(
            method,
            tuple(of(value, i) for value in args),
            {key: of(value, i) for key, value in kwargs.items()},
        )
        for i in range(len(args[0]))
    ]


def _method(name: str, args: tuple[Any, ...]) -> Callable[..., Any] | None:
    """A tensor's method; where none writes in place, like ``maximum_``, the one that does not."""
    plain = name.removesuffix("_")
    if plain in _WITH_NUMBER and args[1:] and not isinstance(next(iter(_listed(args[1]))), Tensor):
        return _WITH_NUMBER[plain]
    found = getattr(Tensor, name, None) or getattr(Tensor, plain, None)
    return found if callable(found) else None


def _listed(value: Any) -> Any:
    return value if _is_list(value) else (value,)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
