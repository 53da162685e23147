"""Help > About: its Copy button copies what ``--version`` prints."""

import subprocess
import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.widgets.text_dialog import TextDialog
from tests.conftest import OpenWindow


def test_what_is_copied_is_what_version_prints(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("--preset", "tutorial")
    window.findChild(QAction, "actionAbout").trigger()
    dialog = window.findChild(TextDialog, "aboutDialog")
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(dialog.findChild(QPushButton, "copyText"), Qt.MouseButton.LeftButton)
    assert dialog.isVisible()  # it stays
    command = [sys.executable, "-m", "backprop_viz", "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert QGuiApplication.clipboard().text() == printed.stdout.strip()
    assert "torch" in printed.stdout
    assert "Qt" in printed.stdout
    dialog.reject()
