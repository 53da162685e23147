"""The loss of an iteration, as its curve has it; and whether it got gradients."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import SupportsFloat

import torch
from torch import Tensor

from backprop_viz.capture.late_recording import LateRecording
from backprop_viz.capture.live.loss_points import ComingLoss, sum_of
from backprop_viz.capture.live.losses_by_line import LossesByLine
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.unheard import AS_IT_IS, detached, dispatch_modes, unheard
from backprop_viz.capture.watches.scaled_losses import ScaledLosses
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


class IterationLosses:
    """What the backwards of an iteration began at: its loss, and of several that of each line."""

    def __init__(self, logged: Callable[[str, int, SupportsFloat], None]) -> None:
        self._logged = logged
        self._scaled, self._by_line = ScaledLosses(), LossesByLine()
        self._loss: Tensor | None = None

    def seen(self) -> AbstractContextManager[None]:
        """In there the losses are seen that a GradScaler scales."""
        return self._scaled.seen()

    @property
    def has_begun(self) -> bool:
        """Whether a backward has begun at one number in this iteration."""
        return self._loss is not None

    def begins_at(self, roots: Sequence[Tensor], *, backward: bool = False) -> None:
        """Gradients are asked for of these; if of one number, that is the loss.

        ``backward``: they go to the leaves, where those of several losses add up.
        """
        loss = begun_at(roots, self._scaled, self._loss)
        if backward and loss is not None and loss is not self._loss:
            self._by_line.begins_at(loss)
        self._loss = loss

    def step_begins(self) -> None:
        """An optimizer begins its step, in which it may ask for the loss again and again."""
        self._by_line.step_begins()

    def step_ended(self) -> None:
        """It has stepped along what the losses before have given."""
        self._by_line.step_ended()

    def iteration_ended(self, iteration: int, recorded: LateRecording | None) -> SupportsFloat:
        """The loss of an iteration that is over; of several lines each is logged."""
        loss, self._loss = self._loss, None
        told = self._by_line.iteration_ended(iteration)
        if not told or loss is None:
            return loss_of_iteration(loss, None if recorded is None else recorded.loss)
        *each, last = _numbers([*(loss for _, _, losses in told for loss in losses), loss])
        numbers = iter(each)
        for name, at, losses in told:
            self._logged(name, at, sum_of(list(islice(numbers, len(losses)))))
        return last

    def forget(self) -> None:
        """The iteration is none."""
        self._loss = None
        self._by_line.forget()


def begun_at(roots: Sequence[Tensor], scaled: ScaledLosses, before: Tensor | None) -> Tensor | None:
    """The loss that a backward begins at, before it was scaled; at no number, that ``before``."""
    if len(roots) != 1 or roots[0].numel() != 1:
        return before
    loss = roots[0] if scaled.newest is None else scaled.loss_of(roots[0])
    return detached(loss) if dispatch_modes() else loss.detach()


def loss_of_iteration(loss: Tensor | None, recorded: float | None) -> SupportsFloat:
    """The number that its last backward began at; else that of its recording; else NaN."""
    if loss is None:  # no backward has begun at one number
        return float("nan") if recorded is None else recorded
    return _numbers([loss])[0]


def _numbers(losses: Sequence[Tensor]) -> list[SupportsFloat]:
    with torch._C.DisableTorchFunction(), unheard() if dispatch_modes() else AS_IT_IS:
        return [_number(loss) for loss in losses]


def _number(loss: Tensor) -> SupportsFloat:
    try:
        if not loss.is_cpu and is_apart(loss):
            return ComingLoss(loss)
        return float(loss.item())
    except (RuntimeError, NotImplementedError):  # as of one on "meta", which has no number
        return float("nan")


def has_gradients(recording: Recording | None, *, kept: bool) -> bool:
    """Whether a backward ran in an iteration; ``kept``: one that gave a model's ``.grad`` some."""
    events = () if recording is None else recording.events
    sent = (event for event in events if event.phase is Phase.BACKWARD)
    return any(event.parameter is not None or not kept for event in sent)
