"""The loss of an iteration, and of several the losses of each line; whether it got gradients."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import SupportsFloat

import torch
from torch import Tensor

from backprop_viz.capture.code.calling_frames import is_stepping
from backprop_viz.capture.code.user_lines import own_line
from backprop_viz.capture.late_recording import LateRecording
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.live.loss_points import NO_LOSS, ComingLoss, sum_of
from backprop_viz.capture.tensors.from_device import is_apart
from backprop_viz.capture.tensors.memory import is_wrapped
from backprop_viz.capture.tensors.transformed import differentiated_number
from backprop_viz.capture.tensors.unheard import AS_IT_IS, detached, dispatch_modes, unheard
from backprop_viz.capture.watches.heard_grad import grads_heard
from backprop_viz.capture.watches.scaled_losses import ScaledLosses
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.scalar_curves import loss_name
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

# So many first iterations tell whether there are several lines. Else a loop is asked for the line
# of its first backward every so many iterations, and for that of a second one as soon as it comes.
_FIRST = 32
# The losses of an iteration, by the line of each.
_ByLine = dict[CodePlace | None, list[Tensor]]
# A curve's name, the iteration, and the losses that are its point together.
_OfLine = tuple[str, int, list[Tensor]]


class IterationLosses:
    """What the backwards of an iteration began at: its loss, and of several that of each line.

    The losses of one line are of one objective, as those of micro-batches are: together they gave
    the gradient that the next step is made along. What was before a step is no part of the next.
    What runs here in each iteration is few calls: they count where a loop is small.
    """

    def __init__(self, logged: Callable[[str, int, SupportsFloat], None]) -> None:
        self._logged, self._scaled = logged, ScaledLosses()
        self._loss: Tensor | None = None
        self._asked: Tensor | None = None  # of which gradients were asked that no leaf gets
        self._is_graph = False  # whether these are a graph, too
        self._of: _ByLine = {}
        self._stepped_along: set[CodePlace | None] = set()
        self._names: dict[CodePlace, str] = {}
        self._untold: list[tuple[int, _ByLine]] = []
        self._lines: set[CodePlace | None] = set()  # of all so far
        self._usual: CodePlace | None = None  # the only one of the first iterations
        self._ended = 0  # iterations
        self._asks, self._several = True, False
        self._known: set[CodePlace | None] = set()  # of all iterations that are over
        # True while an optimizer steps, which may ask for its loss again and again with a closure;
        # False once it has stepped. A model may be found by what a closure calls.
        self.steps: bool | None = is_stepping() or None

    @contextmanager
    def seen(self) -> Iterator[None]:
        """In here the losses are seen that a GradScaler scales, and those that ``grad`` is of."""
        with self._scaled.seen(), grads_heard(heard(self._asked_of)):
            yield

    def _asked_of(self, roots: Sequence[Tensor], makes_graph: bool) -> None:
        """Gradients are asked for of these, which go to no leaf.

        What is asked of a gradient, of which a graph was made, is no loss.
        """
        if len(roots) != 1 or self._is_graph:
            return
        with torch._C.DisableTorchFunction():
            if is_wrapped(roots[0]):
                self._asked = differentiated_number(roots[0])
            elif roots[0].numel() == 1 and not roots[0].is_complex():
                self._asked, self._is_graph = detached(roots[0]), makes_graph

    @property
    def has_begun(self) -> bool:
        """Whether a backward has begun at one number in this iteration."""
        return self._loss is not None

    @property
    def are_elsewhere(self) -> bool:
        """Whether backwards have begun, and none at a line of an iteration before."""
        return bool(self._of and self._known) and self._known.isdisjoint(self._of)

    def begins_at(
        self, roots: Sequence[Tensor], *, backward: bool = False, closely: bool = False
    ) -> None:
        """Gradients are asked for of these; if of one real number, that is the loss, unscaled.

        ``backward``: they go to the leaves, where those of several losses add up. ``closely``: it
        is known in which line, however many iterations there were.
        """
        if len(roots) != 1 or roots[0].numel() != 1 or roots[0].is_complex():
            return
        loss = roots[0] if self._scaled.newest is None else self._scaled.loss_of(roots[0])
        self._loss = loss = detached(loss) if dispatch_modes() else loss.detach()
        if not backward:
            return
        if self.steps is False:
            self._stepped_along.update(self._of)
            self.steps = None
        place = own_line() if self._asks or self._of or closely else self._usual
        losses = self._of.get(place)
        if losses is None or self.steps or place in self._stepped_along:
            self._of[place] = [loss]
            self._stepped_along.discard(place)
        else:
            losses.append(loss)

    def iteration_ended(self, iteration: int, recorded: LateRecording | None) -> SupportsFloat:
        """The loss of an iteration that is over; of several lines each is logged.

        The loss is the number that the last backward began at; else the recording's; else that
        which the loop has differentiated by a function; else NaN. The recording is told that.
        """
        loss, of, asked = self._loss, self._of, self._asked
        self._loss, self._of, self.steps = None, {}, None
        self._asked, self._is_graph = None, False
        self._stepped_along.clear()
        self._known.update(of)
        told = self._told(iteration, of) if self._several else []
        if not self._several:
            self._untold.append((iteration, of))
            self._lines.update(of)
            self._ended += 1
            if len(self._lines) > 1 or max(map(len, of.values()), default=0) > 1:
                self._several = True
                told = [each for known in self._untold for each in self._told(*known)]
            first = self._ended < _FIRST
            self._asks = self._several or first or self._ended % _FIRST == 0
            if self._ended == _FIRST:
                self._usual = next(iter(self._lines), None)
            if not first:
                self._untold.clear()
        if loss is None:  # no backward has begun at one number
            known: SupportsFloat | None = None if recorded is None else recorded.loss
            if known is None and asked is not None:
                known = _numbers([asked])[0]
                if recorded is not None:
                    recorded.loss_is(known)
            return NO_LOSS if known is None else known
        if not told:
            return _numbers([loss])[0]
        *each, last = _numbers([*(one for _, _, losses in told for one in losses), loss])
        numbers = iter(each)
        for name, at, losses in told:
            self._logged(name, at, sum_of(list(islice(numbers, len(losses)))))
        return last

    def forget(self) -> None:
        """The iteration is none."""
        self._loss = self._asked = self.steps = None
        self._is_graph = False
        self._of.clear()
        self._stepped_along.clear()

    def _told(self, iteration: int, of: _ByLine) -> list[_OfLine]:
        """What is to be told of the lines of an iteration."""
        return [
            (self._names.get(place) or self._name(place, summed=len(losses) > 1), iteration, losses)
            for place, losses in of.items()
            if place is not None
        ]

    def _name(self, place: CodePlace, *, summed: bool) -> str:
        """The name of a line's curve, which it keeps; another file's line of that number has one
        of its own.
        """
        taken = self._names.values()
        names = (loss_name(place[1], summed, nr) for nr in range(1, len(taken) + 2))
        self._names[place] = name = next(name for name in names if name not in taken)
        return name


def _numbers(losses: Sequence[Tensor]) -> list[SupportsFloat]:
    """What these are, read together."""
    found: list[SupportsFloat] = []
    with torch._C.DisableTorchFunction(), unheard() if dispatch_modes() else AS_IT_IS:
        for loss in losses:
            try:
                apart = not loss.is_cpu and is_apart(loss)
                found.append(ComingLoss(loss) if apart else float(loss.item()))
            except (RuntimeError, NotImplementedError):  # as of one on "meta", which has no number
                found.append(NO_LOSS)
    return found


def has_gradients(recording: Recording | None, *, kept: bool) -> bool:
    """Whether a backward ran in an iteration; ``kept``: one that gave a model's ``.grad`` some.

    A gradient that is found under another name, as behind ``prune.remove``, has not come by any.
    """
    spans = () if recording is None else recording.spans
    ran = [one for one in spans if one.phase is Phase.BACKWARD]
    events = [] if recording is None else recording.events
    sent = [event for span in ran for event in events[span.start : span.stop]]
    return any(event.parameter is not None or not kept for event in sent)
