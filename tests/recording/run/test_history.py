import math

import numpy as np

from backprop_viz.recording.run.history import Curves, History, Series


def test_a_view_stays_as_it_is_while_more_is_appended() -> None:
    series = Series()
    series.extend(np.arange(1000.0))
    view = series.view()
    for _ in range(50):
        series.extend(-np.arange(100.0))
    assert np.array_equal(view, np.arange(1000))
    assert len(series.view()) == 6000
    assert not view.flags.writeable


def test_nothing_is_dropped() -> None:
    history = History()
    numbers = np.arange(3000.0)
    for part in np.split(np.stack([numbers / 2, numbers / 3000], axis=1), [1, 500, 500, 2048]):
        history.extend(part.tolist(), [])
    history.extend([], [(100, 0.5, 0.75)])
    curves = history.curves()
    assert np.array_equal(curves.loss, numbers / 2)
    assert np.array_equal(curves.accuracy, numbers / 3000)
    assert (curves.validation_iteration[0], curves.validation_loss[0]) == (100, 0.5)
    assert curves.validation_accuracy[0] == 0.75


def test_a_history_of_curves_begins_with_all_of_them() -> None:
    curves = Curves(*(np.arange(float(n)) for n in (300_000, 300_000, 7, 7, 7)))
    history = History.of(curves)
    history.extend([(0.5, math.nan)], [(300_001, 0.25, 1.0)])
    found = history.curves()
    assert np.array_equal(found.loss, [*curves.loss, 0.5])
    assert np.array_equal(found.accuracy, [*curves.accuracy, math.nan], equal_nan=True)
    assert found.validation_iteration.tolist() == [0, 1, 2, 3, 4, 5, 6, 300_001]
    assert found.validation_loss[-1] == 0.25
    assert found.validation_accuracy[-1] == 1.0
    assert len(curves.loss) == 300_000
