"""A scroll area whose scroll bar settles, whatever its content says of its height."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

# Content settles in fewer: it is resized for the bar, and for the height that it then has.
_MOST_RESIZINGS = 8


class SteadyScrollArea(QScrollArea):
    """Scrolls content whose height follows its width.

    Content that has to be higher where it is wider would have the scroll bar come and go without
    end, until the stack is full: it comes where the content is wide, and then is not needed. Then
    it stays, until this has another size.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._resizings = 0  # of the content, each within the one before
        self._bar_stays_at: QSize | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt resizes the content anew each time that it has been resized."""
        # Not compared with ``widget()``: to ask for that takes it from who else holds it.
        if event.type() is not QEvent.Type.Resize:
            return super().eventFilter(watched, event)
        if self._resizings == _MOST_RESIZINGS:
            self._bar_stays_at = self.size()
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
            return False
        self._resizings += 1
        try:
            return super().eventFilter(watched, event)
        finally:
            self._resizings -= 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have a scroll bar as it is needed again."""
        if self._bar_stays_at not in (None, self.size()):
            self._bar_stays_at = None
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        super().resizeEvent(event)
