"""Bars with the predicted probability of each class."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from backprop_viz.desktop.style.numbers import apart, full, short
from backprop_viz.desktop.style.painting import elided
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font, scaled, text_scale
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.desktop.widgets.told_number import ToldNumber, ToldPart
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.class_names import class_name
from backprop_viz.recording.requests.drawing_training import DrawingTrainingState, Moved

_MOST_OF_WIDTH = 0.45  # of the widget, for the names
_ROW = 14  # the least height of a row at 100 % of the text size
_MOVED = 0.005  # smaller changes are not marked


def percent(probability: float) -> str:
    """A probability in percent; "" if it rounds to 0, and never 100 by rounding alone."""
    if not math.isfinite(probability):
        return f"{probability}"
    if 0.995 <= probability < 1:
        return ">99%"
    return f"{probability:.0%}" if probability >= 0.005 else ""


class ProbabilityBars(QWidget):
    """A bar for each class; the likeliest is bold and in the accent colour.

    ``number_picked`` carries the ToldNumber of a bar that was clicked.
    """

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probabilityBars")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = DARK
        self._classes = DIGITS
        self._probabilities: tuple[float, ...] | None = None
        self._top: int | None = None
        self._label: int | None = None
        self._moved: Moved | None = None
        self.show_probabilities(None, None)

    def show_probabilities(self, probabilities: Sequence[float] | None, top: int | None) -> None:
        """Show each class's probability and the predicted class; None: empty bars."""
        shown = None if probabilities is None else tuple(probabilities)
        if (shown, top) == (self._probabilities, self._top) and self.accessibleName():
            return
        self._probabilities, self._top = shown, top
        self.setAccessibleName(self._words())
        self.setToolTip(self._numbers())
        self.update()

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Name the bars."""
        if classes != self._classes:
            self._classes = classes
            self.setAccessibleName(self._words())
            self.setToolTip(self._numbers())
            self.update()

    def show_drawing_training(self, drawing_training: DrawingTrainingState) -> None:
        """Mark the label, and where the bars were before a step on the drawing."""
        if (drawing_training.label, drawing_training.moved) != (self._label, self._moved):
            self._label, self._moved = drawing_training.label, drawing_training.moved
            self.setToolTip(self._numbers())
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask about the probability in the row under the mouse."""
        if self._probabilities is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        row = self._row_at(event.position().y())
        if row is not None:
            self.number_picked.emit(self._told(row))

    def number_under_mouse(self) -> ShownNumber | None:
        """The probability in the row under the mouse, which Ctrl+C copies."""
        row = self._row_at(self.mapFromGlobal(QCursor.pos()).y())
        if row is None or self._probabilities is None:
            return None
        name = class_name(self._classes, row)
        return ShownNumber(f"p[{name}]", (), np.float64(self._probabilities[row]))

    def _row_at(self, y: float) -> int | None:
        count = len(self._probabilities or ())
        row = int(y * count / max(self.height(), 1))
        return row if 0 <= row < count else None

    def _told(self, row: int) -> ToldNumber:
        assert self._probabilities is not None
        value = self._probabilities[row]
        text = self.tr(
            "softmax makes these probabilities, which sum to 1, of the network's outputs for the "
            "drawing, with the weights as they are. Make the drawing the batch (Ctrl+U) to follow "
            "an output back to its pixels; Ctrl+I shows which pixels matter."
        )
        parts = [
            ToldPart(class_name(self._classes, i), p) for i, p in enumerate(self._probabilities)
        ]
        name, formula = f"p[{class_name(self._classes, row)}]", "p[k] = exp(x[k]) / Σₘ exp(x[m])"
        where = self.tr("x: the network's outputs")
        of = self.tr("of the drawing")
        ends = short(value), full(value)
        return ToldNumber(name, *ends, text, formula, where, tuple(parts), of, "forward")

    def sizeHint(self) -> QSize:
        """As high as a canvas of the usual size."""
        return QSize(scaled(110), scaled(190))

    def minimumSizeHint(self) -> QSize:
        """Room for the name, a short bar and its number."""
        count = len(self._probabilities or self._classes)
        return QSize(scaled(84), scaled(_ROW * count))

    def _words(self) -> str:
        if self._probabilities is None or self._top is None:
            return self.tr("Probabilities of the classes: none yet")
        text = self.tr("Predicted: {name}, with probability {probability}")
        probability = f"{self._probabilities[self._top]:.4f}"
        return text.format(name=class_name(self._classes, self._top), probability=probability)

    def _numbers(self) -> str:
        if self._probabilities is None:
            return self.tr("What the net predicts for the drawing. Draw something to see it.")
        names = [class_name(self._classes, i) for i in range(len(self._probabilities))]
        if self._moved is None:
            pairs = zip(names, self._probabilities, strict=True)
            return "\n".join(f"{name}: {p:.6f}" for name, p in pairs)
        rows = zip(names, self._moved.before, self._probabilities, strict=True)
        changes = ((name, apart((before, p), 6, sign="")) for name, before, p in rows)
        return "\n".join(f"{name}: {' → '.join(pair)}" for name, pair in changes)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A row for each class: name, bar, percent."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = len(self._probabilities or self._classes)
        row = self.height() / count
        size = max(11, min(13, int(row * 0.8 / text_scale())))
        names = [class_name(self._classes, i) for i in range(count)]
        metrics = QFontMetrics(code_font(size, bold=True))
        if max(map(len, names)) > 1:
            metrics = QFontMetrics(body_font(size, bold=True))
        widest = max(map(metrics.horizontalAdvance, names))
        name_width = min(widest, int(self.width() * _MOST_OF_WIDTH))
        number = QFontMetrics(body_font(size, bold=True)).horizontalAdvance(">99%")
        left, right = name_width + 12, self.width() - number - 6
        for i in range(count):
            box = QRectF(0, i * row, self.width(), row)
            self._paint_row(painter, i, box, size, QRectF(left, 0, max(right - left, 0), 0))
        painter.end()

    def _paint_row(self, painter: QPainter, i: int, box: QRectF, size: int, span: QRectF) -> None:
        theme, top = self._theme, i == self._top
        probability = None if self._probabilities is None else self._probabilities[i]
        if i == self._label:
            painter.setPen(QPen(QColor(theme.accent), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(0.6, box.y() + 1, span.left() - 5, box.height() - 2), 3, 3
            )
        box = box.adjusted(3, 0, 0, 0)
        name = class_name(self._classes, i)
        font = (code_font if len(name) == 1 else body_font)(size, bold=top)
        painter.setFont(font)
        painter.setPen(QColor(theme.text if top else theme.muted))
        room = span.left() - 12 + 2
        painter.drawText(
            box,
            Qt.AlignmentFlag.AlignVCenter,
            elided(font, name, int(room), Qt.TextElideMode.ElideRight),
        )
        thick = max(4.0, min(10.0, box.height() * 0.45))
        track = QRectF(span.left(), box.center().y() - thick / 2, span.width(), thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.control))
        painter.drawRoundedRect(track, thick / 2, thick / 2)
        if probability is None:
            return
        if math.isfinite(probability) and probability > 0:
            shape = QPainterPath()
            shape.addRoundedRect(track, thick / 2, thick / 2)
            filled = QRectF(track)
            filled.setWidth(track.width() * min(probability, 1.0))
            painter.save()
            painter.setClipPath(shape)
            painter.fillRect(filled, QColor(theme.accent if top else theme.faint))
            painter.restore()
        before = math.nan if self._moved is None else self._moved.before[i]
        if abs(before - probability) >= _MOVED:
            self._paint_before(painter, track, before, probability)
        painter.setFont(body_font(size, bold=top))
        painter.setPen(QColor(theme.text if top else theme.muted))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, align, percent(probability))

    def _paint_before(self, painter: QPainter, track: QRectF, before: float, after: float) -> None:
        """Paint a mark where the bar ended before the step, and a line from there to its end."""
        theme, middle = self._theme, track.center().y()
        start = QPointF(track.left() + track.width() * before, middle)
        end = (
            QPointF(track.left() + track.width() * after, middle) if math.isfinite(after) else start
        )
        color = QColor(theme.update if after >= before else theme.loss)
        reach = QPointF(0, track.height() / 2 + 2)
        painter.setPen(QPen(color, 1.5))
        painter.drawLine(start, end)
        painter.setPen(QPen(color, 2))
        painter.drawLine(start - reach, start + reach)
