"""The spans of an iteration's phases, and of the one that is under way."""

import time
from collections.abc import Callable, Sized
from dataclasses import replace

from backprop_viz.recording.beside import Beside
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import Phase


class SpanLog:
    """Notes where phases begin and end among the ``events``.

    A phase that runs again right after itself goes on.
    """

    def __init__(self, events: Sized) -> None:
        self._events = events
        # The spans one by one, each with whether it stays apart from the one before.
        self._ended: list[tuple[PhaseSpan, bool]] = []
        self.phase = Phase.ZERO_GRAD  # the one that is under way, or was last
        self._begun: tuple[int, float] | None = None  # how many events there were, and the time
        self.before_first: Callable[[], None] | None = None  # called before the first phase begins
        self.has_begun: Callable[[Phase], None] | None = None  # called as any has begun

    @property
    def under_way(self) -> bool:
        """Whether a phase is under way."""
        return self._begun is not None

    @property
    def beside(self) -> Phase:
        """That of weights which the loop has moved since, before it clears or runs the model.

        Behind a step it is the update's, else the zero_grad's.
        """
        return Phase.UPDATE if self.phase is Phase.UPDATE else Phase.ZERO_GRAD

    def begin(self, phase: Phase) -> None:
        """A phase begins."""
        if (told := self.before_first) is not None:
            self.before_first = None
            told()
        self.phase, self._begun = phase, (len(self._events), time.perf_counter())
        if self.has_begun is not None:
            self.has_begun(phase)

    def end(self, *, apart: bool = False, kept: bool = True) -> None:
        """The phase that is under way ends.

        ``apart``: it is one neither with that before nor with that after. What is not ``kept``
        leaves no span.
        """
        if kept and self._begun is not None:
            self._ended.append((self._newest(self._begun, ended=True), apart))
        self._begun = None

    def waited(self, seconds: float) -> None:
        """The phase that is under way has stood still for so long, which is not torch's time."""
        if self._begun is not None:
            self._begun = self._begun[0], self._begun[1] + seconds

    def spans(self, beside: Beside) -> tuple[PhaseSpan, ...]:
        """The spans so far, without those of events that are left out.

        Nor a loss without any event after those of a forward, or before what is no backward: the
        loop has printed its output, or has frozen another network.
        """
        pieces = list(self._ended)
        if self._begun is not None:
            pieces.append((self._newest(self._begun, ended=False), False))
        spans: list[PhaseSpan] = []
        closed = left_out = False
        for number, (span, apart) in enumerate(pieces):
            empty = span.phase is Phase.LOSS and span.ended and span.start == span.stop
            then = [one.phase for one, _ in pieces[number + 1 : number + 2]]
            printed = left_out or then in ([Phase.ZERO_GRAD], [Phase.FORWARD])
            left_out = beside.has(span) or (empty and printed)
            if left_out:
                continue
            if spans and spans[-1].phase is span.phase and not (apart or closed):
                before = spans.pop()
                span = replace(span, start=before.start, seconds=before.seconds + span.seconds)
            spans.append(span)
            closed = apart
        return tuple(spans)

    def _newest(self, begun: tuple[int, float], *, ended: bool) -> PhaseSpan:
        seconds = time.perf_counter() - begun[1]
        return PhaseSpan(self.phase, begun[0], len(self._events), seconds, ended)
