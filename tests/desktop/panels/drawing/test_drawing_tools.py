"""The pad's tools by their keys, in the whole window, and what the next launch remembers."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.app import create_window
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from tests.nightly import by_night


@by_night
def test_keys_choose_the_tool_and_the_width_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    window = create_window(["--preset", "tutorial"])
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panel = window.panel(DrawPanel)
    assert panel.size_of_pen == 1
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert window.findChild(QAction, "actionEraser").isChecked()
    assert panel.canvas.cursor().shape() is not Qt.CursorShape.CrossCursor
    qtbot.keyClick(window, Qt.Key.Key_E)
    assert panel.canvas.cursor().shape() is Qt.CursorShape.CrossCursor
    qtbot.keyClick(window, Qt.Key.Key_BracketLeft)
    assert panel.size_of_pen == 0
    assert not window.findChild(QAction, "actionThinner").isEnabled()
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    assert panel.size_of_pen == 2
    assert not window.findChild(QAction, "actionThicker").isEnabled()
    window.close()
    again = create_window(["--preset", "tutorial"])
    assert again.panel(DrawPanel).size_of_pen == 2
    assert not again.findChild(QAction, "actionThicker").isEnabled()
    again.close()
    store = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "backprop_viz", "backprop_viz"
    )
    store.setValue("drawing/pen", "wide")
    store.sync()
    third = create_window(["--preset", "tutorial"])
    assert third.panel(DrawPanel).size_of_pen == 1
    third.close()
    for one in (window, again, third):
        one.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.instance().setStyleSheet("")
