import numpy as np

from backprop_viz.core.history import History, Series


def test_a_view_stays_as_it_is_while_more_is_appended() -> None:
    series = Series()
    for i in range(1000):
        series.append(i)
    view = series.view()
    for i in range(5000):
        series.append(-i)
    assert np.array_equal(view, np.arange(1000))
    assert len(series.view()) == 6000
    assert not view.flags.writeable


def test_nothing_is_dropped() -> None:
    history = History()
    for i in range(3000):
        history.add(i / 2, i / 3000)
    history.add_held_out(100, 0.5, 0.75)
    curves = history.curves()
    assert np.array_equal(curves.loss, np.arange(3000) / 2)
    assert np.array_equal(curves.accuracy, np.arange(3000) / 3000)
    assert (curves.held_out_iteration[0], curves.held_out_loss[0]) == (100, 0.5)
    assert curves.held_out_accuracy[0] == 0.75
