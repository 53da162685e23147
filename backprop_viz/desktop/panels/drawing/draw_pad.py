"""The panel for drawing a digit: the canvas, the network's prediction, and its input."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from backprop_viz.desktop.panels.drawing.canvas import Canvas
from backprop_viz.desktop.panels.drawing.not_a_digit import NotADigit
from backprop_viz.desktop.panels.drawing.probabilities import ProbabilityBars
from backprop_viz.desktop.panels.drawing.strokes import PadMark
from backprop_viz.desktop.panels.drawing.tools import Tools
from backprop_viz.desktop.panels.drawing.training_row import TrainingRow
from backprop_viz.desktop.style.images import gray_image, is_gray, signed_image, signed_range
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, scaled, text_scale
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.drawing_training import Prediction
from backprop_viz.recording.trace.events import Array

_GAP = 12
_BARS = 96  # the least width of the bars
_NAMED_BARS = 150  # the same where classes have names of several letters
_CAPTION = 18
_COMFORTABLE = 220  # a canvas of this side is comfortable to draw on


class DrawPanel(Panel):
    """The pad, and what the network predicts.

    ``digit_drawn`` carries the drawing (float32, 280x280, light on dark) or None. ``changed``:
    strokes were added or removed. ``size_changed`` carries the index of the new pen in ``WIDTHS``.
    ``probabilities`` and ``prediction`` are the network's answer; ``number_picked`` carries the
    ToldNumber of one that was clicked.
    """

    number_picked = Signal(object)
    digit_drawn = Signal(object)
    changed = Signal()
    size_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("DrawPanel", "Draw a digit"), parent)
        self._stage = _Stage(self)
        self.body.addWidget(self._stage, 1)
        self.training_row = TrainingRow()
        self.body.addWidget(self.training_row)
        self._prediction: Prediction | None = None
        self._tools = Tools()
        self._tools.show_size(self.canvas.size_of_pen)
        self._tools.size_chosen.connect(self.set_size_of_pen)
        self.header.addWidget(self._tools)
        self.canvas.digit_drawn.connect(self._drawn)
        self.canvas.changed.connect(self.changed)
        self._stage.bars.number_picked.connect(self.number_picked)
        # The newest drawing that had a label, and which: undone, it comes back with it.
        self._labelled: tuple[tuple[PadMark, ...], int | None] = ((), None)
        self.canvas.changed.connect(self._follow_drawing)
        self.training_row.label_chosen.connect(self._note_label)

    @property
    def canvas(self) -> Canvas:
        """The widget that is drawn on."""
        return self._stage.canvas

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Offer the tools, and a button that clears the drawing, beside the title."""
        self._tools.set_actions(
            actions["actionEraser"], actions["actionThinner"], actions["actionThicker"]
        )
        button = QToolButton()
        button.setObjectName("clearDrawing")
        button.setProperty("role", "link")
        button.setDefaultAction(actions["actionClearDrawing"])
        button.setAccessibleName(self.tr("Clear the drawing"))
        self.header.addWidget(button)

    def is_urgent(self, view_state: ViewState) -> bool:
        """Whether there is a new prediction, which the user is watching for."""
        return view_state.prediction is not self._prediction

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the network's prediction for the drawing."""
        if view_state.prediction is not self._prediction:
            self._show(view_state.prediction)
        self._show_classes(view_state.classes)
        self.training_row.show_drawing_training(view_state.drawing_training)
        self._stage.bars.show_drawing_training(view_state.drawing_training)
        if view_state.drawing_training.label is not None:
            self._note_label(view_state.drawing_training.label)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._stage.set_theme(theme)
        self._tools.set_theme(theme)

    @property
    def probabilities(self) -> list[float] | None:
        """The probability of each class, or None without a drawing."""
        return self.canvas.probabilities

    @property
    def prediction(self) -> int | None:
        """The likeliest class, or None."""
        return self.canvas.prediction

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return self.canvas.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to redo."""
        return self.canvas.can_redo

    def show_picture(self, image: Array) -> None:
        """Replace the drawing by an image (280, 280), 0..1, light on dark."""
        self.canvas.show_picture(image)

    def strokes(self) -> tuple[PadMark, ...]:
        """The strokes and pictures that the drawing consists of."""
        return self.canvas.strokes()

    def show_strokes(self, strokes: tuple[PadMark, ...]) -> None:
        """Replace the drawing by these strokes."""
        self.canvas.show_strokes(strokes)

    def clear(self) -> None:
        """Clear the drawing."""
        self.canvas.clear()

    def undo(self) -> None:
        """Undo the last stroke."""
        self.canvas.undo()

    def redo(self) -> None:
        """Redo the stroke that was undone last."""
        self.canvas.redo()

    @property
    def size_of_pen(self) -> int:
        """The index in ``WIDTHS`` of the pen in use."""
        return self.canvas.size_of_pen

    def set_size_of_pen(self, size: int) -> None:
        """Use the pen with this index in ``WIDTHS``, or the nearest one."""
        self.canvas.set_size_of_pen(size)
        self._tools.show_size(self.size_of_pen)
        self.size_changed.emit(self.size_of_pen)

    def set_erasing(self, erasing: bool) -> None:
        """Erase, or draw again."""
        self.canvas.set_erasing(erasing)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the label by typing its digit."""
        if event.text().isascii() and event.text().isdigit() and not event.modifiers():
            self.training_row.choose(int(event.text()))
        else:
            super().keyPressEvent(event)

    def _drawn(self, image: object) -> None:
        if image is None:
            self._show(None)  # at once: an empty canvas has no prediction
        self.digit_drawn.emit(image)

    def _follow_drawing(self) -> None:
        """A drawing that is cleared has no label; one that comes back has the one it had."""
        strokes, (labelled, label) = self.strokes(), self._labelled
        if not strokes:
            self.training_row.show_label(None)
        elif self.training_row.label is not None:
            self._note_label(self.training_row.label)
        elif label is not None and strokes == labelled:
            self.training_row.choose(label)

    def _note_label(self, label: int | None) -> None:
        if label is None or self.strokes():
            self._labelled = self.strokes(), label

    def _show_classes(self, classes: tuple[str, ...]) -> None:
        digits = classes == DIGITS
        title = self.tr("Draw a digit") if digits else self.tr("Draw")
        if self._title.text() != title:
            self._title.setText(title)
            self.setAccessibleName(title)
        self.training_row.show_classes(classes)
        self._stage.show_classes(classes)

    def _show(self, prediction: Prediction | None) -> None:
        self._prediction = prediction
        self.canvas.set_probabilities(None if prediction is None else prediction.probabilities)
        self._stage.bars.show_probabilities(self.canvas.probabilities, self.canvas.prediction)
        self._stage.seen.show_image(None if prediction is None else prediction.seen)
        self._stage.no_digit.show_prediction(prediction)


class _Stage(QWidget):
    """Places the canvas as a square, the bars beside it and the network's input below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.canvas = Canvas(self)
        self.bars = ProbabilityBars(self)
        self.seen = SeenByTheNet(self)
        self.no_digit = NotADigit(self)
        self._least_bars = _BARS

    def minimumSizeHint(self) -> QSize:
        """A canvas that can be drawn on, the bars, and the small input."""
        bars = self.bars.minimumSizeHint()
        below = 8 + scaled(_CAPTION) + 32
        return QSize(96 + _GAP + bars.width(), max(96 + below, bars.height()))

    def sizeHint(self) -> QSize:
        """The size in a window of 1280x800."""
        return QSize(300, 270)

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Name the bars, and make room for the names."""
        self.bars.show_classes(classes)
        least = _BARS if max(map(len, classes)) == 1 else _NAMED_BARS
        if least != self._least_bars:
            self._least_bars = least
            self._place()

    def set_theme(self, theme: Theme) -> None:
        """Pass a theme on."""
        for widget in (self.canvas, self.bars, self.seen, self.no_digit):
            widget.set_theme(theme)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place all parts."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        canvas, bars, seen = place_pad(self.width(), self.height(), self._least_bars, text_scale())
        self.canvas.setGeometry(canvas)
        self.bars.setGeometry(bars)
        self.seen.setGeometry(seen)
        caption = scaled(_CAPTION)
        self.no_digit.setGeometry(seen.adjusted(seen.height() - caption + 8, caption - 6, 0, 2))


def place_pad(
    width: int, height: int, least_bars: int = _BARS, text: float = 1.0
) -> tuple[QRect, QRect, QRect]:
    """The boxes of the canvas, the bars and the network's input in a panel of this size.

    ``least_bars`` is the least width of the bars; ``text`` the size of text, 1 is 100 %.
    """
    widest = width - _GAP - round(least_bars * text)
    for times in (3, 2, 1):
        below = 8 + round(_CAPTION * text) + 32 * times
        if height - below >= min(0.85 * widest, _COMFORTABLE):
            break  # the input is as large as possible while the canvas stays large enough
    side = max(min(height - below, widest), 32)
    left = side + _GAP
    # Beside a small canvas the bars extend below it, to stay readable.
    bars = QRect(
        left, 0, min(max(width - left, 0), side + 40), min(max(side, round(150 * text)), height)
    )
    seen = QRect(0, side + 8, width if bars.height() == side else side + _GAP - 2, below - 8)
    return QRect(0, 0, side, side), bars, seen


class SeenByTheNet(QWidget):
    """The 32x32 input made from the drawing, each pixel shown as a square."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seenByTheNet")
        self.setAccessibleName(self.tr("What the net sees"))
        self.setToolTip(
            self.tr("The drawing as it enters the net: cropped, centred, 32 by 32 pixels.")
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = DARK
        self._seen: Array | None = None

    @property
    def image(self) -> QImage | None:
        """The input in the colours of the network panel, or None."""
        if self._seen is None:
            return None
        if is_gray(self._seen):
            return gray_image(self._seen)
        return signed_image(self._seen, signed_range(self._seen), self._theme)

    def show_image(self, seen: Array | None) -> None:
        """Show an input of the network, or nothing for None."""
        self._seen = seen
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a caption and the input."""
        painter = QPainter(self)
        painter.setPen(QColor(self._theme.muted))
        painter.setFont(body_font(11))
        caption = self.tr("What the net sees")
        if self._seen is not None and not is_gray(self._seen):
            limit = short(signed_range(self._seen))
            caption = self.tr("What the net sees · ±{limit}").format(limit=limit)
        metrics = QFontMetrics(body_font(11))
        caption = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, self.width())
        high = scaled(_CAPTION)
        painter.drawText(QRect(0, 0, self.width(), high), 0, caption)
        side = self.height() - high
        box = QRectF(0, high, side, side)
        painter.fillRect(box, Qt.GlobalColor.black)
        image = self.image
        if image is not None:
            painter.drawImage(box, image)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
