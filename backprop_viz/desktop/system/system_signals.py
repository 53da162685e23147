"""Signals that ask the program to end: Ctrl+C, logging out, closing the terminal.

Python runs its handlers only when the interpreter runs, which may not happen for hours while the
window waits in Qt. So the handler writes a byte to a socket, which wakes Qt.
"""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier

# Windows has the first of these, and SIGBREAK.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class EndingSignals(QObject):
    """Calls ``end`` in the window's thread when one of the signals arrives."""

    def __init__(self, end: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._end = end
        self._first: int | None = None
        self._ours, self._theirs = socket.socketpair()
        for end_ in (self._ours, self._theirs):
            end_.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is None:
                continue
            # Under nohup the program outlives its terminal.
            if name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _leave_it_to_the_socket)

    @property
    def status(self) -> int:
        """The exit status: 0, or 128 plus the number of the signal, as shells expect."""
        return 0 if self._first is None else 128 + self._first

    def close(self) -> None:
        """Wait for no more signals: they are ignored from now on."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()

    def _read(self) -> None:
        numbers = self._ours.recv(64)
        if self._first is None and numbers:
            self._first = numbers[0]
        self._end()


def _leave_it_to_the_socket(number: int, view_state: FrameType | None) -> None:
    """Keeps Python from raising KeyboardInterrupt at an arbitrary place."""
