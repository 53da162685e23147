"""Wakes the window's thread when another has something for it, and waits without blocking."""

from collections.abc import Callable

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QObject, Qt, QTimer, Signal


class Wake(QObject):
    """Has a function called in the thread that made this, once for all rings before the call.

    So nothing polls: while nobody rings, nothing runs.
    """

    _rang = Signal()

    def __init__(self, answer: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._answer = answer
        self._pending = False
        self._rang.connect(self._answered, Qt.ConnectionType.QueuedConnection)

    def ring(self) -> None:
        """Have the function called soon. Any thread may call this."""
        # What was put down before a ring that finds one pending is there when that is answered.
        if not self._pending:
            self._pending = True
            self._rang.emit()

    def _answered(self) -> None:
        self._pending = False
        try:
            self._answer()
        except BaseException:
            self.ring()  # what else there is must not wait until somebody rings
            raise


def wait_until(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Run the event loop until a condition holds, or the time is over; whether it holds."""
    deadline = QDeadlineTimer(int(timeout_s * 1000))
    loop = QEventLoop()
    tick = QTimer(interval=5)
    tick.timeout.connect(loop.quit)
    tick.start()
    while not holds() and not deadline.hasExpired():
        loop.exec()
    return holds()
