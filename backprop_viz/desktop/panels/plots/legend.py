"""A button in a plot's header that names a curve and shows or hides it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from backprop_viz.desktop.style.theme import body_font

# The height of the header; plots side by side have headers of the same height.
HEADER_HEIGHT = 23
_SWATCH = QSize(16, 10)


class LegendButton(QToolButton):
    """A checkable name in its curve's colour, with a sample of the line.

    ``marked`` curves have markers, so that colour is not the only difference. A button that
    ``shrinks`` leaves its text out if there is no room.
    """

    def __init__(
        self,
        text: str,
        tip: str,
        width: float,
        marked: bool,
        shrinks: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._width = width
        self._marked = marked
        self._shrinks = shrinks
        self._on = self._off = self._line = QColor()
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setProperty("role", "link")
        self.setFont(body_font(11))
        self.setCheckable(True)
        self.setChecked(True)
        self.setIconSize(_SWATCH)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._paint)

    def set_colors(self, on: QColor, off: QColor, line: QColor | None = None) -> None:
        """Set the colours of the text, of the text while hidden, and of the curve if different."""
        self._on, self._off, self._line = on, off, on if line is None else line
        self._paint()

    def sizeHint(self) -> QSize:
        """Room for the line and the text."""
        word = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_SWATCH.width() + word + 18, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same; less for one that shrinks."""
        full = self.sizeHint()
        return QSize(_SWATCH.width() + 10, full.height()) if self._shrinks else full

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the text out if it does not fit."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        roomy = self.width() >= self.sizeHint().width()
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if roomy else style.ToolButtonIconOnly
        )

    def _paint(self) -> None:
        color = self._on if self.isChecked() else self._off
        struck = "none" if self.isChecked() else "line-through"
        self.setStyleSheet(f"color: {color.name()}; text-decoration: {struck};")
        self.setIcon(QIcon(self._swatch(self._line if self.isChecked() else color)))

    def _swatch(self, color: QColor) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(_SWATCH * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, self._width))
        # On whole pixels: between two, a line looks fainter than the curve.
        y = 5.5 if round(self._width) % 2 else 5.0
        painter.drawLine(QPointF(1, y), QPointF(14, y))
        if self._marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QRectF(5, 2.5, 5, 5))
        painter.end()
        return picture
