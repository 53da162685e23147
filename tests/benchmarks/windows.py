"""Windows for benchmarks: settings of their own, the built-in digits all drawn."""

import os
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings, QTimer

from backprop_viz.app import create_window
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.window.main_window import MainWindow


def open_window(*argv: str, generate: bool = True) -> tuple[MainWindow, Session]:
    """A window at 1600x1000 that is ready, and its session.

    ``generate`` waits until the built-in digits are all drawn.
    """
    path = tempfile.mkdtemp()
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, path)
    window = create_window([*argv])
    window.resize(1600, 1000)
    window.show()
    session = window.session
    assert isinstance(session, Session)
    session.wait_idle(60)
    if generate:
        # Not above: with it comes torch, which no window's process loads.
        from backprop_viz.digits.strokes import training_strokes

        # The worker draws the rest of the digits meanwhile; here the same work takes as long.
        training_strokes().generate()
    return window, session


def run_events(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
