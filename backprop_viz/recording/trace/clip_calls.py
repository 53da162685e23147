"""What a clipping went by: its limit, and the total norm that it found."""

from collections.abc import Mapping
from dataclasses import dataclass

from backprop_viz.recording.trace.calls import Call, TensorPlace
from backprop_viz.recording.trace.events import Event

_UTILS = "torch.nn.utils."
_VALUE, _NORM, _ORDER, _TOTAL = "clip_value", "max_norm", "norm_type", "total_norm"
_GRAD = TensorPlace(0)


@dataclass(frozen=True, slots=True)
class ClipLimit:
    """The limit of a clipping, and of what.

    By value: each element is at most ``most`` from 0, and ``total`` is None. By norm: ``most`` is
    that of all gradients together, ``order`` which norm it is (2, 1, inf, ...; None where the
    caller computed it), and ``total``, the id of a tensor (), what it was before.
    """

    most: float
    order: float | None = None
    total: int | None = None

    @property
    def option(self) -> str:
        """As the call gives it: ``max_norm=1.0``."""
        return f"{_VALUE if self.total is None else _NORM}={self.most:g}"


def clip_call(function: str, limits: Mapping[str, float]) -> Call | None:
    """What the event of a clipping keeps of it; None where it is not known what it went by.

    By norm, the total norm is the event's second input.
    """
    if _VALUE in limits:
        return Call(_UTILS + function, (_GRAD,), {_VALUE: limits[_VALUE]})
    if _NORM not in limits:
        return None
    told = {name: limits[name] for name in (_NORM, _ORDER) if name in limits}
    return Call(_UTILS + function, (_GRAD,), {**told, _TOTAL: TensorPlace(1)})


def clip_limit_of(event: Event) -> ClipLimit | None:
    """What an event tells of a clipping; None for any other event, or one that tells less."""
    if event.call is None or not event.call.function.startswith(_UTILS):
        return None
    told = event.call.kwargs
    try:
        if _VALUE in told:
            return ClipLimit(float(told[_VALUE]))
        order = told.get(_ORDER)
        total = event.input_ids[1]
        most = float(told[_NORM])
        order = None if order is None else float(order)
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return None if total is None else ClipLimit(most, order, total)
