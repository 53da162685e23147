"""A small bar chart: groups side by side, a zero line, a range and a legend."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.desktop.style.numbers import apart, full, short
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font, text_scale
from backprop_viz.desktop.widgets.number_picture import NumberPicture
from backprop_viz.desktop.widgets.shown_number import ShownNumber, exactly
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.events import Array

_LEGEND = 18.0
_LABELS = 16.0
_SIDE = 50.0
_MOST = 118  # pixels of height that it asks for
_HIGHEST = 260


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """One bar in each group; without values only a ``word`` in the legend.

    ``origin`` is the recorded tensor whose elements the values are, as a Number without an index.
    """

    word: str
    color: str  # a role of the theme
    values: Array | None
    origin: Number | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """The content of a chart.

    ``labels`` stand below at fractions of the width, the important ones first; a label that would
    touch another is left out. ``names`` are those of the groups, ``tips`` describe each in full;
    where the groups are the elements of an array, it is ``tensor`` of this ``shape``. Where bars
    are counts, ``told`` says what one counts, by the places of its array and of its group.
    ``message`` is shown in the middle if there are no bars.
    """

    bars: tuple[Bars, ...] = ()
    labels: tuple[tuple[float, str], ...] = ()
    tips: tuple[str, ...] = ()
    message: str = ""
    names: tuple[str, ...] = ()
    tensor: str = ""
    shape: tuple[int, ...] = ()
    told: Callable[[int, int], ToldNumber] | None = None


def value_range(bars: tuple[Bars, ...]) -> tuple[float, float]:
    """The range of all finite values and zero; (0, 0) if there is nothing else."""
    arrays = [np.asarray(b.values, np.float64) for b in bars if b.values is not None]
    finite = [a[np.isfinite(a)] for a in arrays]
    low = min((float(a.min()) for a in finite if a.size), default=0.0)
    high = max((float(a.max()) for a in finite if a.size), default=0.0)
    return min(low, 0.0), max(high, 0.0)


def ticks(low: float, high: float) -> list[float]:
    """Zero, and a round number below and above it if the range extends that far."""
    largest = max(-low, high)
    if not largest > 0:
        return [0.0]
    power = 10.0 ** math.floor(math.log10(largest))
    step = next(m * power for m in (8, 6, 5, 4, 3, 2, 1) if m * power <= largest * (1 + 1e-9))
    return [t for t in (-step, 0.0, step) if low * 1.001 <= t <= high * 1.001]


def group(area: QRectF, count: int, i: int) -> QRectF:
    """The box of the i-th of ``count`` groups."""
    width = area.width() / count
    return QRectF(area.left() + i * width, area.top(), width, area.height())


class BarChart(NumberPicture):
    """Paints a chart. ``element_compared``: Ctrl and a click on the bar of this flat index.

    With the keyboard the arrows go from bar to bar, Enter asks where its number comes from, and
    Ctrl+C copies it.
    """

    element_compared = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Chart()
        self._room = _MOST
        self._range = (0.0, 0.0)
        self._marks: NumberMarks | None = None  # of the recording that is shown
        self._theme = DARK
        self._at: int | None = None  # the group that the keyboard is at
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaximumHeight(_HIGHEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        """Room for the legend, the labels and bars that can be told apart."""
        return QSize(0, round(54 * text_scale()))

    def sizeHint(self) -> QSize:
        """As high as there is room for, within limits."""
        most = max(_MOST, self.minimumSizeHint().height())
        return QSize(260, min(max(self._room, self.minimumSizeHint().height()), most))

    def take_room(self, height: int) -> None:
        """Tell how many pixels of height there are for it, without scrolling."""
        if height != self._room:
            self._room = height
            self.setMaximumHeight(min(max(height, self.minimumSizeHint().height()), _HIGHEST))
            self.updateGeometry()

    def show_chart(self, chart: Chart) -> None:
        """Show another chart."""
        self.chart = chart
        self._range = value_range(chart.bars)
        if self._at is not None and self._at >= len(chart.tips):
            self._at = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def area(self) -> QRectF:
        """The area of the bars."""
        scale = text_scale()
        left, top, bottom = _SIDE * scale, _LEGEND * scale + 6, _LABELS * scale + 4
        return QRectF(self.rect()).adjusted(left, top, -2, -bottom)

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Outline the elements that take part in the number that is explained."""
        self._marks = marks
        self.update()

    def lit(self) -> Mapping[int, float]:
        """The groups that are outlined, and how strongly."""
        marks, found = self._marks, dict[int, float]()
        if marks is None or not self.chart.tensor:
            return found
        for bars in self.chart.bars:
            marked = None if bars.origin is None else marks.tensors.get(bars.origin.tensor)
            found |= {} if marked is None else marked.flat(self.chart.shape)
        return found

    def group_at(self, x: float) -> int | None:
        """The group at x; None beside the bars."""
        area, count = self.area(), len(self.chart.tips)
        if not count or not area.left() <= x < area.right():
            return None
        return min(count - 1, int((x - area.left()) / area.width() * count))

    def tip(self, x: float) -> str:
        """The full text of the group at x."""
        at = self.group_at(x)
        return "" if at is None else self.chart.tips[at]

    def number_at(self, point: QPoint) -> ShownNumber | None:
        """The number of the bar at a point: of those side by side in a group the nearest one."""
        at = self.group_at(point.x())
        if at is None:
            return None
        middle = group(self.area(), len(self.chart.tips), at).center().x()
        return self._number(at, 0 if point.x() < middle else -1)

    def _number(self, at: int, nearest: int) -> ShownNumber | None:
        bars = [each for each in self.chart.bars if each.values is not None]
        shown = [each.values for each in bars if each.values is not None]
        if not shown:
            return None
        values, origin = shown[nearest], bars[nearest].origin
        row = (self.chart.names[at], *(full(array[at]) for array in shown))
        if not self.chart.tensor:
            return ShownNumber(self.chart.names[at], (), values[at], row)
        index = tuple(int(i) for i in np.unravel_index(at, self.chart.shape))
        return ShownNumber(self.chart.tensor, index, values[at], row, origin)

    def copied_by_key(self) -> ShownNumber | None:
        """The number of the bar that the keyboard is at, or else under the cursor."""
        return super().copied_by_key() if self._at is None else self._number(self._at, -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another bar, or ask where its number comes from."""
        last = len(self.chart.tips) - 1
        here = -1 if self._at is None else self._at
        moves = {
            Qt.Key.Key_Left: max(here - 1, 0),
            Qt.Key.Key_Right: min(here + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key, number = Qt.Key(event.key()), self.copied_by_key()
        if key in moves and last >= 0:
            self._at = moves[key]
            self.setAccessibleDescription(self.chart.tips[self._at])
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and number is not None:
            if number.number is not None:
                self.number_picked.emit(number.number)
            elif self._at is not None:
                self._tell(self._at, -1)
        else:
            super().keyPressEvent(event)

    def _tell(self, at: int, nearest: int) -> None:
        """Say what the count of a bin is."""
        if self.chart.told is not None:
            self.number_picked.emit(self.chart.told(nearest, at))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave the bars."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._at = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask what a bar's number was before, by Ctrl and a click."""
        at = self.group_at(event.position().x())
        by_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if by_control and at is not None and self.chart.tensor:
            self.element_compared.emit(at)
        elif at is not None and self.chart.told is not None:
            middle = group(self.area(), len(self.chart.tips), at).center().x()
            self._tell(at, 0 if event.position().x() < middle else -1)
        else:
            super().mousePressEvent(event)

    def tip_at(self, point: QPoint) -> str:
        """The full text of the group at a point."""
        return self.tip(point.x())

    # -- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the legend, the axis, the bars and the labels."""
        painter = QPainter(self)
        if self.hasFocus():
            at = None if self._at is None else group(self.area(), len(self.chart.tips), self._at)
            painter.setPen(QColor(self._theme.accent))
            painter.drawRoundedRect(self.area() if at is None else at, 4, 4)
        self._paint_legend(painter)
        self._paint_axis(painter)
        shown = [bars for bars in self.chart.bars if bars.values is not None]
        for k, bars in enumerate(shown):
            self._paint_bars(painter, bars, k, len(shown))
        for i, weight in self.lit().items():
            color = QColor(self._theme.text)
            color.setAlphaF(0.3 + 0.7 * weight)
            painter.setPen(QPen(color, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            box = group(self.area(), len(self.chart.tips), i)
            painter.drawRoundedRect(box.adjusted(1, -4, -1, 2), 4, 4)
        if self.chart.message:
            painter.setFont(code_font(13))
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(self.area(), Qt.AlignmentFlag.AlignCenter, self.chart.message)
        self._paint_labels(painter)
        painter.end()

    def _paint_legend(self, painter: QPainter) -> None:
        font = body_font(11)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = [bars.word for bars in self.chart.bars]
        over = sum(metrics.horizontalAdvance(word) + 26 for word in words) - 10 - self.width()
        if over > 0 and words:
            longest = max(range(len(words)), key=lambda i: metrics.horizontalAdvance(words[i]))
            room = max(metrics.horizontalAdvance(words[longest]) - over, 30)
            words[longest] = metrics.elidedText(words[longest], Qt.TextElideMode.ElideRight, room)
        x = self.width() - sum(metrics.horizontalAdvance(word) + 26 for word in words) + 10
        for bars, word in zip(self.chart.bars, words, strict=True):
            there = bars.values is not None
            color = QColor(getattr(self._theme, bars.color if there else "muted"))
            painter.setPen(color)
            painter.setBrush(color if there else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(x, _LEGEND * text_scale() / 2 - 3.5, 7, 7))
            width = metrics.horizontalAdvance(word)
            box = QRectF(x + 12, 0, width + 2, _LEGEND * text_scale())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)
            x += width + 26

    def _counts(self) -> bool:
        """Whether the bars are counts; then a zero has no bar."""
        values = [bars.values for bars in self.chart.bars if bars.values is not None]
        return all(np.issubdtype(array.dtype, np.integer) for array in values)

    def _height(self, value: float) -> float:
        """The y coordinate of a value."""
        area, (low, high) = self.area(), self._range
        span = high - low
        return area.bottom() - (value - low) / span * area.height() if span else area.center().y()

    def _paint_axis(self, painter: QPainter) -> None:
        area = self.area()
        painter.setFont(code_font(11))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if not any(bars.values is not None for bars in self.chart.bars):
            return
        for tick in ticks(*self._range):
            y = self._height(tick)
            painter.setPen(QColor(self._theme.grid if tick else self._theme.border))
            painter.drawLine(int(area.left()), round(y), int(area.right()), round(y))
            painter.setPen(QColor(self._theme.muted))
            text = "0" if tick == 0 else f"{tick:,.0f}" if self._counts() else f"{tick:+.3g}"
            high = 14 * text_scale()
            box = QRectF(0, y - high / 2, area.left() - 5, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_bars(self, painter: QPainter, bars: Bars, k: int, count: int) -> None:
        assert bars.values is not None
        area, zero = self.area(), self._height(0.0)
        color = QColor(getattr(self._theme, bars.color))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for i, value in enumerate(bars.values):
            column = group(area, len(bars.values), i)
            wide = min(column.width() * 0.76, 15.0 * count)
            left = column.center().x() - wide / 2 + k * wide / count
            width = max(wide / count - (1 if wide > 8 else 0), 1.0)
            if value == 0 and self._counts():
                continue
            painter.setBrush(color if math.isfinite(value) else QColor(self._theme.error))
            if math.isnan(value):
                painter.drawRect(QRectF(left, area.top(), width, area.height()))
                continue
            clipped = min(max(float(value), self._range[0]), self._range[1])
            y = self._height(clipped if math.isfinite(value) else math.copysign(1e300, value))
            y = min(max(y, area.top()), area.bottom())
            box = QRectF(left, min(y, zero), width, abs(y - zero))
            if box.height() < 2:
                # A zero has no height: a tick marks it.
                box = QRectF(left, zero - 1, width, 2)
            painter.drawRoundedRect(box, min(2.0, width / 3), min(2.0, box.height() / 2))

    def _paint_labels(self, painter: QPainter) -> None:
        area, font = self.area(), code_font(11)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        taken: list[QRectF] = []
        for part, text in self.chart.labels:
            width = metrics.horizontalAdvance(text) + 6
            left = area.left() + part * area.width() - width / 2
            left = min(max(left, 0.0), self.width() - width)
            box = QRectF(left, area.bottom() + 4, width, _LABELS * text_scale())
            if not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def element_tips(bars: tuple[Bars, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """For each element its name and all its values, each also with every digit."""
    rows, shown = [], [(b.word, b.values) for b in bars if b.values is not None]
    for i, name in enumerate(names):
        texts = apart([values[i] for _, values in shown])
        lines = [
            f"{word}: {text}   {exactly(values[i])}"
            for (word, values), text in zip(shown, texts, strict=True)
        ]
        rows.append("\n".join((name, *lines)))
    return tuple(rows)


def bin_names(edges: Array) -> tuple[str, ...]:
    """For each bin of a histogram its edges."""
    return tuple(f"{short(low)} … {short(high)}" for low, high in pairwise(edges))


def bin_tips(bars: tuple[Bars, ...], edges: Array) -> tuple[str, ...]:
    """For each bin of a histogram its edges and how many elements are in it."""
    rows = []
    for i, name in enumerate(bin_names(edges)):
        counts = [f"{b.word}: {b.values[i]:,}" for b in bars if b.values is not None]
        rows.append("\n".join((name, *counts)))
    return tuple(rows)
