"""Runs a race: a plain trainer for each racer, which take turns iteration by iteration."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from backprop_viz.recording.requests.race import RaceRequest, RacerProgress
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.trainer import Trainer


class Racer:
    """One setting with one seed. Its losses are those of ``Trainer`` alone, bit for bit."""

    def __init__(self, lane: int, seed: int, settings: Settings) -> None:
        self._lane, self._seed = lane, seed
        self.trainer = Trainer.from_settings(settings)
        self._losses: list[float] = []
        self._told = 0
        self._seconds = 0.0
        self._diverged: int | None = None
        self._result = (math.nan, math.nan)

    @property
    def running(self) -> bool:
        """Whether it has not diverged."""
        return self._diverged is None

    def iterate(self) -> None:
        """Run an iteration; one whose loss is not finite is the last."""
        self.trainer.fetch()  # loading does not count as the racer's time
        begun = time.perf_counter()
        done = self.trainer.iterate()
        self._seconds += time.perf_counter() - begun
        self._losses.append(done.loss)
        if not math.isfinite(done.loss):
            self._diverged = done.number

    def evaluate(self) -> None:
        """Score the validation set with the network as it has become."""
        evaluation = self.trainer.evaluate()
        self._result = (evaluation.accuracy, evaluation.loss)

    def news(self) -> RacerProgress:
        """What was not told yet."""
        told, self._told = self._told, len(self._losses)
        accuracy, loss = self._result
        return RacerProgress(
            self._lane,
            self._seed,
            told,
            np.array(self._losses[told:]),
            self._seconds,
            self._diverged,
            accuracy,
            loss,
        )


class Race:
    """All ``racers`` of a request. ``slices`` runs them, an iteration of one at a time.

    Raises ArgumentError there where a lane's settings cannot be had.
    """

    def __init__(self, request: RaceRequest) -> None:
        self._request = request
        self.racers: list[Racer] = []
        self._done = 0

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; less than 1 until all are evaluated."""
        racers = sum(len(lane.seeds) for lane in self._request.lanes)
        return self._done / (racers * (self._request.iterations + 1))

    def slices(self) -> Iterator[None]:
        """Make the racers, have them take turns, and evaluate each at the end."""
        for number, lane in enumerate(self._request.lanes):
            for place, seed in enumerate(lane.seeds):
                self.racers.append(Racer(number, place, replace(lane.settings, seed=seed)))
                yield
        for _ in range(self._request.iterations):
            for racer in self.racers:
                self._done += 1
                if racer.running:
                    racer.iterate()
                    yield
        for racer in self.racers:
            if racer.running:
                racer.evaluate()
            self._done += 1
            yield

    def news(self) -> tuple[RacerProgress, ...]:
        """What was not told yet of every racer."""
        return tuple(racer.news() for racer in self.racers)
