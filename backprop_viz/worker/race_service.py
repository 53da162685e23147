"""Runs the race asked for last, in slices between other commands."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.race import RaceRequest
from backprop_viz.stream.messages import RaceRan
from backprop_viz.training.race import Race
from backprop_viz.worker.channel import WorkerChannel

RACE_PROGRESS_S = 0.2
# A race gives way to the window's run, which is in another process.
_NICENESS = 10


class RaceService:
    """One race at a time. It is meant for a process of its own, beside that of a run."""

    def __init__(self, channel: WorkerChannel) -> None:
        self._channel = channel
        self._request = 0
        self._race: Race | None = None
        self._slices: Iterator[None] = iter(())
        self._told_at = 0.0
        self._is_nice = False

    @property
    def busy(self) -> bool:
        """Whether there is a slice to do."""
        return self._race is not None

    def run(self, request: int, race: RaceRequest) -> None:
        """Run a race from the next slice on, in place of one that runs."""
        self._give_way()
        self._request, self._race = request, Race(race)
        self._slices = self._race.slices()
        self._told_at = time.perf_counter()

    def cancel(self) -> None:
        """Stop the race; the answer is as much of it as there is."""
        if self._race is not None:
            self._end(Fact("cancelled"))

    def go_on(self) -> None:
        """Do a slice. Raises what a network raises, after having answered with it."""
        if self._race is None:
            return
        try:
            done = next(self._slices, self._race)
        except ArgumentError as error:
            self._end(Fact("refused", (error.text, *error.values)))
            return
        except Exception as error:
            self._end(Fact("failed", (type(error).__name__, str(error))))
            raise
        if done is not None:
            self._end(None)
        elif time.perf_counter() >= self._told_at + RACE_PROGRESS_S:
            self._told_at = time.perf_counter()
            self._channel.answer(RaceRan(self._request, self._race.news(), self._race.share))

    def _end(self, reason: Fact | None) -> None:
        assert self._race is not None
        self._channel.answer(RaceRan(self._request, self._race.news(), 1.0, reason))
        self._race, self._slices = None, iter(())

    def _give_way(self) -> None:
        if not self._is_nice and hasattr(os, "nice"):
            self._is_nice = True
            with suppress(OSError):
                os.nice(_NICENESS)
