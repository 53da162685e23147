"""The losses of a file that is followed: points where they come at the end, else all curves."""

import numpy as np

from backprop_viz.desktop.clients.file_curves import MOST_LOSSES, FileLosses
from backprop_viz.recording.files.file_notes import FileNews


def news(
    losses: dict[int, float], own: dict[int, float] | None = None, anew: bool = False
) -> FileNews:
    def column(told: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
        return np.array(list(told), np.int64), np.array(list(told.values()), np.float64)

    return FileNews(anew, column(losses), column(own or {}), (), ())


def test_what_comes_at_the_end_is_points() -> None:
    curve = FileLosses()
    points, opened = curve.take(news({1: 0.5, 2: 0.25}, anew=True))
    assert (list(points), opened.loss.tolist()) == ([], [0.5, 0.25])
    points, opened = curve.take(news({3: 0.125, 5: 0.1}))
    assert opened is None
    np.testing.assert_equal(points, [(0.125, np.nan), (np.nan, np.nan), (0.1, np.nan)])
    points, opened = curve.take(news({6: 1.0}))
    np.testing.assert_equal(points, [(1.0, np.nan)])
    # A place between: all curves, and what was given before stays as it is.
    points, opened = curve.take(news({4: 9.0}))
    assert opened.loss.tolist() == [0.5, 0.25, 0.125, 9.0, 0.1, 1.0]


def test_losses_of_recordings_wait_for_those_before_them() -> None:
    curve = FileLosses()
    curve.take(news({}, {}, anew=True))
    assert curve.take(news({}, {10: 0.1})) == ([], None)
    assert curve.waits
    told = {i: 1 / i for i in range(1, 11)}
    points, opened = curve.take(news(told))
    assert opened is None
    assert [loss for loss, _ in points] == list(told.values())
    assert not curve.waits
    # Where none come, as of a file of recordings alone, they are shown at the next look.
    curve.take(news({}, {12: 0.5}))
    points, _ = curve.take(news({}))
    np.testing.assert_equal(points, [(np.nan, np.nan), (0.5, np.nan)])


def test_a_file_opened_has_them_all_at_once_and_another_begins_again() -> None:
    curve = FileLosses()
    _, opened = curve.take(news({2: 0.5}, {3: 0.1}, anew=True))
    np.testing.assert_equal(opened.loss, [np.nan, 0.5, 0.1])
    _, opened = curve.take(news({1: 7.0}, anew=True))
    assert opened.loss.tolist() == [7.0]


def test_a_forged_iteration_takes_no_memory() -> None:
    curve = FileLosses()
    _, opened = curve.take(news({1: 0.5, -3: 1.0, 0: 1.0, MOST_LOSSES + 1: 1.0}, anew=True))
    assert opened.loss.tolist() == [0.5]
