"""Wakes the window's thread when another thread has something for it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


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
        """Have the function called soon; from any thread."""
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
