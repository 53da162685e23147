"""What the system or a terminal asks a program to end with: Ctrl+C, a log-out, a closed terminal.

Python's own handlers run only when Python next does, which a window that waits in Qt may not for
hours. The system's handler writes a byte to a socket, though, and for that Qt wakes up.
"""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier

# Windows has the first of these, and one of its own.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class EndingSignals(QObject):
    """Calls ``end`` in the window's thread for each of these signals, from now on."""

    def __init__(self, end: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._end = end
        self._first: int | None = None
        self._ours, self._theirs = socket.socketpair()
        for end_ in (self._ours, self._theirs):
            end_.setblocking(False)
        notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._read)
        signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        for name in _NAMES:
            number = getattr(signal, name, None)
            # nohup has a program outlive its terminal.
            kept = name == "SIGHUP" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            if number is not None and not kept:
                signal.signal(number, _leave_it_to_the_socket)

    @property
    def status(self) -> int:
        """The exit status: 0, or that by which a shell knows the signal, 128 and its number."""
        return 0 if self._first is None else 128 + self._first

    def _read(self) -> None:
        numbers = self._ours.recv(64)
        if self._first is None and numbers:
            self._first = numbers[0]
        self._end()


def _leave_it_to_the_socket(number: int, view_state: FrameType | None) -> None:
    """Not KeyboardInterrupt, which comes anywhere."""
