"""The spans of an iteration's phases, and of the one that is under way."""

import time
from collections.abc import Sized

from backprop_viz.recording.events import PhaseSpan
from backprop_viz.recording.phases import Phase


class SpanLog:
    """Notes where phases begin and end among the ``events``.

    A phase that runs again right after itself goes on.
    """

    def __init__(self, events: Sized) -> None:
        self._events = events
        self._spans: list[PhaseSpan] = []
        self.phase = Phase.ZERO_GRAD  # the one that is under way, or was last
        self._begun: tuple[int, float] | None = None  # how many events there were, and the time

    @property
    def under_way(self) -> bool:
        """Whether a phase is under way."""
        return self._begun is not None

    def begin(self, phase: Phase) -> None:
        """A phase begins."""
        self.phase, self._begun = phase, (len(self._events), time.perf_counter())

    def end(self, *, apart: bool = False, kept: bool = True) -> None:
        """The phase that is under way ends.

        ``apart``: it does not go on the one before. What is not ``kept`` leaves no span.
        """
        if kept:
            self._spans = list(self._so_far(ended=True, apart=apart))
        self._begun = None

    def spans(self) -> tuple[PhaseSpan, ...]:
        """The spans so far."""
        return self._so_far(ended=False)

    def _so_far(self, *, ended: bool, apart: bool = False) -> tuple[PhaseSpan, ...]:
        if self._begun is None:
            return tuple(self._spans)
        (start, begun), known = self._begun, self._spans
        seconds = time.perf_counter() - begun
        if known and known[-1].phase is self.phase and not apart:
            *known, before = known
            start, seconds = before.start, before.seconds + seconds
        return (*known, PhaseSpan(self.phase, start, len(self._events), seconds, ended))
