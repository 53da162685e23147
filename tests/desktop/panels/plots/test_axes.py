"""The numbers along an axis."""

import pytest
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.panels.plots.axes import NamedAxis


@pytest.mark.parametrize("size", [100, 700, 3000])
def test_an_axis_of_iterations_has_whole_numbers(qapp: QApplication, size: float) -> None:
    axis = NamedAxis("bottom", "iteration", whole=True)
    ((_, ticks),) = axis.tickValues(0, 10, size)
    texts = axis.tickStrings(ticks, 1, ticks[1] - ticks[0])
    assert texts == [str(int(tick)) for tick in ticks]
    assert len(set(texts)) == len(texts) > 1
