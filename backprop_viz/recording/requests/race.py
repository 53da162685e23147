"""A race: the same run under several settings, side by side. Plain data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.settings.run_settings import Settings


@dataclass(frozen=True, slots=True)
class RaceLane:
    """Settings, run once with each of the ``seeds`` in place of their own."""

    settings: Settings
    seeds: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class RaceRequest:
    """The lanes of a race, each of this many iterations."""

    lanes: tuple[RaceLane, ...]
    iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class RacerProgress:
    """What is new of one racer: the seed at place ``seed`` of a lane.

    ``losses`` (m,) are of the iterations from ``first`` on, counted from 0. ``seconds`` is what
    its iterations have taken by themselves so far, without the loading of data. ``diverged`` is
    the number of the iteration, from 1, whose loss was not finite; the racer stops there.
    ``accuracy`` (0..1) and ``validation_loss`` are of the validation set after the last iteration,
    NaN until then.
    """

    lane: int
    seed: int
    first: int
    losses: NDArray[np.float64]
    seconds: float
    diverged: int | None = None
    accuracy: float = float("nan")
    validation_loss: float = float("nan")
