"""Losses as colours, in a linear or a logarithmic scale, and the bar that says which are which."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.style.numbers import apart, short
from backprop_viz.desktop.style.theme import DARK, Theme, code_font

_COLOURS = 256
_BAR, _GAP, _EDGE = 12, 5, 8
_TICKS = 6


class LossColours:
    """A scale from the lowest finite loss to the highest."""

    def __init__(self, losses: NDArray[np.float64], logarithmic: bool) -> None:
        finite = losses[np.isfinite(losses)]
        self.logarithmic = logarithmic and bool(finite.size) and float(finite.min()) > 0
        self.low = float(finite.min()) if finite.size else 0.0
        self.high = float(finite.max()) if finite.size else 0.0

    def places(self, losses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where losses lie in the scale, from 0 to 1; NaN where they are not finite."""
        with np.errstate(invalid="ignore", divide="ignore"):
            low, high, at = self.low, self.high, np.where(np.isfinite(losses), losses, np.nan)
            if self.logarithmic:
                low, high, at = np.log(low), np.log(high), np.log(at)
            return (at - low) / (high - low) if high > low else at * 0

    def at(self, place: float) -> float:
        """The loss at a place from 0 to 1."""
        if self.logarithmic:
            return float(np.exp(np.log(self.low) * (1 - place) + np.log(self.high) * place))
        return self.low * (1 - place) + self.high * place

    def pixels(self, losses: NDArray[np.float64], theme: Theme) -> NDArray[np.uint8]:
        """The colours (ny, nx, 4) of losses (ny, nx); what is not finite has the error colour."""
        places = self.places(losses)
        index = np.rint(np.nan_to_num(places) * (_COLOURS - 1)).astype(np.intp)
        colours: NDArray[np.uint8] = loss_table()[np.clip(index, 0, _COLOURS - 1)]
        error = QColor(theme.error)
        colours[np.isnan(places)] = (error.red(), error.green(), error.blue(), 255)
        return colours


def loss_table() -> NDArray[np.uint8]:
    """The colours (256, 4), from a low loss, which is dark, to a high one."""
    # Imported here: pyqtgraph would take a third of the time in which a window opens.
    import pyqtgraph as pg

    table: NDArray[np.uint8] = pg.colormap.get("viridis").getLookupTable(nPts=_COLOURS, alpha=True)
    return table


class LossBar(QWidget):
    """The colours with the losses that they stand for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lossBar")
        self.setAccessibleName(self.tr("Colours of the losses"))
        self._theme = DARK
        self._scale: LossColours | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_scale(self, scale: LossColours | None) -> None:
        """Show a scale, or none."""
        self._scale = scale
        if scale is not None:
            text = self.tr("linear, from {0} to {1}")
            if scale.logarithmic:
                text = self.tr("logarithmic, from {0} to {1}")
            self.setAccessibleDescription(text.format(short(scale.low), short(scale.high)))
            self.setToolTip(self.accessibleDescription())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a number beside the bar."""
        self.ensurePolished()
        return QSize(_BAR + _GAP + self._width("8.888e-8") + 2, 100)

    def _width(self, text: str) -> int:
        return QFontMetrics(code_font(11)).horizontalAdvance(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar and its numbers."""
        scale = self._scale
        if scale is None or scale.high <= scale.low:
            return
        painter = QPainter(self)
        box = QRectF(0, _EDGE, _BAR, max(1, self.height() - 2 * _EDGE))
        table = np.ascontiguousarray(loss_table()[::-1, None])
        image = QImage(table.data, 1, _COLOURS, 4, QImage.Format.Format_RGBA8888)
        painter.drawImage(box, image)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(code_font(11))
        ticks = min(_TICKS, max(2, int(box.height() // 26)))
        places = [k / (ticks - 1) for k in range(ticks)]
        texts = apart([scale.at(place) for place in places], 3, "")
        for k, place in enumerate(places):
            y = box.bottom() - place * box.height()
            painter.drawLine(QPointF(box.right(), y), QPointF(box.right() + 3, y))
            room = QRectF(box.right() + _GAP, y - 8, self.width() - box.right() - _GAP, 16)
            painter.drawText(
                room,
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                texts[k],
            )
        painter.end()
