"""Scrolls a row sideways where the window is narrower than the row needs."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

_LEAST = 120  # pixels


class Sideways(QScrollArea):
    """As high as its row, and never wider than the window is."""

    def __init__(
        self,
        row: QWidget,
        across: QSizePolicy.Policy = QSizePolicy.Policy.Ignored,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self._row = row
        self.setWidget(row)
        row.setAutoFillBackground(False)
        row.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as high as the row wants to be, and go with it when it hides."""
        if watched is self._row:
            if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
                self.updateGeometry()
            elif event.type() in (QEvent.Type.HideToParent, QEvent.Type.ShowToParent):
                self.setVisible(event.type() == QEvent.Type.ShowToParent)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be higher by the scroll bar, or no longer."""
        super().resizeEvent(event)
        needed = self._row.minimumSizeHint().width()
        if (needed > event.size().width()) is not (needed > event.oldSize().width()):
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The row's height, and that of the scroll bar if there is one."""
        height = self._row.sizeHint().height()
        if self._row.minimumSizeHint().width() > self.width():
            height += self.horizontalScrollBar().sizeHint().height()
        return QSize(self._row.minimumSizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(_LEAST, self.sizeHint().height())
