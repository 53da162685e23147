"""Sees what goes wrong while the window is driven: exceptions, warnings of Qt, stalls."""

import faulthandler
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog

BEAT_MS = 20
STALL_S = 1.0
NESTED_S = 0.5
LOOK_S = 0.1
# What the offscreen platform says of what it has not: a stacking order, a keyboard to grab.
SILENT = "This plugin does not support "


def waited_for_a_core() -> float:
    """How many seconds this thread was ready to run and had to wait for a core; Linux only."""
    kept = Path("/proc/thread-self/schedstat")
    return int(kept.read_text().split()[1]) / 1e9 if kept.exists() else 0.0


class Watch(QObject):
    """``failures`` holds all that went wrong; ``longest_s`` the longest time without a beat."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[str] = []
        self.longest_s = 0.0
        self.in_action_since: float | None = None
        self._last = (time.monotonic(), waited_for_a_core())
        self._where = ""
        self._rests = False
        threading.Thread(target=self._look, name="watch", daemon=True).start()
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self.beat)
        self._beat.start()
        self._hear()
        sys.unraisablehook = lambda u: self._exception(u.exc_type, u.exc_value, u.exc_traceback)
        threading.excepthook = lambda a: self._exception(a.exc_type, a.exc_value, a.exc_traceback)
        qInstallMessageHandler(self._message)
        warnings.simplefilter("error")
        # Of a folder that torch.distributed of older torch has until the end.
        warnings.filterwarnings("ignore", "Implicitly cleaning up", ResourceWarning)

    def _hear(self) -> None:
        """Hear of exceptions before the window does, which is content to tell its user."""
        sys.excepthook = self._exception

    def begin_beating(self) -> None:
        """What came before is not counted: the window was being made."""
        self._last = (time.monotonic(), waited_for_a_core())
        self.longest_s = 0.0

    @contextmanager
    def resting(self) -> Iterator[None]:
        """What is done meanwhile in the window's thread is not the window's doing."""
        self._rests = True
        yield
        self._rests = False
        self._hear()
        self._last = (time.monotonic(), waited_for_a_core())

    def beat(self) -> None:
        """The event loop runs. Waiting for a core is the machine's fault, not the window's."""
        if self._rests:
            return
        now, waited = time.monotonic(), waited_for_a_core()
        gap = now - self._last[0] - (waited - self._last[1])
        self._last = (now, waited)
        self.longest_s = max(self.longest_s, gap)
        if gap > STALL_S:
            self.failures.append(f"The event loop stood still for {gap:.2f} s.\n{self._where}")
        if self.in_action_since is not None and now - self.in_action_since > NESTED_S:
            self._leave_nested_loop()

    def _look(self) -> None:
        """In a thread of its own: note where the event loop stands still."""
        while True:
            time.sleep(LOOK_S)
            if time.monotonic() - self._last[0] > STALL_S / 2:
                # Not sys._current_frames: who holds a frame that the watched thread returns from
                # destroys its timers, in the wrong thread, and Qt goes on to call them.
                with tempfile.TemporaryFile("w+") as file:
                    faulthandler.dump_traceback(file)
                    file.seek(0)
                    self._where = file.read()

    def _leave_nested_loop(self) -> None:
        """A dialog that waits in an event loop of its own, as Qt's own do, is answered with no."""
        on_top = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if isinstance(on_top, QDialog):
            on_top.reject()
        elif on_top is not None:
            on_top.close()

    def _exception(self, kind: Any, error: Any, trace: Any) -> None:
        self.failures.append("".join(traceback.format_exception(kind, error, trace)))

    def _message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not text.startswith(SILENT):
            self.failures.append(f"Qt said: {text}\n{''.join(traceback.format_stack(limit=12))}")
