import numpy as np

from backprop_viz.core.history import History, Series


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
    assert (curves.held_out_iteration[0], curves.held_out_loss[0]) == (100, 0.5)
    assert curves.held_out_accuracy[0] == 0.75
