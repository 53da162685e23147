"""Checks the gradient asked for last by finite differences, in slices."""

import time
from collections.abc import Callable, Iterator, Sequence

from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.messages import GradientChecked
from backprop_viz.worker.channel import WorkerChannel

CHECK_PROGRESS_S = 0.1
# Beside free training a check waits this many times as long as it worked.
CHECK_REST = 4.0

_Slice = tuple[float, Callable[[], GradientCheck] | None]
FindRecording = Callable[[int, Number | None], Recording | None]


class CheckService:
    """Does one check at a time; another that is asked for takes its place.

    ``find`` gives the recording of a serial, if the worker holds it and a number is in it.
    """

    def __init__(self, channel: WorkerChannel, find: FindRecording) -> None:
        self._channel, self._find = channel, find
        self._request = 0
        # Each slice gives how much is done, and what looks at the check so far.
        # None while there is nothing to look at yet.
        self._slices: Iterator[_Slice] | None = None
        self._told_at = self._next_at = 0.0
        self._untold: Callable[[], GradientCheck] | None = None

    @property
    def busy(self) -> bool:
        """Whether there is a slice to do."""
        return self._slices is not None

    def check(
        self,
        request: int,
        serial: int,
        number: Number,
        asked: float,
        span: float | None,
        others: tuple[int, ...] = (),
    ) -> None:
        """Check a number from the next slice on; what was asked before is dropped."""
        self._request, self._slices, self._untold = request, None, None
        recording = self._find(serial, number)
        found = [self._find(other, None) for other in others]
        ranks = [other for other in found if other is not None]
        if recording is None or len(ranks) < len(others):
            self._channel.answer(GradientChecked(request, None, Fact("not_held")))
            return
        self._slices = _slices(recording, number, asked, span, ranks)
        self._told_at = self._next_at = 0.0

    def cancel(self) -> None:
        """Stop the check; the answer is as much of it as there is."""
        if self._slices is not None:
            self._end(Fact("cancelled"))

    def go_on(self, training: bool) -> None:
        """Do a slice; beside training only if it is its turn.

        Raises what the check raises, after having answered with it.
        """
        begun = time.perf_counter()
        if self._slices is None or (training and begun < self._next_at):
            return
        try:
            done = next(self._slices, None)
        except Exception as error:
            reason = _reason(error)
            self._end(reason)
            if reason.code == "failed":
                raise
            return
        now = time.perf_counter()
        self._next_at = now + CHECK_REST * (now - begun)
        if done is None:
            self._end(None)
            return
        share, self._untold = done
        goes_on = share < 1  # else its end is told with the next slice
        if goes_on and self._untold is not None and now >= self._told_at + CHECK_PROGRESS_S:
            self._told_at = now
            self._channel.answer(GradientChecked(self._request, self._untold(), share=share))

    def _end(self, reason: Fact | None) -> None:
        check = None if self._untold is None else self._untold()
        self._slices = self._untold = None
        self._channel.answer(GradientChecked(self._request, check, reason, share=1.0))


def _slices(
    recording: Recording,
    number: Number,
    asked: float,
    span: float | None,
    others: Sequence[Recording],
) -> Iterator[_Slice]:
    from backprop_viz.capture.checks.gradient_check import NumberCheck

    check = NumberCheck(recording, number, asked, span, others)
    yield 0.0, None  # an explanation need not wait for the first runs too
    for _ in check.slices():
        yield check.share, check.result


def _reason(error: Exception) -> Fact:
    """Why a number cannot be checked, as a code; of a fault, what Python calls it."""
    from backprop_viz.capture.checks.gradient_check import CannotCheck
    from backprop_viz.capture.explaining.replay import NotReplayed

    if isinstance(error, CannotCheck | NotReplayed):
        return error.reason
    return Fact("failed", (type(error).__name__, str(error)))
