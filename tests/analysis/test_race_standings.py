"""Curves and rows of a race, against plain sums."""

import math

import numpy as np
import pytest

from backprop_viz.analysis.race_standings import RaceStandings, highest_shown, trailing_means
from backprop_viz.recording.requests.race import RaceLane, RacerProgress
from backprop_viz.recording.settings.run_settings import Settings


def told(seed: int, first: int, losses: list[float], **more: object) -> RacerProgress:
    return RacerProgress(0, seed, first, np.array(losses), 0.5, **more)  # type: ignore[arg-type]


def test_trailing_means_are_those_of_a_loop() -> None:
    losses = np.random.default_rng(0).random(40)
    means = trailing_means(losses, 10)
    for i in range(40):
        before = losses[max(0, i - 9) : i + 1]
        assert means[i] == pytest.approx(before.mean())
    assert len(trailing_means(np.empty(0))) == 0


def test_one_infinite_loss_spoils_only_the_means_that_it_is_in() -> None:
    losses = np.ones(30)
    losses[5] = np.inf
    means = trailing_means(losses, 10)
    assert np.isfinite(means[:5]).all()
    assert np.isinf(means[5:15]).all()
    assert np.isfinite(means[15:]).all()


def test_a_band_is_from_the_lowest_seed_to_the_highest() -> None:
    standings = RaceStandings((RaceLane(Settings(), (0, 1, 2)),))
    for seed in range(3):
        standings.take([told(seed, 0, [1.0 + seed, 2.0 + seed])])
        standings.take([told(seed, 2, [3.0])])
    curve = standings.curve(0)
    assert curve.mean == pytest.approx([2.0, 2.5, 8 / 3])
    assert (curve.low[0], curve.high[0]) == (1, 3)
    assert standings.losses(0, 2).tolist() == [3, 4, 3]
    result = standings.result(0)
    assert result.iterations == 3
    assert result.loss_range == (2.0, pytest.approx(10 / 3))
    assert math.isnan(result.accuracy)


def test_a_seed_that_diverged_counts_up_to_there() -> None:
    standings = RaceStandings((RaceLane(Settings(), (0, 1)),))
    standings.take([told(0, 0, [2.0, 2.0, 2.0, 2.0])])
    standings.take([told(1, 0, [4.0, math.nan], diverged=2)])
    curve = standings.curve(0)
    assert curve.mean.tolist() == [3, 2, 2, 2]
    assert curve.high.tolist() == [4, 2, 2, 2]
    assert standings.result(0).diverged == (2,)


def test_a_lane_of_which_nothing_is_left_ends_where_it_diverged() -> None:
    standings = RaceStandings((RaceLane(Settings()),))
    standings.take([told(0, 0, [2.0, 1e30, math.inf], diverged=3)])
    curve = standings.curve(0)
    assert len(curve.mean) == 2
    # The plot reaches to above where the lanes began, not to where one of them went.
    assert highest_shown([curve]) == 3.0
    assert highest_shown([]) == 1.08


def test_a_plot_reaches_somewhat_above_the_highest_loss() -> None:
    standings = RaceStandings((RaceLane(Settings()),))
    standings.take([told(0, 0, [2.0, 2.5, 1.0])])
    curve = standings.curve(0)
    assert highest_shown([curve]) == 1.08 * max(curve.high)


def test_before_the_first_news_there_is_no_curve() -> None:
    standings = RaceStandings((RaceLane(Settings()),))
    assert len(standings.curve(0).mean) == 0
    assert math.isnan(standings.result(0).loss)
