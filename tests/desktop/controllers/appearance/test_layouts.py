"""Layouts from the menu, layouts of one's own, the list of panels, and walking them by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from backprop_viz.desktop.style.theme import body_font
from backprop_viz.desktop.widgets.corner_row import CornerRow
from backprop_viz.desktop.window.main_window import MainWindow
from tests.desktop.application_helpers import trigger
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def window(open_window: OpenWindow, tmp_path: Path) -> MainWindow:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    return open_window("--preset", "tutorial", size=(1600, 1000))


def shown(window: MainWindow) -> set[str]:
    return {name for name, dock in window.docks.docks.items() if dock.isVisible()}


def test_a_layout_is_chosen_by_its_button_and_remembered(
    window: MainWindow, open_window: OpenWindow
) -> None:
    corner = window.findChild(CornerRow)
    names = [b.text() for b in corner.findChildren(QToolButton)]
    assert names == ["Learn", "Debug", "Draw", "Present"]
    draw = corner.findChildren(QToolButton)[2]
    draw.click()
    assert draw.isChecked()
    assert shown(window) == {"drawPanel", "networkView", "lossPlot"}
    window.close()
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    assert shown(again) == {"drawPanel", "networkView", "lossPlot"}
    assert again.findChild(QAction, "actionLayoutDraw").isChecked()


def test_a_layout_of_ones_own_comes_back(window: MainWindow, open_window: OpenWindow) -> None:
    window.docks.docks["inspector"].hide()
    QApplication.processEvents()
    kept = window.layout_state()
    # As a collection may do: Python's parts of the menus are gone, the menus are not.
    for each in window.findChildren(QMenu):
        Shiboken.invalidate(each)
    trigger(window, "actionSaveLayout")
    (dialog,) = window.findChildren(QInputDialog)
    dialog.setTextValue("  For & with a class ")
    dialog.accept()
    trigger(window, "actionLayoutDraw")
    window.close()
    again = open_window("--preset", "tutorial", size=(1600, 1000))
    menu = next(
        m
        for m in again.findChildren(QMenu)
        if again.findChild(QAction, "actionSaveLayout") in m.actions()
    )
    menu.actions()[-1].trigger()
    QApplication.processEvents()
    assert "&&" in menu.actions()[-1].text()
    assert again.layout_state().keys() == kept.keys()
    assert not again.docks.docks["inspector"].isVisible()


def test_a_closed_panel_is_opened_from_the_menu(window: MainWindow) -> None:
    dock = window.docks.docks["autogradView"]
    dock.hide()
    toggle = dock.toggleViewAction()
    assert toggle.text().replace("&", "") == "Autograd graph"
    assert not toggle.isChecked()
    toggle.trigger()
    assert dock.isVisible()


def test_a_panel_without_anything_to_show_is_not_offered(window: MainWindow) -> None:
    modules = window.docks.docks["modulesView"]  # LeNet is small
    assert not modules.isVisible()
    assert not modules.toggleViewAction().isVisible()
    modules.panel.show()
    assert modules.isVisible()
    assert modules.toggleViewAction().isVisible()


def test_the_keyboard_walks_through_all_panels_and_back(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    seen: list[str] = []
    for _ in shown(window):
        window.findChild(QAction, "actionNextPanel").trigger()
        focus = QApplication.focusWidget()
        (name,) = (n for n, d in window.docks.docks.items() if d.isAncestorOf(focus))
        seen.append(name)
    assert set(seen) == shown(window)
    window.findChild(QAction, "actionPreviousPanel").trigger()
    assert window.docks.docks[seen[-2]].isAncestorOf(QApplication.focusWidget())
    trigger(window, "actionMaximizePanel")
    assert shown(window) == {seen[-2]}
    trigger(window, "actionMaximizePanel")
    assert shown(window) == set(seen)


@by_night
def test_presenting_shows_keys_and_large_type(window: MainWindow, qtbot: QtBot) -> None:
    keys = window.findChild(QLabel, "pressedKeys")
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not keys.isVisible()
    assert window.session.wait_idle(30)
    trigger(window, "actionLayoutPresent")
    try:
        assert shown(window) == {"programView", "networkView", "lossPlot"}
        assert body_font().pixelSize() == round(13 * 1.5)
        qtbot.keyClick(window, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        assert keys.isVisible()
        assert keys.text() == "Shift+F10"
        assert window.size().toTuple() == (1600, 1000)
        for button in window.toolbar.run_buttons:
            assert not button.visibleRegion().isEmpty()
    finally:
        trigger(window, "actionLayoutLearn")
    assert body_font().pixelSize() == 13
    assert not keys.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.AltModifier)
    assert not keys.isVisible()


def test_every_panel_has_a_name_for_a_screen_reader(window: MainWindow) -> None:
    for name, dock in window.docks.docks.items():
        told = QAccessible.queryAccessibleInterface(dock.panel).text(QAccessible.Text.Name)
        assert told == dock.windowTitle() != "", name
        button = dock.panel.findChild(QToolButton, "panelMenu")
        assert told in button.accessibleName()


@by_night
def test_the_corner_stays_in_the_window_with_large_text(open_window: OpenWindow) -> None:
    window = open_window("--preset", "tutorial")
    corner = window.findChild(CornerRow)
    for layout in ("Debug", "Present", "Learn"):  # the last with text of the usual size again
        trigger(window, f"actionLayout{layout}")
        for _ in range(3):
            QApplication.processEvents()
        assert corner.width() >= corner.sizeHint().width()
        assert corner.geometry().right() < window.width()
