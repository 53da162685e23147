"""What the mouse and the keyboard do in the network panel."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.network.feature_maps import (
    blocks,
)
from backprop_viz.desktop.panels.network.map_spots import Spot, moved
from backprop_viz.desktop.panels.network.network_layout import place_columns
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.style.theme import DARK
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.network.network_helpers import (
    DIGITS,
    at,
    begin,
    click,
    colors,
    column,
    layer,
    open_map,
)

MakeViewState = Callable[..., ViewState]


def test_a_click_picks_the_layer_and_enlarges_the_map(
    view: NetworkView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.set_mode("activations")
    spot = Spot(column(view, "conv2"), 0, 5)
    with qtbot.waitSignal(view.picked) as picked:
        click(view, spot)
    assert picked.args == ["layer", "conv2"]
    large = open_map(view)
    assert large is not None
    assert large.heading.text() == "relu(conv2)[5] · 16 maps"
    activation = view_state.cursor.activation(layer(view_state, "conv2"))
    assert activation is not None
    own = activation[0, 5]
    for number in (own.min(), own.max(), own.mean(dtype=np.float64)):
        assert f"{number:+.4g}"[:5] in large.facts.text() or number == 0
    center = large.picture.cell(4, 7).center().toPoint()
    QTest.mouseMove(large.picture, center)
    exact = f"float32 {own[4, 7]!s}"
    assert large.readout.text() == f"relu(conv2)[0, 5, 4, 7] = {signed(own[4, 7])}   {exact}"


@pytest.mark.parametrize(
    ("block", "index", "parameter", "heading"),
    [
        (0, 3, "conv2.weight", "conv2.weight[3] · 16 maps"),
        (1, 7, "conv2.bias", "conv2.bias[7] · 16 units"),
    ],
)
def test_a_click_on_a_kernel_picks_its_weight(
    view: NetworkView,
    make_view_state: MakeViewState,
    qtbot: QtBot,
    block: int,
    index: int,
    parameter: str,
    heading: str,
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.set_mode("weights")
    with qtbot.waitSignal(view.picked) as picked:
        click(view, Spot(column(view, "conv2"), block, index))
    assert picked.args == ["parameter", parameter]
    large = open_map(view)
    assert large is not None
    assert large.heading.text() == heading
    assert large.block is not None
    np.testing.assert_array_equal(large.block.source, view_state.cursor.value(parameter))


def test_the_large_map_is_turned_by_keys_and_closed(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    click(view, Spot(1, 0, 5))
    large = open_map(view)
    assert large is not None
    QTest.keyClick(large, Qt.Key.Key_Right)
    assert large.index == 0
    QTest.keyClick(large, Qt.Key.Key_Left)
    assert large.index == 5
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert open_map(view) is None
    click(view, Spot(1, 0, 2))
    assert open_map(view) is not None
    QTest.mouseClick(view.window(), Qt.MouseButton.LeftButton, pos=QPoint(990, 690))
    assert open_map(view) is None


def test_the_large_map_is_closed_with_its_panel(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    """Else a click in it would ask about a number of an iteration that came while hidden."""
    view.show_view_state(make_view_state(DIGITS))
    click(view, Spot(1, 0, 5))
    assert open_map(view) is not None
    view.hide()
    assert open_map(view) is None
    view.show()
    click(view, Spot(1, 0, 5))
    assert open_map(view) is not None


def test_the_large_map_follows_the_cursor(
    view: NetworkView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    before = layer(view_state, "conv1").operations[0]
    view.show_view_state(at(view_state, before))
    click(view, Spot(1, 0, 3))
    large = open_map(view)
    assert large is not None
    assert "Not computed yet" in large.facts.text()
    view.show_view_state(at(view_state, before + 2))
    assert "min" in large.facts.text()
    assert large.index == 3
    view.set_mode("weights")
    assert large.heading.text().startswith("conv1.weight[3]")
    empty = replace(view_state, cursor=Recording(1, ()).at(0))
    view.show_view_state(empty)
    assert "Not computed yet" in large.facts.text()


def test_keys_walk_over_the_maps(
    view: NetworkView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    view.canvas.setFocus()
    chosen: list[Spot] = []
    view.canvas.chosen.connect(chosen.append)
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return]
    for key in keys:
        QTest.keyClick(view.canvas, key)
    assert chosen[-1].column == 1
    assert open_map(view) is not None


def test_moving_reaches_every_column(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    network = view_state.cursor.recording.layers
    layers = network.layers
    sizes = tuple(tuple(b.size for b in blocks(view_state.cursor, y, "weights")) for y in layers)
    placed = place_columns(network, sizes, (66,) * len(layers), 852, 320)
    spot, seen = Spot(0, 0, 0), []
    for _ in range(60):
        seen.append(spot.column)
        spot = moved(placed, spot, 0, 1)
    assert sorted(set(seen)) == list(range(len(layers)))
    assert moved(placed, spot, 0, 1) == spot
    back = moved(placed, Spot(0, 0, 0), 0, -1)
    assert back == Spot(0, 0, 0)


def test_hints(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, begin(view_state, Phase.FORWARD) + 1))

    def hint(spot: Spot) -> str:
        return view.canvas.hint(view.canvas.rect_of(spot).center())

    value, exact, about = hint(Spot(1, 0, 2)).splitlines()
    activation = view_state.cursor.recording.events[begin(view_state, Phase.FORWARD)].outputs[0]
    assert activation is not None
    number = view.canvas.number_at(view.canvas.rect_of(Spot(1, 0, 2)).center())
    assert number is not None
    assert set(number.index[2:]) <= {14, 15}
    name = f"conv1[{', '.join(map(str, number.index))}]"
    assert value == f"{name} = {signed(activation[number.index])}"
    assert exact == f"float32 {activation[number.index]!s}"
    assert about.startswith("conv1[2] · conv2d: ")
    assert hint(Spot(3, 0, 2)) == "relu(conv2): not computed yet"
    header = view.canvas.columns()[1].header.center()
    assert view.canvas.hint(header).splitlines() == [
        "conv1: 6×30×30",
        "conv2d → relu: conv1 · conv2d is shown",
        "relu(conv1) has not run yet",
        "conv1.weight",
        "conv1.bias",
        f"shown: {signed(activation[0].min())} to {signed(activation[0].max())}",
    ]
    view.show_view_state(view_state)
    strip = view.canvas.columns()[column(view, "fc3")].grids[0].rect
    for y in range(int(strip.top()), int(strip.bottom())):
        said = view.canvas.hint(QPointF(strip.center().x(), y)).splitlines()
        assert sum("fc3[" in line for line in said) == 1  # one cell, not two
    view.set_mode("weights")
    assert hint(Spot(2, 0, 0)) == "pool1: no parameters"
    beside = view.canvas.columns()[1].content
    assert view.canvas.hint(QPointF(beside.right() + 12, beside.center().y())) == ""


def test_selection_is_marked(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, 0))
    before = colors(view)
    view.select(select(view_state.cursor.recording, "parameter", "fc1.bias"))
    assert DARK.accent in colors(view)
    view.select(None)
    assert colors(view) == before


def test_what_is_selected_is_in_sight(view: NetworkView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, 0))
    for folded in (False, True):
        view.fold.setChecked(not folded)
        view.fold.click()
        view.resize(300, 200)
        view.show_view_state(view_state)
        assert view.is_folded is folded
        flat = view.findChild(QScrollArea, "networkScroll")
        bar = (view.modules if folded else flat).horizontalScrollBar()
        places = []
        for name in ("conv1.weight", "fc3.weight"):
            view.select(select(view_state.cursor.recording, "parameter", name))
            places.append(bar.value())
        assert places[0] < places[1]


def test_a_layers_menu_sets_a_breakpoint(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    view_state = make_view_state()
    view.show_view_state(view_state)
    wanted = Breakpoint("layer", "conv2")
    action = view.canvas.menu_of("conv2").actions()[0]
    assert not action.isChecked()
    with qtbot.waitSignal(view.breakpoint_toggled) as told:
        action.trigger()
    assert told.args == [wanted]
    before = view.canvas.grab().toImage()
    view.show_view_state(replace(view_state, breakpoints=(wanted,)))
    assert view.canvas.menu_of("conv2").actions()[0].isChecked()
    assert view.canvas.grab().toImage() != before
