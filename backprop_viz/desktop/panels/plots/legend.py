"""A button in a plot's header that names a curve and shows or hides it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QStyleOptionToolButton, QToolButton, QWidget

from backprop_viz.desktop.style.theme import body_font

# The height of the header; plots side by side have headers of the same height.
HEADER_HEIGHT = 24
_SWATCH = QSize(16, 10)
_AROUND = 14  # pixels beside the line and the name


class LegendButton(QToolButton):
    """A checkable name in its curve's colour, with a sample of the line.

    ``marked`` curves have markers, so that colour is not the only difference. Where room is short
    the name is the ``short`` one, then elided, then left out.
    """

    def __init__(
        self,
        text: str,
        tip: str,
        width: float,
        marked: bool,
        short: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._width = width
        self._marked = marked
        self._short = short
        self._on = self._off = self._line = QColor()
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setProperty("role", "link")
        self.setFont(body_font(11))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setChecked(True)
        self.setIconSize(_SWATCH)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._paint)

    def set_width(self, width: float) -> None:
        """Set the width of the line, in pixels."""
        self._width = width
        self._paint()

    def set_colors(self, on: QColor, off: QColor, line: QColor | None = None) -> None:
        """Set the colours of the text, of the text while hidden, and of the curve if different."""
        self._on, self._off, self._line = on, off, on if line is None else line
        self._paint()

    def sizeHint(self) -> QSize:
        """Room for the line and the text."""
        return QSize(
            _SWATCH.width() + self._wide(self.text()) + _AROUND, super().sizeHint().height()
        )

    def minimumSizeHint(self) -> QSize:
        """Room for the line."""
        return QSize(_SWATCH.width() + 10, self.sizeHint().height())

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionToolButton
    ) -> None:
        """Draw the name that there is room for, whole or short."""
        super().initStyleOption(option)
        room = self.width() - _SWATCH.width() - _AROUND
        fitting = (name for name in (self.text(), self._short) if self._wide(name) <= room)
        elided = self.fontMetrics().elidedText(self._short, Qt.TextElideMode.ElideRight, room)
        option.text = next(fitting, elided if len(elided) > 3 else "")

    def _wide(self, name: str) -> int:
        return self.fontMetrics().horizontalAdvance(name)

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
