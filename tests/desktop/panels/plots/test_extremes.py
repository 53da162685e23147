import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_viz.desktop.panels.plots.extremes import BLOCKS, Extremes
from backprop_viz.desktop.panels.plots.traces import Trace


def _series(size: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(size)
    values[rng.random(size) < 0.01] = np.nan
    values[: size // 10] = np.nan  # whole blocks of NaN
    return values


@given(
    st.integers(1, 150_000),
    st.lists(st.integers(1, 40_000), max_size=8),
    st.integers(0, 150_000),
    st.integers(0, 150_000),
)
def test_blocks_are_the_extremes_of_their_points(
    size: int, steps: list[int], first: int, last: int
) -> None:
    y = _series(size)
    extremes, grown = Extremes(), 0
    for step in (*steps, size):
        grown = min(grown + step, size)
        extremes.follow(y[:grown])
    first, last = sorted((min(first, size), min(last, size)))
    start, width, (low, high) = extremes.between(y, first, last)
    assert start <= first < start + width
    assert start % width == 0
    assert len(low) <= BLOCKS + 1
    assert len(low) >= BLOCKS / 2 or width == 1
    assert last - width < start + len(low) * width <= last
    rows = y[start : start + len(low) * width].reshape(-1, width)
    np.testing.assert_array_equal(low, np.fmin.reduce(rows, axis=1))
    np.testing.assert_array_equal(high, np.fmax.reduce(rows, axis=1))


def test_blocks_stay_what_they_are_while_the_view_moves() -> None:
    y = _series(300_000)
    extremes = Extremes()
    extremes.follow(y)
    start, width, here = extremes.between(y, 100_000, 200_000)
    moved, same, there = extremes.between(y, 101_000, 201_000)
    assert width == same
    by = (moved - start) // width
    np.testing.assert_array_equal(here[:, by:], there[:, : here.shape[1] - by])


def test_once_a_run_is_long_its_blocks_take_no_more_memory() -> None:
    y = _series(390_000)
    extremes = Extremes()
    tracemalloc.start()
    try:
        extremes.follow(y[:5000])
        begun = tracemalloc.get_traced_memory()[0]
        for stop in range(5000, len(y) + 1, 5000):
            extremes.follow(y[:stop])
        assert tracemalloc.get_traced_memory()[0] - begun < 5000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("seed", range(5))
def test_smoothing_bit_by_bit_is_smoothing_at_once_bit_for_bit(seed: int) -> None:
    values = _series(5000, seed)
    at_once, piece_by_piece = Trace(0.95, 100), Trace(0.95, 100)
    at_once.follow(values)
    stops = np.random.default_rng(seed).choice(5000, 300, replace=False)
    for stop in (*np.sort(stops), 5000):
        piece_by_piece.follow(values[:stop])
    assert at_once.y.tobytes() == piece_by_piece.y.tobytes()
    assert at_once.first_gap == piece_by_piece.first_gap
    assert (at_once.least, at_once.greatest) == (piece_by_piece.least, piece_by_piece.greatest)
