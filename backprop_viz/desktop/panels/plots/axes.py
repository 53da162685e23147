"""Plot axes with their names among the numbers."""

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from backprop_viz.desktop.style.numbers import decade
from backprop_viz.desktop.style.theme import Theme, body_font, code_font, scaled

_TICKS = 11
_NAME = 11
# What a logarithmic axis has between two powers of ten: as little as gives it this many numbers.
_BETWEEN = (
    (1, 2, 5),
    (1, 1.5, 2, 3, 4, 5, 7),
    tuple(m / 10 for m in range(10, 100)),
)
_FEWEST = 3
# Fewer numbers along an axis than these do not tell its scale.
_FEWEST_ALONG = 2
# More lines across a large plot would hide its curves.
_MOST = 12


class NamedAxis(pg.AxisItem):
    """An axis with its name at its far end; numbers that would touch the name are left out.

    Without a name, the ``unit`` after each number says what the axis shows. ``whole``: there is
    nothing between two whole numbers, as between two iterations.
    """

    def __init__(self, orientation: str, name: str, unit: str = "", *, whole: bool = False) -> None:
        super().__init__(orientation)
        self._least_step = 1.0 if whole else 0.0
        self._names_itself = True  # whether there is room for it
        self._has_scale = True
        self.name = name
        self._unit = unit
        self._name_color = QColor()
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, tickTextOffset=5, autoExpandTextSpace=False, maxTextLevel=0)
        self._follow_text_size()

    def _follow_text_size(self) -> None:
        self.setStyle(tickFont=code_font(_TICKS))
        if self.orientation == "bottom":
            self.setHeight(QFontMetricsF(body_font(_NAME)).height() + 5)

    def rename(self, name: str) -> None:
        """Write another name at the far end."""
        self.name = name
        self.picture = None
        self.update()

    def show_scale(self, shown: bool) -> None:
        """Have numbers and a grid, or none: a range in which nothing lies is no scale."""
        if shown != self._has_scale:
            self._has_scale = shown
            self.picture = None
            self.update()

    def set_theme(self, theme: Theme, grid: bool) -> None:
        """Use a theme's colours; ``grid`` draws faint lines across the plot."""
        self._follow_text_size()
        self._name_color = QColor(theme.muted)
        self.setPen(QColor(theme.grid))
        self.setTickPen(QColor(theme.grid))
        self.setTextPen(QColor(theme.muted))
        # Only one level of grid lines, opaque in the grid's own colour.
        self.setStyle(tickAlpha=255)
        self.setGrid(255 if grid else False)

    def fit(self, low: float, high: float) -> None:
        """Reserve room for the numbers of a range (vertical axes only)."""
        texts = [self._number(low, high - low), self._number(high, high - low), "0.00"]
        ticks = QFontMetricsF(code_font(_TICKS))
        width = max(ticks.horizontalAdvance(text) for text in texts)
        width = max(width, QFontMetricsF(body_font(_NAME)).horizontalAdvance(self.name))
        # In steps of 8 pixels, so that the plot does not jitter while the range grows.
        width = math.ceil((width + 8) / 8) * 8
        if width != self.fixedWidth:
            self.setWidth(width)

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:  # noqa: N802
        """One level of ticks: the finest whose numbers fit."""
        if not self._has_scale:
            return []
        if self.logMode:
            ticks = _log_ticks(low, high)
            most = max(1, int(size // scaled(16 if self.orientation == "left" else 40)))
            return [(1.0, ticks[:: max(1, math.ceil(len(ticks) / most))])]
        levels = super().tickValues(low, high, size)
        room = max(scaled(16), size / _MOST) if self.orientation == "left" else scaled(60)
        dense = [step for step, _ in levels if step * size >= room * (high - low)]
        step = dense[-1] if dense else _next_step(levels[0][0], room * (high - low) / size)
        if self.orientation == "bottom" and self._written(step, low, high, size) < _FEWEST_ALONG:
            wide = self._widest(low, high, step) + scaled(12)
            step = min(step, _next_step(levels[-1][0], wide * (high - low) / size))
        step = max(step, self._least_step)
        first, last = math.ceil(low / step), math.floor(high / step)
        return [(step, [k * step for k in range(first, last + 1)])]

    def _widest(self, low: float, high: float, step: float) -> float:
        """How wide the numbers of a range are at most, in pixels."""
        ticks = QFontMetricsF(code_font(_TICKS))
        return max(ticks.horizontalAdvance(self._number(end, step * 9)) for end in (low, high))

    def _written(self, step: float, low: float, high: float, size: float) -> int:
        """How many numbers at multiples of a step there is room for beside the name."""
        pixel = (high - low) / size
        half = self._widest(low, high, step) / 2 * pixel
        free = self._name_rect().width() * pixel + half if self.name else half
        return math.floor((high - free) / step) - math.ceil((low + half) / step) + 1

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The numbers at the ticks."""
        return [self._number(value, spacing * 9) for value in values]

    def _number(self, value: float, span: float) -> str:
        if self.logMode:
            return f"{10**value:.3g}" if -4 < value < 5 else decade(round(value))
        places = max(0, 1 - math.floor(math.log10(span))) if span > 0 else 2
        if abs(value) >= 1e5 or places > 4:
            return f"{value:.3g}"
        text = f"{value:.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text + self._unit

    def generateDrawSpecs(self, p: QPainter) -> Any:  # noqa: N802
        """What pyqtgraph would draw, without the numbers that overlap the name."""
        specs = super().generateDrawSpecs(p)
        if specs is None:
            return None
        axis, ticks, texts = specs
        if self.name:
            name = self._name_rect().adjusted(-6, -2, 6, 2)
            beside = [spec for spec in texts if not name.intersects(spec[0])]
            # A number says more than the name, which the panel has as well. One at the lower edge
            # is not seen.
            bottom = self.mapRectFromParent(self.geometry()).bottom()
            seen, left = (sum(s[0].bottom() <= bottom for s in each) for each in (texts, beside))
            gives_way = left < min(seen, _FEWEST_ALONG) and self.orientation != "bottom"
            self._names_itself = not gives_way
            texts = beside if self._names_itself else texts
        return axis, ticks, texts

    def drawPicture(self, p: QPainter, axis: Any, ticks: Any, texts: Any) -> None:  # noqa: N802
        """Draw the axis and its name."""
        super().drawPicture(p, axis, ticks, texts)
        if not self._names_itself:
            return
        p.setFont(body_font(_NAME))
        p.setPen(self._name_color)
        p.drawText(self._name_rect(), int(Qt.AlignmentFlag.AlignCenter), self.name)

    def _name_rect(self) -> QRectF:
        metrics = QFontMetricsF(body_font(_NAME))
        size = QPointF(metrics.horizontalAdvance(self.name) + 1, metrics.height())
        bounds = self.mapRectFromParent(self.geometry())
        if self.orientation == "bottom":
            return QRectF(bounds.right() - size.x(), bounds.bottom() - size.y(), size.x(), size.y())
        return QRectF(bounds.right() - 5 - size.x(), bounds.top(), size.x(), size.y())


def _next_step(step: float, least: float) -> float:
    """The first of 1, 2, 5, 10, … times a power of ten that is at least ``least``, from a step on.

    pyqtgraph's own coarsest leave a low plot's numbers on top of each other.
    """
    while step < least:
        digit = round(step / 10 ** math.floor(math.log10(step) + 1e-9))
        step *= 2.5 if digit == 2 else 2
    return step


def _log_ticks(low: float, high: float) -> list[float]:
    """The logarithms of 1, 2, 5, 10, 20, ... in a range, or of powers of ten if it is wide.

    Where these are too few, those of more numbers between.
    """
    first, last = math.floor(low), math.ceil(high)
    step = max(1, math.ceil((high - low) / 5))
    if high - low > 2:
        ticks = [float(k) for k in range(first, last + 1) if k % step == 0]
    else:
        for between in _BETWEEN:
            ticks = [k + math.log10(m) for k in range(first, last + 1) for m in between]
            ticks = [tick for tick in ticks if low <= tick <= high]
            if len(ticks) >= _FEWEST:
                break
    return [tick for tick in ticks if low <= tick <= high]
