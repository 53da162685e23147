"""The windows of scripts that a test runs, each at the end of its script's connection."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.window.main_window import MainWindow
from tests.capture.live.script_runs import FOLLOWED, Scripts
from tests.waiting import until

OpenScript = Callable[..., MainWindow]


@contextmanager
def script_windows(folder: Path, scripts: Scripts) -> Iterator[OpenScript]:
    """Opens the window of a script's text, run with options; held where it begins to train."""
    store = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(*store, str(folder / "settings"))
    opened = []

    def open_(text: str, *options: str) -> MainWindow:
        script = folder / "train.py"
        script.write_text(text)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        files = theirs_in, theirs_out
        process = scripts.start(FOLLOWED, [*map(str, files), "run", *options, str(script)], files)
        for file in files:
            os.close(file)
        line = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        window = make_window(Arguments({}, "dark", None, "en", line))
        opened.append((window, process))
        window.resize(1600, 1000)
        window.show()
        session = window.session
        until(session, lambda: session.view_state is not None and not session.view_state.training)
        return window

    yield open_
    for window, process in opened:
        process.kill()
        process.wait(60)
        process.stdout.close()
        until(window.session, lambda w=window: not w.session.has_worker)
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.instance().setStyleSheet("")
