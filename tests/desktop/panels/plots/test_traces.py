import numpy as np
import pytest

from backprop_viz.desktop.panels.plots.traces import Trace, moving_average


def reference(values: np.ndarray, keep: float) -> np.ndarray:
    """The definition, term by term."""
    out, total, weight = [], 0.0, 0.0
    for value in values:
        total, weight = keep * total, keep * weight
        if np.isfinite(value):
            total, weight = total + value, weight + 1
            out.append(total / weight)
        else:
            out.append(np.nan)
    return np.array(out)


def test_smoothing_is_the_definition_however_it_is_cut() -> None:
    values = np.random.default_rng(0).random(3000) + 1
    values[[0, 700]] = np.nan
    expected = reference(values, 0.95)
    np.testing.assert_allclose(moving_average(values, 0.95)[0], expected, rtol=1e-12)
    trace = Trace(smoothing=0.95)
    for stop in (1, 2, 500, 501, 1700, 3000):
        assert trace.follow(values[:stop])
    np.testing.assert_allclose(trace.y, expected, rtol=1e-12)
    assert not trace.follow(values)


def test_a_series_that_starts_anew_replaces_the_old_one() -> None:
    trace = Trace()
    trace.follow(np.array([3.0, 2.0, np.nan]))
    assert trace.first_gap == 3
    assert trace.follow(np.array([3.0, 2.5, 2.0, 1.0]))
    np.testing.assert_array_equal(trace.y, [3.0, 2.5, 2.0, 1.0])
    assert trace.first_gap is None
    assert trace.follow(np.array([]))
    assert len(trace) == 0
    assert not trace.follow(np.array([]))


def test_ends_are_compared_as_numbers_that_may_be_nan() -> None:
    trace = Trace()
    trace.follow(np.array([1.0, np.nan]))
    assert not trace.follow(np.array([1.0, np.nan]))


@pytest.mark.parametrize("step", [7, 1000, 50_000])
def test_zoomed_out_no_spike_is_lost(step: int) -> None:
    values = np.random.default_rng(1).random(50_000)
    values[12_345], values[49_999] = 9.0, -9.0
    values[100] = np.inf
    trace = Trace()
    for stop in range(step, len(values) + step, step):
        trace.follow(values[: min(stop, len(values))])
    x, y = trace.seen(0, 50_000)
    assert len(x) == len(y) <= 4500
    assert np.nanmax(y) == 9.0
    assert np.nanmin(y) == -9.0
    assert (np.diff(x) >= 0).all()
    assert x[0] == 1
    assert trace.first_gap == 101
    assert trace.at(101) == (101.0, np.inf)
    assert not np.isinf(y).any()
    assert (trace.least, trace.greatest) == (-9.0, 9.0)


@pytest.mark.parametrize(("left", "right"), [(20_000, 20_500), (20_000, 30_000), (0, 45_000)])
def test_a_part_is_seen_with_its_spike(left: int, right: int) -> None:
    values = np.zeros(50_000)
    values[20_199] = 5.0
    trace = Trace()
    trace.follow(values)
    x, y = trace.seen(left, right)
    assert len(x) <= 4500
    assert y.max() == 5.0
    assert abs(x[int(np.argmax(y))] - 20_200) <= 64


def test_reading_gives_the_last_point_at_or_before() -> None:
    trace = Trace(scale=100)
    trace.follow(np.array([0.1, 0.2]), np.array([10.0, 20.0]))
    assert trace.at(9) is None
    assert trace.at(19) == (10.0, pytest.approx(10.0))
    assert trace.at(20) == (20.0, pytest.approx(20.0))
