"""What the mouse, the keyboard and the zoom buttons do in the graph panel."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.graph.graph_structure import analyse
from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.autograd.graph_keys import neighbour_node
from backprop_viz.desktop.style.theme import DARK
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.autograd.graph_helpers import (
    DIGITS,
    GRAPHS,
    Chain,
    colors,
    graph_of,
    node_of,
    recording_of,
)

MakeViewState = Callable[..., ViewState]


def spot(view: AutogradView, node: int) -> QPoint:
    return view.canvas.mapFromScene(view.canvas.item.box(node).center())


def test_a_click_picks_a_node(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    for node in view_state.cursor.recording.graph.nodes:
        with qtbot.waitSignal(view.picked) as picked:
            QTest.mouseClick(
                view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(view, node.id)
            )
        assert picked.args == ["node", node.key]


def test_keys_follow_the_edges(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.canvas.setFocus()
    chosen: list[object] = []
    view.picked.connect(lambda kind, key: chosen.append((kind, key)))
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down]
    for key in [*keys, Qt.Key.Key_Return]:
        QTest.keyClick(view.canvas, key)
    assert chosen == [("node", node_of(view_state, "fc3.weight").key)]
    QTest.keyClick(view.canvas, Qt.Key.Key_Up)
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    QTest.keyClick(view.canvas, Qt.Key.Key_Return)
    assert chosen[-1] == ("node", node_of(view_state, "fc3.bias").key)


@pytest.mark.parametrize("name", GRAPHS)
def test_keys_reach_every_node(name: str) -> None:
    structure = analyse(graph_of(name))
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    reached, left = {0}, [0]
    while left:
        node = left.pop()
        for key in keys:
            following = neighbour_node(structure, node, key)
            if following is not None and following not in reached:
                reached.add(following)
                left.append(following)
    assert reached == {node.id for node in structure.graph.nodes}


def test_selection_is_ringed(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    before = colors(view)
    view.select(select(view_state.cursor.recording, "parameter", "conv1.bias"))
    assert DARK.accent in colors(view)
    view.select(None)
    assert colors(view) == before


def scale(view: AutogradView) -> float:
    return view.canvas.transform().m11()


def press(view: AutogradView, name: str) -> None:
    button = view.findChild(QToolButton, name)
    assert isinstance(button, QToolButton)
    assert button.accessibleName()
    assert button.toolTip()
    button.click()


def test_buttons_zoom_and_fit(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    home = scale(view)
    press(view, "graphZoomIn")
    assert scale(view) > home
    press(view, "graphZoomOut")
    press(view, "graphZoomOut")
    assert scale(view) < home
    press(view, "graphFit")
    assert scale(view) == pytest.approx(home)
    for _ in range(60):
        press(view, "graphZoomOut")
    view.canvas.grab()
    QTest.keyClick(view.canvas, Qt.Key.Key_0)
    assert scale(view) == pytest.approx(home)


def test_all_of_lenet_is_seen_at_first(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    for size in ((876, 267), (700, 210), (1408, 400)):
        view.resize(*size)
        port = view.canvas.viewport().rect()
        for node in view.canvas.item.graph.nodes:
            box = view.canvas.mapFromScene(view.canvas.item.box(node.id)).boundingRect()
            assert port.contains(box)


def test_the_wheel_zooms_at_the_mouse(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    home = scale(view)
    point = QPointF(200, 60)
    wheel = QWheelEvent(
        point,
        view.canvas.viewport().mapToGlobal(point),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.canvas.wheelEvent(wheel)
    assert scale(view) > home


def test_a_drag_moves_and_picks_nothing(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    start = spot(view, 0)
    with qtbot.assertNotEmitted(view.picked):
        port = view.canvas.viewport()
        QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(port, start + QPoint(30, 20))
        QTest.mouseMove(port, start + QPoint(60, 40))
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 40))
    moved = spot(view, 0) - start
    assert (moved - QPoint(60, 40)).manhattanLength() <= 4
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert (spot(view, 0) - start).manhattanLength() <= 4


def test_the_node_at_the_cursor_is_brought_into_view(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    base = make_view_state(DIGITS)
    recording = recording_of(Chain())
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    view.show_view_state(replace(base, cursor=recording.at(0)))
    view.fold.click()  # node by node
    for position in range(span.start + 1, span.stop + 1):
        view.show_view_state(replace(base, cursor=recording.at(position)))
        node = recording.events[position - 1].node
        assert node is not None
        assert view.canvas.viewport().rect().contains(spot(view, node))
