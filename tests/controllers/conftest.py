"""A window that is closed when the test ends, with settings of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backprop_viz.app import create_window
from backprop_viz.views.window import MainWindow

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenWindow]:
    settings = str(tmp_path / "settings")
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, settings)
    windows = []

    def open_(*argv: str) -> MainWindow:
        window = create_window(list(argv))
        windows.append(window)
        window.resize(1280, 800)
        window.show()
        assert window.session.wait_idle(60)
        return window

    yield open_
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents()
    QApplication.instance().setStyleSheet("")  # the next test's widgets are not in this window
