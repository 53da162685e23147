"""Which operations between backward and the update change gradients: clipping, a GradScaler."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from backprop_viz.capture.code.calling_frames import clipping_function, clipping_limits
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.templates import Template
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.clip_calls import clip_call

UNSCALES = "_amp_foreach_non_finite_check_and_unscale_"
_FOREACH = "_foreach_"
_Place = tuple[int, int]


def after_forward(name: str) -> tuple[str | None, bool]:
    """What an operation after a forward clips for, if it does, and whether it is of the loss."""
    clips = None if torch.is_grad_enabled() else clipping_function()
    # Where there is no gradient, nothing is written, and the norm is made by "tensor".
    told = clips if _writes(name) or name == "tensor" else None
    return told, clips is None and name != "_set_grad_enabled"


def cause_of(name: str) -> str | None:
    """By what an operation after a backward changes gradients; None if it does not."""
    if name == UNSCALES:
        return "unscale_"
    return clipping_function() if _writes(name) else None


def _writes(name: str) -> bool:
    return (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")


class Write(NamedTuple):
    """A call that has written to a ``.grad``, and the numbers that it read beside."""

    call: Call | None = None
    read: tuple[Copy, ...] = ()


UNKNOWN = Write()


class GradWrites:
    """By which calls each ``.grad`` was written to: a clipping's, or others of the loop."""

    def __init__(self) -> None:
        # What was clipped by its id(), the rest by where it lies: as ``.data`` it is another one.
        self._clipped: dict[int, Write] = {}
        self._others: dict[_Place | None, Write] = {}

    def ran(self, log: EventLog, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """An operation has run that belongs to no phase."""
        if not _writes(name):
            return
        function = clipping_function()
        if function is not None:
            by = _clip(log, function)
            self._clipped.update({id(grad): by for grad in nested_tensors(args[:1])})
            return
        for written, call in _one_by_one(name, args, kwargs):
            place = _place(written)
            if place is not None:
                # Of two writes it is not known what was between them.
                self._others[place] = UNKNOWN if place in self._others else _by_hand(log, *call)

    def taken(self) -> "GradWrites":
        """Those since this was asked last."""
        taken = GradWrites()
        taken._clipped, self._clipped = self._clipped, {}
        taken._others, self._others = self._others, {}
        return taken

    def has_clipped(self, grad: Tensor | None) -> bool:
        """Whether a ``.grad`` was clipped, though below the bound it is as it was."""
        return id(grad) in self._clipped

    def __bool__(self) -> bool:
        """Whether any was clipped."""
        return bool(self._clipped)

    def to(self, grad: Tensor | None) -> Write:
        """By what a ``.grad`` was written to."""
        if grad is None or not (self._clipped or self._others):
            return UNKNOWN
        by_hand = self._others.get(_place(grad), UNKNOWN)
        return self._clipped.get(id(grad), by_hand)


def _clip(log: EventLog, function: str) -> Write:
    limits = clipping_limits()
    total = limits.pop("total_norm", None)
    # That of sharded gradients is no plain tensor: each rank has a part of it.
    if "clip_value" not in limits and type(total) is not Tensor:
        return UNKNOWN
    told = {name: float(value) for name, value in limits.items()}
    return Write(clip_call(function, told), () if total is None else (log.copy(total),))


def _one_by_one(
    name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[tuple[Tensor, tuple[str, Sequence[Any], Mapping[str, Any]]]]:
    """Each tensor that a call writes to, and the call as it were of that one alone."""
    first = next(iter(args), None)
    if isinstance(first, Tensor):
        yield first, (name, args, kwargs)
    elif name.startswith(_FOREACH) and isinstance(first, list | tuple):
        for i, tensor in enumerate(first):
            own = [each[i] if isinstance(each, list | tuple) else each for each in args]
            yield tensor, (name.removeprefix(_FOREACH), own, kwargs)


def _by_hand(log: EventLog, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Write:
    """A write of the loop's own, of which numbers are kept, but no other tensors."""
    template = Template(tuple(args), kwargs)
    _, *others = template.read
    if not hasattr(Tensor, name) or any(other.ndim for other in others):
        return UNKNOWN
    return Write(template.call(f"torch.Tensor.{name}", None), tuple(map(log.copy, others)))


def _place(tensor: Tensor) -> _Place | None:
    """Where a tensor lies, and how many elements it has; None where torch does not tell."""
    try:
        return (tensor.data_ptr(), tensor.numel()) if type(tensor) is Tensor else None
    except RuntimeError:  # within a transform it has no memory
        return None
