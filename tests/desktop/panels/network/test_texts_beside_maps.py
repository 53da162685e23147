"""What is written above and below the network's columns is whole, whatever the room."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.panels.network.column_texts import header_widths
from backprop_viz.desktop.panels.network.feature_maps import blocks, shape_text
from backprop_viz.desktop.panels.network.network_edges import side_of
from backprop_viz.desktop.panels.network.network_layout import place_columns
from backprop_viz.desktop.panels.network.network_painter import selection_frame, text_box
from backprop_viz.desktop.panels.network.network_state import state_of
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.layers import LayerGraph
from tests.desktop.panels.network.network_helpers import DIGITS

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


def test_the_frame_around_the_logits_is_whole_where_they_are_the_last_column(
    qapp: QApplication, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS, phases=2)
    state = state_of(view_state, "activations", LayerGraph())
    logits = state.layers.layers[-1]
    assert state.is_logits(logits)
    sizes = tuple(tuple(block.size for block in state.blocks(y)) for y in state.layers.layers)
    for width in range(520, 1300, 13):
        headers = header_widths(state.layers.layers, width)
        column = place_columns(state.layers, sizes, headers, width, 330)[-1]
        frame = selection_frame(column, side_of(state, logits)).adjusted(-1, -1, 1, 1)
        assert frame.left() >= 0
        assert frame.right() <= width
