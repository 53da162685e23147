from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.selection import select
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.graph import Node

MakeViewState = Callable[..., ViewState]
FC1 = Breakpoint("parameter", "fc1.weight")


@pytest.fixture
def view(qtbot: QtBot) -> AutogradView:
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(876, 267)
    view.show()
    return view


def leaf_of(view_state: ViewState, parameter: str) -> Node:
    nodes = view_state.cursor.recording.graph.nodes
    return next(node for node in nodes if node.parameter == parameter)


def test_a_node_offers_to_break_there(view: AutogradView, make_view_state: MakeViewState) -> None:
    toggled: list[Breakpoint] = []
    view.breakpoint_toggled.connect(toggled.append)
    view_state = make_view_state()
    view.show_view_state(view_state)
    node = next(n for n in view_state.cursor.recording.graph.nodes if n.parameter is None)
    (action,) = view.canvas.menu_of(node.id).actions()
    assert (action.text(), action.isChecked()) == ("&Break here", False)
    action.trigger()
    leaf = leaf_of(view_state, "fc1.weight")
    view.show_view_state(replace(view_state, breakpoints=(FC1,)))
    here, accumulated = view.canvas.menu_of(leaf.id).actions()
    assert accumulated.text() == "Break when fc1.weight is &accumulated"
    assert (here.isChecked(), accumulated.isChecked()) == (False, True)
    accumulated.trigger()
    here.trigger()
    assert toggled == [Breakpoint("node", node.key), FC1, Breakpoint("node", "fc1.weight")]


# Said by the offscreen platform of every menu.
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("by_key", [False, True])
def test_the_menu_opens_by_mouse_and_by_key(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot, by_key: bool
) -> None:
    view.show_view_state(make_view_state())
    canvas = view.canvas
    at = canvas.mapFromScene(canvas.item.box(5).center())
    canvas.item.focused = 5 if by_key else None
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    point = QPoint(0, 0) if by_key else at
    canvas.contextMenuEvent(QContextMenuEvent(reason, point, canvas.viewport().mapToGlobal(point)))
    menu = canvas.findChild(BreakMenu)
    assert menu is not None
    assert menu.isVisible()
    assert canvas.item.focused == 5
    menu.close()


def test_there_is_no_menu_beside_the_nodes(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    reason = QContextMenuEvent.Reason
    for view_state in (make_view_state(phases=0), make_view_state()):
        view.show_view_state(view_state)
        view.canvas.item.focused = None
        for why in (reason.Mouse, reason.Keyboard):
            event = QContextMenuEvent(why, QPoint(0, 0), QPoint(0, 0))
            QApplication.sendEvent(view.canvas.viewport(), event)
    assert view.canvas.findChild(BreakMenu) is None


def test_nodes_with_a_breakpoint_have_a_dot(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    leaf = leaf_of(view_state, "fc1.weight")
    marked = replace(
        view_state,
        breakpoints=(
            Breakpoint("node", view_state.cursor.recording.graph.nodes[3].key),
            FC1,
            Breakpoint("node", "no such"),
            Breakpoint("not_finite"),
        ),
    )
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        for steps in (0, 8):  # in the end a node is as small as a dot
            for _ in range(steps):
                view.canvas.zoom_out()
            view.show_view_state(view_state)
            plain = view.canvas.grab().toImage()
            view.show_view_state(marked)
            assert view.canvas.item.breaking == {3, leaf.id}
            assert view.canvas.grab().toImage() != plain
        view.canvas.fit()
    assert "has a breakpoint" in view.canvas.hint(3)
    assert "has a breakpoint" not in view.canvas.hint(4)
    view.show_view_state(view_state)
    assert view.canvas.item.breaking == frozenset()


def test_breakpoints_of_another_graph_are_no_trouble(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    for view_state in (make_view_state(phases=0), make_view_state(phases=2), make_view_state()):
        view.show_view_state(replace(view_state, breakpoints=(Breakpoint("node", "gelu 9"), FC1)))
        view.grab()


def test_a_dot_a_ring_and_the_keyboard_stay_at_their_node_when_the_graph_grows(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    """From the output's graph of 25 nodes to the loss's of 27, and back in the next iteration."""
    forward, whole = make_view_state(phases=2), make_view_state(phases=3)
    graphs = [view_state.cursor.recording.graph for view_state in (forward, whole)]
    conv, other = (next(n for n in g.nodes if n.key == "conv2d 2") for g in graphs)
    assert conv.id != other.id
    view.show_view_state(forward)
    view.select(select(forward.cursor.recording, "node", conv.key))
    view.canvas.item.focused = conv.id
    (action,) = view.canvas.menu_of(conv.id).actions()
    marked = (action.data(),)
    for view_state, node in ((forward, conv), (whole, other), (forward, conv)):
        view.show_view_state(replace(view_state, breakpoints=marked))
        item = view.canvas.item
        assert item.breaking == {node.id}
        assert node.id in item.selected
        assert item.focused == node.id
        chosen = {view_state.cursor.recording.graph.nodes[i].key for i in item.selected}
        assert chosen == {"conv2d 2", "relu 2", "conv2.weight", "conv2.bias"} & chosen
