"""What a screen reader finds: names for all controls, and words for what is only painted."""

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QAction,
)
from PySide6.QtWidgets import QApplication, QMenu, QTabBar, QTableView, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.actions.mnemonics import mnemonic
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.network.network_speaker import NetworkSpeaker
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.panels.registry import LAYOUT_NAMES
from backprop_viz.desktop.style.language import use_language
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.application_helpers import trigger, view_state_of
from tests.nightly import by_day_every

OpenWindow = Callable[..., MainWindow]
TEXT = QAccessible.Text


def told(widget: QWidget, what: QAccessible.Text) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(what)


def reached_by_tab(window: MainWindow) -> list[QWidget]:
    """All that Tab goes through, from the first on until it is there again."""
    found, widget = [], window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


# What only holds others, and what Qt adds to what scrolls.
ROLE = QAccessible.Role
HOLDS = (ROLE.Client, ROLE.LayeredPane, ROLE.Border, ROLE.ScrollBar, ROLE.StaticText)
# Its cells are read by what moves through it.
CELLS = (ROLE.Table, ROLE.List, ROLE.Tree)


def nameless(interface: QAccessibleInterface, within: str = "") -> list[str]:
    """All that is in sight and has no name in a widget's tree, each with what it is in."""
    name = interface.text(TEXT.Name)
    found = []
    if not (name or interface.role() in HOLDS or interface.state().invisible):
        found.append(f"{interface.role().name} in {within}")
    if interface.role() not in CELLS:
        for i in range(interface.childCount()):
            found += nameless(interface.child(i), name or within)
    return found


def test_the_layouts_buttons_are_in_the_tree(open_window: OpenWindow) -> None:
    """A menu bar tells of its menus only: what stands in its corner has to be found elsewhere."""
    window = open_window("--preset", "tutorial")
    told_of: dict[str, QAccessible.Role] = {}

    def walk(interface: QAccessibleInterface) -> None:
        for i in range(interface.childCount()):
            child = interface.child(i)
            told_of[child.text(TEXT.Name)] = child.role()
            if child.role() in (QAccessible.Role.Client, QAccessible.Role.MenuBar):
                walk(child)

    walk(QAccessible.queryAccessibleInterface(window))
    for name in ("Learn", "Debug", "Draw", "Present"):
        assert told_of[f"Layout {name}"] == QAccessible.Role.CheckBox, told_of
    button = next(b for b in window.findChildren(QToolButton) if b.text() == "Debug")
    corner = button.mapTo(window, button.rect().center())
    assert window.menuBar().geometry().contains(corner)
    assert window.childAt(corner) is button


@pytest.mark.parametrize("layout", by_day_every(4, LAYOUT_NAMES))
def test_all_that_takes_keys_has_a_name_and_every_panel_is_reached(
    open_window: OpenWindow, layout: str
) -> None:
    window = open_window("--preset", "digits", size=(1600, 1000))
    trigger(window, "actionIteration")
    trigger(window, f"actionLayout{layout.title()}")
    try:
        QApplication.processEvents()
        widgets = [w for w in reached_by_tab(window) if w.focusProxy() is None]
        assert len(widgets) > 20
        assert nameless(QAccessible.queryAccessibleInterface(window)) == []
        without = [
            f"{type(w).__name__} {w.objectName()} in {w.parentWidget().objectName()}"
            for w in widgets
            if not told(w, TEXT.Name)
            # What is inside of a view that scrolls hands the keys on to the view.
            and w.objectName() != "qt_scrollarea_viewport"
            and not told(w.parentWidget(), TEXT.Name)
            and not (isinstance(w, QTabBar) and w.count() == 0)
        ]
        assert without == []
        # Qt's own at the ends of a row of tabs have a name only.
        of_tabs = ("ScrollLeftButton", "ScrollRightButton")
        buttons = [w for w in widgets if isinstance(w, QToolButton)]
        buttons = [b for b in buttons if b.objectName() not in of_tabs]
        assert [b.objectName() for b in buttons if not told(b, TEXT.Description)] == []
        assert [w.objectName() for w in widgets if "&" in told(w, TEXT.Name)] == []
        for dock in window.docks.docks.values():
            if not dock.visibleRegion().isEmpty():
                assert any(dock.isAncestorOf(w) for w in widgets), dock.objectName()
    finally:
        trigger(window, "actionLayoutLearn")


def test_what_is_painted_is_told(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "digits", size=(1600, 1000))
    trigger(window, "actionIteration")
    trigger(window, "actionIteration")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    network = window.panel(NetworkView).canvas
    speaker = network.findChild(NetworkSpeaker)  # it speaks by itself while somebody listens
    speaker.speak()
    assert "fc3 10: " in network.accessibleDescription()
    network.setFocus()
    qtbot.keyClick(network, Qt.Key.Key_Right)
    assert network.spot is not None
    there = network.hint(network.rect_of(network.spot).center())
    speaker.speak()
    assert network.accessibleDescription().startswith(there)

    graph = window.panel(AutogradView).canvas
    graph.setFocus()
    qtbot.waitUntil(lambda: graph.item.focused is not None)
    qtbot.keyClick(graph, Qt.Key.Key_Right)
    assert graph.accessibleDescription().startswith("LogSoftmaxBackward0\n")

    timeline = window.findChild(TimelineView)
    qtbot.keyClick(timeline, Qt.Key.Key_Home)
    first = timeline.accessibleDescription()
    qtbot.keyClick(timeline, Qt.Key.Key_Right)
    assert timeline.accessibleDescription() != first

    losses = view_state_of(window).curves.loss
    plot = window.panel(LossPlot).plot
    QApplication.processEvents()
    window.grab()
    assert plot.accessibleDescription().startswith("batch: points 2, last ")
    said = plot.accessibleDescription().split("last ")[1].split(" ")[0]
    assert math.isclose(float(said), losses[-1], rel_tol=1e-3)

    flow = window.findChild(QWidget, "gradientFlowPlot")
    lines = flow.bars.accessibleDescription().splitlines()
    assert [line.split(":")[0] for line in lines][:2] == ["conv1.weight", "conv1.bias"]
    assert len(lines) == 10

    named = (t for t in window.findChildren(QTableView) if "update" in t.accessibleName())
    cells = QAccessible.queryAccessibleInterface(next(named))
    texts = [cells.child(i).text(TEXT.Name) for i in range(cells.childCount())]
    assert {"grad", "new w", "0", "5"} <= set(texts)


def test_a_step_and_a_message_are_announced(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        QAccessible,
        "updateAccessibility",
        lambda e: (
            heard.append(e.message()) if isinstance(e, QAccessibleAnnouncementEvent) else None
        ),
    )
    window = open_window("--preset", "tutorial")
    heard.clear()
    for _ in range(3):
        trigger(window, "actionStep")
    qtbot.waitUntil(lambda: "iteration 1 · loss 1/1 · mse_loss" in heard)
    trigger(window, "actionEventBack")
    recording = view_state_of(window).cursor.recording
    before = f"iteration 1 · forward 12/12 · {recording.events[-2].op}"
    qtbot.waitUntil(lambda: heard[-1] == before)
    window.messages.tell("A text.", "error")
    assert heard[-1] == "Error: A text."


def test_a_number_field_tells_its_number(shared_window: MainWindow) -> None:
    fields = [f for f in shared_window.toolbar.findChildren(NumberField) if f.isVisible()]
    assert len(fields) == 3
    for field in fields:
        spoken = QAccessible.queryAccessibleInterface(field).valueInterface().currentValue()
        assert spoken == field.value()


@pytest.mark.parametrize("language", by_day_every(2, ["en", "ko"]))
def test_no_menu_has_a_letter_twice(open_window: OpenWindow, language: str) -> None:
    window = open_window("--preset", "digits", "--language", language)
    try:
        titles = window.menuBar().actions()  # older PySide lets go of a menu with its title
        menus = [title.menu() for title in titles]
        menus += [m for m in window.findChildren(QMenu) if m.title() and m not in menus]
        assert len(menus) > 9
        for menu in menus:
            entries = [a for a in menu.actions() if not a.isSeparator()]
            letters = [mnemonic(a.text()) for a in entries]
            assert len(set(letters)) == len(letters), [a.text() for a in entries]
            assert all(letters), [a.text() for a in entries]
        assert isinstance(menus[0].actions()[0], QAction)
    finally:
        use_language("en")
