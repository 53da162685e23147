"""What is written above and below the network's columns is whole, whatever the room."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.panels.network.column_texts import header_widths
from backprop_viz.desktop.panels.network.feature_maps import blocks, shape_text
from backprop_viz.desktop.panels.network.network_layout import place_columns
from backprop_viz.desktop.panels.network.network_painter import selection_frame, text_box
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.desktop.view_state import ViewState

MakeViewState = Callable[..., ViewState]


@pytest.mark.parametrize("height", [110, 145, 236])
def test_no_shape_is_cut_and_no_frame_runs_through_a_text(
    qapp: QApplication, make_view_state: MakeViewState, height: int
) -> None:
    cursor = make_view_state(phases=3).cursor
    network = cursor.recording.layers
    sizes = tuple(tuple(b.size for b in blocks(cursor, y, "gradients")) for y in network.layers)
    metrics = QFontMetrics(code_font(11))
    for width in range(664, 700):
        headers = header_widths(network.layers, width)
        for layer, column in zip(
            network.layers,
            place_columns(network, sizes, headers, width, height),
            strict=True,
        ):
            shape = shape_text(layer.shape)
            room = text_box(column).width()
            assert metrics.elidedText(shape, Qt.TextElideMode.ElideLeft, room) == shape
            frame = selection_frame(column, 6)
            assert frame.bottom() <= column.captions[0].top() + 3
            assert frame.top() >= column.header.bottom() - 3
            assert frame.contains(column.content)
