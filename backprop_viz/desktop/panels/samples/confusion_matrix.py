"""The confusion matrix: labels by row, predictions by column."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from backprop_viz.desktop.panels.samples.matrix_layout import (
    CAPTION,
    HEADER,
    WIDEST_HEADER,
    MatrixLayout,
    strength,
)
from backprop_viz.desktop.panels.samples.sample_texts import cell_sentence
from backprop_viz.desktop.style.painting import fitting, ink_on, text_line
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.digits.data_set import DIGITS
from backprop_viz.recording.requests.class_names import class_name

Cell = tuple[int, int]
_NAME = 11  # the size of long names
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class ConfusionMatrix(QWidget):
    """``opened`` carries the label and the prediction of a cell; None stands for any.

    Headers are cells too: a row's header stands for all samples with its label.
    """

    opened = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("confusionMatrix")
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._theme: Theme = DARK
        self._counts: NDArray[np.int64] = np.zeros((len(DIGITS),) * 2, np.int64)
        self._classes = DIGITS
        self.cell: Cell = (-1, -1)
        self._hovered: Cell | None = None

    def sizeHint(self) -> QSize:
        """Room for counts of four digits."""
        return QSize(540, 480)

    def minimumSizeHint(self) -> QSize:
        """The smallest size at which counts are readable."""
        return QSize(360, 290)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many samples of each label (row) were predicted as each class (column)."""
        return self._counts

    def show_table(self, table: NDArray[np.int64]) -> None:
        """Show counts (n, n) of samples with label r (row) predicted as c (column)."""
        self._counts = table
        self.cell = (min(self.cell[0], len(table) - 1), min(self.cell[1], len(table) - 1))
        self._describe()
        self.update()

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Name the rows and columns."""
        if classes != self._classes:
            self._classes = classes
            self._describe()
            self.update()

    def show_cell(self, label: int | None, predicted: int | None) -> None:
        """Mark the cell whose samples are shown; None stands for any label or prediction."""
        self._go_to((-1 if label is None else label, -1 if predicted is None else predicted))

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = theme
        self.update()

    def sentence(self, cell: Cell) -> str:
        """What a cell counts, in words."""
        row, column = cell
        table = self._counts
        label, predicted = (None if i < 0 else i for i in cell)
        if label is None and predicted is None:
            count, of = table.trace(), table.sum()
        elif label is None:
            count, of = table[column, column], table[:, column].sum()
        elif predicted is None:
            count, of = table[row, row], table[row].sum()
        else:
            count, of = table[row, column], table[row].sum()
        of_label, of_class = (None if i < 0 else class_name(self._classes, i) for i in cell)
        return cell_sentence(of_label, of_class, int(count), int(of))

    # -- what the user does ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, Home and End, open with Enter and Space."""
        row, column = self.cell
        last, key = len(self._counts) - 1, Qt.Key(event.key())
        if key in _MOVES:
            down, right = _MOVES[key]
            row, column = (max(-1, min(i, last)) for i in (row + down, column + right))
            self._go_to((row, column))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to((row, -1 if key == Qt.Key.Key_Home else last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose and open a cell."""
        cell = self._layout().at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(cell)
            self._open()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the cell under the mouse."""
        self._hover(self._layout().at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Remove the mark."""
        self._hover(None)

    def event(self, event: QEvent) -> bool:
        """Show a tooltip for the cell under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._layout().at(QPointF(event.pos()))
            text = "" if cell is None else self.sentence(cell)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.update()

    def _go_to(self, cell: Cell) -> None:
        self.cell = cell
        self._describe()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.sentence(self.cell))

    def _open(self) -> None:
        label, predicted = (None if i < 0 else i for i in self.cell)
        self.opened.emit(label, predicted)

    # -- painting ----------------------------------------------------------------------------

    def _layout(self) -> MatrixLayout:
        size = len(self._counts)
        names = [class_name(self._classes, i) for i in range(size)]
        metrics = QFontMetrics(code_font(_NAME, bold=True))
        widest = max(map(metrics.horizontalAdvance, names)) + 6
        header = min(max(HEADER, widest), WIDEST_HEADER)
        return MatrixLayout(size, self.width(), self.height(), header)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint captions, headers, counts and the accuracy of each label."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout = self._layout()
        self._paint_captions(painter, layout)
        for i in range(layout.size):
            for header in (layout.cell(i, -1), layout.cell(-1, i)):
                self._paint_name(painter, header, i)
            self._paint_row(painter, layout, i)
        theme = self._theme
        here = theme.accent if self.hasFocus() else theme.text
        for cell, color in ((self._hovered, theme.muted), (self.cell, here)):
            if cell is not None:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(color), 2))
                painter.drawRoundedRect(layout.cell(*cell), 4, 4)
        painter.end()

    def _paint_captions(self, painter: QPainter, layout: MatrixLayout) -> None:
        font, muted = body_font(11), QColor(self._theme.muted)
        end = layout.left + layout.size * layout.width
        above = QRect(int(layout.left), 0, int(end - layout.left), int(CAPTION))
        text_line(painter, above, self.tr("predicted"), font, muted)
        share = layout.cell(-1, layout.size)
        self._paint_text(painter, share, self.tr("correct"), self._theme.muted)
        self._paint_text(painter, layout.cell(-1, -1), self.tr("all"), self._theme.muted)
        painter.save()
        painter.translate(0, layout.top + layout.size * layout.height)
        painter.rotate(-90)
        beside = QRect(0, 0, int(layout.size * layout.height), int(CAPTION))
        text_line(painter, beside, self.tr("label"), font, muted)
        painter.restore()

    def _paint_row(self, painter: QPainter, layout: MatrixLayout, row: int) -> None:
        counts, theme = self._counts[row], self._theme
        total = int(counts.sum())
        for column, count in enumerate(counts.tolist()):
            box = layout.cell(row, column)
            share = count / total if total else 0.0
            ground = theme.tint(theme.accent, strength(share)) if count else QColor(theme.inset)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 4, 4)
            text, bold = (f"{count}", row == column) if count else ("·", False)
            color = ink_on(ground, theme).name() if count else theme.faint
            self._paint_text(painter, box, text, color, bold)
        right = f"{100 * counts[row] / total:.1f} %" if total else "–"
        self._paint_text(painter, layout.cell(row, layout.size), right, theme.text)

    def _paint_name(self, painter: QPainter, box: QRectF, i: int) -> None:
        """Paint a header, all names of the row or column in one size."""
        names = [class_name(self._classes, k) for k in range(len(self._counts))]
        font = code_font(max(9, min(13, int(min(box.height() * 0.5, HEADER)))), bold=True)
        font = fitting(font, max(names, key=len), box.width() - 2, 11)
        text_line(painter, box.toRect(), names[i], font, QColor(self._theme.text))

    def _paint_text(
        self, painter: QPainter, box: QRectF, text: str, color: str, bold: bool = False
    ) -> None:
        size = max(9, min(13, int(min(box.height() * 0.5, HEADER))))
        font = fitting(code_font(size, bold), text, box.width() - 2, 11)
        text_line(painter, box.toRect(), text, font, QColor(color))
