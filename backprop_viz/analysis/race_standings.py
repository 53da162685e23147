"""How a race stands: curves with bands over seeds, and a row of numbers for each lane."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.requests.race import RaceLane, RacerProgress

_Floats = NDArray[np.float64]
# A loss is averaged over this many iterations, since one batch alone says little.
MEAN_OF = 10


def trailing_means(losses: _Floats, count: int = MEAN_OF) -> _Floats:
    """The mean of each loss and up to ``count - 1`` before it, (n,); all of them count alike."""
    if not len(losses):
        return losses
    # In windows, not by a running sum, which an infinite loss would spoil for good.
    padded = np.concatenate((np.full(count - 1, np.nan), losses))
    windows = np.lib.stride_tricks.sliding_window_view(padded, count)
    inside = np.minimum(np.arange(1, len(losses) + 1), count)
    filled_in = np.where(np.arange(count) >= count - inside[:, None], windows, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        means: _Floats = filled_in.sum(1) / inside
    return means


@dataclass(slots=True, eq=False)
class RacerRecord:
    """All that is known of one racer."""

    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    diverged: int | None = None
    accuracy: float = math.nan
    validation_loss: float = math.nan

    def take(self, news: RacerProgress) -> None:
        """Add what is new."""
        del self.losses[news.first :]
        self.losses.extend(news.losses.tolist())
        self.seconds, self.diverged = news.seconds, news.diverged
        self.accuracy, self.validation_loss = news.accuracy, news.validation_loss


@dataclass(frozen=True, slots=True, eq=False)
class LaneCurve:
    """The trailing means of a lane's seeds: their mean, lowest and highest, each (n,).

    Only seeds that have not diverged by then count.
    """

    mean: _Floats
    low: _Floats
    high: _Floats


@dataclass(frozen=True, slots=True)
class LaneResult:
    """A row of the table: means over the seeds, NaN where there is nothing yet.

    ``loss`` is the trailing mean after ``iterations``, ``diverged`` the iterations at which seeds
    diverged.
    """

    iterations: int
    loss: float
    loss_range: tuple[float, float]
    accuracy: float
    accuracy_range: tuple[float, float]
    seconds: float
    diverged: tuple[int, ...]


class RaceStandings:
    """Takes in what racers tell, and gives each lane's curve and row."""

    def __init__(self, lanes: Sequence[RaceLane]) -> None:
        self.lanes = tuple(lanes)
        self._records = [[RacerRecord() for _ in lane.seeds] for lane in lanes]

    def take(self, news: Iterable[RacerProgress]) -> None:
        """Add what is new of some racers."""
        for each in news:
            self._records[each.lane][each.seed].take(each)

    def losses(self, lane: int, seed: int) -> _Floats:
        """The losses of one racer, as torch computed them."""
        return np.array(self._records[lane][seed].losses)

    def curve(self, lane: int) -> LaneCurve:
        """The curve of a lane, as long as that of its slowest seed that has not diverged."""
        records = self._records[lane]
        running = [r for r in records if r.diverged is None]
        length = (min if running else max)(len(r.losses) for r in running or records)
        rows = np.full((len(records), length), np.nan)
        for row, record in zip(rows, records, strict=True):
            means = trailing_means(np.array(record.losses))[:length]
            finite = np.isfinite(means)
            row[: len(means)][finite] = means[finite]
        counted = np.isfinite(rows)
        some = counted.any(0)
        rows, counted = rows[:, some], counted[:, some]
        mean = np.where(counted, rows, 0).sum(0) / counted.sum(0)
        low = np.where(counted, rows, np.inf).min(0, initial=np.inf)
        high = np.where(counted, rows, -np.inf).max(0, initial=-np.inf)
        return LaneCurve(mean, low, high)

    def result(self, lane: int) -> LaneResult:
        """The row of a lane."""
        records = self._records[lane]
        losses = [trailing_means(np.array(r.losses)) for r in records]
        last = [float(means[-1]) if len(means) else math.nan for means in losses]
        accuracies = [r.accuracy for r in records]
        return LaneResult(
            min(len(r.losses) for r in records),
            _mean(last),
            (min(last), max(last)),
            _mean(accuracies),
            (min(accuracies), max(accuracies)),
            _mean([r.seconds for r in records]),
            tuple(r.diverged for r in records if r.diverged is not None),
        )


def highest_shown(curves: Sequence[LaneCurve]) -> float:
    """Up to which loss a plot of these curves reaches: somewhat above the highest.

    A lane that climbs far beyond where they began leaves the plot: the others stay readable.
    """
    starts = [float(curve.high[0]) for curve in curves if len(curve.high)]
    finite = [high for curve in curves for high in curve.high if np.isfinite(high)]
    return min(1.5 * max(starts, default=1.0), 1.08 * float(max(finite, default=1.0)))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
