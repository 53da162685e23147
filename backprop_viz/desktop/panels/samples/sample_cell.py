"""One cell of the grid: the image, the label, and its prediction."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from backprop_viz.desktop.panels.samples.sample_model import IMAGE, SAMPLE
from backprop_viz.desktop.panels.samples.sample_texts import Sample
from backprop_viz.desktop.style.numbers import short
from backprop_viz.desktop.style.painting import elided, fitting, text_line
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font

CELL = QSize(88, 118)
_PICTURE = 64
_LINE = 17


class SampleCell(QStyledItemDelegate):
    """Paints a sample; a misclassified one is outlined and has a cross and the prediction."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The same size for all, so that a view of 120,000 items need not ask for each."""
        return CELL

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the image above two lines of text."""
        sample = index.data(SAMPLE)
        if sample is None:
            return
        box = QRect(option.rect.topLeft(), CELL).adjusted(3, 3, -3, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, box)
        left = box.left() + (box.width() - _PICTURE) // 2
        picture = QRect(left, box.top() + 6, _PICTURE, _PICTURE)
        self._paint_picture(painter, index.data(IMAGE), picture, sample)
        line = QRect(box.left() + 2, picture.bottom() + 4, box.width() - 4, _LINE)
        self._paint_words(painter, line, sample)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not selected and not focused:
            return
        painter.setBrush(QColor(self.theme.control_hover))
        edge = QPen(QColor(self.theme.accent), 2) if focused else Qt.PenStyle.NoPen
        painter.setPen(edge)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)

    def _paint_picture(
        self, painter: QPainter, image: QImage | None, box: QRect, sample: Sample
    ) -> None:
        if image is None:
            painter.fillRect(box, QColor(self.theme.control))
        else:
            painter.drawImage(box, image)
        if sample.wrong:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.error), 2))
            painter.drawRect(box)

    def _paint_words(self, painter: QPainter, line: QRect, sample: Sample) -> None:
        theme = self.theme
        if sample.predicted is None:
            text, color = sample.label_name, theme.muted
        elif sample.wrong:
            text, color = f"{sample.label_name} → {sample.predicted_name} ✗", theme.error
        else:
            text, color = f"{sample.label_name} ✓", theme.text
        font = fitting(body_font(13, bold=True), text, line.width(), 11)
        if sample.wrong:
            # Of names that are too long, the label is cut: the picture shows what it is.
            end = f" → {sample.predicted_name} ✗"
            room = line.width() - QFontMetrics(font).horizontalAdvance(end)
            right = Qt.TextElideMode.ElideRight
            text = elided(font, sample.label_name, max(room, 0), right) + end
        text_line(painter, line, text, font, QColor(color))
        if sample.loss is not None and sample.loss == sample.loss:
            below = line.translated(0, _LINE)
            text_line(painter, below, short(sample.loss), code_font(11), QColor(theme.muted))
