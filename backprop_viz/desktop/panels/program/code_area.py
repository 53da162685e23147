"""Read-only code with a gutter of line numbers and phases, and rows that can be marked."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from backprop_viz.desktop.panels.program.gutter import Gutter
from backprop_viz.desktop.panels.program.program_marks import Marks
from backprop_viz.desktop.panels.program.python_tokens import Token, token_colour, tokens_of
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.phases import Phase

_SIZES = (13, 12, 11)  # font sizes; the largest that fits is used
_AROUND = 3  # this many rows are shown before and after the one that is scrolled to
_HANGING = 2  # a line that is wider than its panel goes on this many letters further in
# The font's size, what is between rows, whether each line fits, and which lines they are.
_Fitted = tuple[int, float, bool, tuple[Line, ...]]
_NOT_FITTED: _Fitted = (0, 0.0, True, ())


class _Colours(QSyntaxHighlighter):
    """Colours the parts that ``tokens_of`` found."""

    def __init__(self, area: "CodeArea") -> None:
        super().__init__(area.document())
        self._area = area

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Colour one line."""
        for token in self._area.tokens(self.currentBlock().blockNumber()):
            colour = QTextCharFormat()
            colour.setForeground(QColor(self._area.colour(token)))
            self.setFormat(token.start, token.length, colour)


class CodeArea(QTextEdit):
    """Read-only lines of code; ``chosen`` carries the line that was clicked or chosen by Enter."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("programText")
        self.setAccessibleName(self.tr("The program that is run"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(2)
        self.theme = DARK
        self.lines: tuple[Line, ...] = ()
        self._tokens: tuple[tuple[Token, ...], ...] = ()
        self.marks = Marks()
        self.done: frozenset[Phase] = frozenset()
        self._selected: frozenset[int] = frozenset()
        self._lit: frozenset[int] = frozenset()
        self.failed: int | None = None
        self._leading = 2.0
        self._fitted = _NOT_FITTED
        self.breaks: frozenset[int] = frozenset()
        self.gutter = Gutter(self, self)
        self._colours = _Colours(self)
        self.verticalScrollBar().valueChanged.connect(self._repaint)

    # -- what is shown -----------------------------------------------------------------------

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show other lines."""
        self.lines = lines
        texts = [line.text for line in lines]
        self._tokens = tokens_of(texts)
        self.setPlainText("\n".join(texts))
        # A scroll bar that comes or goes with the text has it fitted while it has one row only.
        self._fitted = _NOT_FITTED
        self._fit()
        self._repaint()

    def show_marks(self, marks: Marks, done: frozenset[Phase]) -> None:
        """Mark rows; the phases ``done`` have a full bar in the gutter."""
        if (marks, done) == (self.marks, self.done):
            return
        moved = marks.line != self.marks.line
        self.marks, self.done = marks, done
        if moved and marks.line is not None and not self.textCursor().hasSelection():
            self._bring_into_view(marks.line)
        self._repaint()

    def show_failed(self, row: int | None) -> None:
        """Mark the row whose forward torch refused; None: no row."""
        if row != self.failed:
            self.failed = row
            if row is not None:
                self._bring_into_view(row)
            self._repaint()

    def show_selected(self, rows: frozenset[int]) -> None:
        """Highlight the rows that belong to the selection."""
        if rows != self._selected:
            self._selected = rows
            self._repaint()

    def show_lit(self, rows: frozenset[int]) -> None:
        """Light up the rows that compute the number that is explained."""
        if rows != self._lit:
            self._lit = rows
            if rows and not self.textCursor().hasSelection():
                self._bring_into_view(min(rows))
            self._repaint()

    def show_breaks(self, rows: frozenset[int]) -> None:
        """Mark the rows that have a breakpoint."""
        if rows != self.breaks:
            self.breaks = rows
            self.gutter.update()

    def can_break(self, row: int) -> bool:
        """Whether a row can have a breakpoint: its line runs in an iteration."""
        return row < len(self.lines) and bool(self.lines[row].runs)

    def why_no_break(self, row: int) -> str:
        """Why the cursor can never stop before the line of a row."""
        text = self.lines[row].text.strip() if row < len(self.lines) else ""
        if not text:
            return self.tr("There is nothing on this line to stop at.")
        if text.startswith("#"):
            return self.tr("This line is a comment: nothing runs there.")
        if text.startswith(("def ", "class ", "async def ")):
            return self.tr("This line only begins a definition: choose one below that runs.")
        return self.tr("This line does not run in an iteration.")

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self.theme = theme
        self._colours.rehighlight()
        self._repaint()

    def changeEvent(self, event: QEvent) -> None:
        """Restore the font when an application style sheet replaces it."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.font() != code_font(self.letter_size):
            self.setFont(code_font(self.letter_size))

    def tokens(self, row: int) -> Sequence[Token]:
        """The coloured parts of a row."""
        return self._tokens[row] if row < len(self._tokens) else ()

    def colour(self, token: Token) -> str:
        """The theme's colour for a part."""
        return token_colour(self.theme, token)

    @property
    def letter_size(self) -> int:
        """The current font size in pixels."""
        return self._fitted[0]

    @property
    def line_height(self) -> float:
        """The height of a row that is not wrapped."""
        return QFontMetrics(self.font()).height() + self._leading

    def row_box(self, row: int) -> QRectF:
        """The box of a row in the viewport."""
        layout = self.document().documentLayout()
        box = layout.blockBoundingRect(self.document().findBlockByNumber(row))
        top = box.top() - self._leading / 2 - self.verticalScrollBar().value()
        return QRectF(0, top, self.viewport().width(), box.height() + self._leading)

    def rows_shown(self) -> dict[int, QRectF]:
        """The rows that are at least partly visible, and their boxes."""
        height = self.viewport().height()
        boxes = ((row, self.row_box(row)) for row in range(len(self.lines)))
        return {row: box for row, box in boxes if box.bottom() > 0 and box.top() < height}

    def _bring_into_view(self, row: int) -> None:
        """Scroll to a row and a few around it as little as possible."""
        box, bar, height = self.row_box(row), self.verticalScrollBar(), self.viewport().height()
        around = min(_AROUND * box.height(), max(0.0, (height - box.height()) / 2))
        if box.top() < around:
            bar.setValue(bar.value() + round(box.top() - around))
        elif box.bottom() > height - around:
            bar.setValue(bar.value() + round(box.bottom() + around) - height)

    def _fit(self) -> None:
        """Use the largest font with which every line fits, and the widest spacing for all rows.

        With the smallest, too, a line may be too long: it is wrapped, and all are indented by half.
        """
        widest = max((line.text for line in self.lines), key=len, default="")
        room = self.contentsRect().width()
        for size in _SIZES:
            font = code_font(size)
            gutter = self.gutter.width_needed(size)
            fits = QFontMetrics(font).horizontalAdvance(widest) + gutter + 8 <= room
            if fits:
                break
        line = QFontMetrics(font).height()
        height = self.contentsRect().height()
        leading = max(2, min(8, height // max(len(self.lines), 1) - line))
        self.setViewportMargins(gutter, 0, 0, 0)
        self.gutter.setGeometry(0, 0, gutter, self.viewport().height())
        fitted: _Fitted = (size, leading, fits, self.lines)
        if fitted != self._fitted:
            self._fitted = fitted
            self._leading = leading
            self.setFont(font)
            self._space_rows()

    def _space_rows(self) -> None:
        letter, fits = QFontMetrics(self.font()).horizontalAdvance(" "), self._fitted[2]
        text_cursor = QTextCursor(self.document())
        text_cursor.beginEditBlock()
        for row, line in enumerate(self.lines):
            indent = len(line.text) - len(line.text.lstrip())
            # What is cut of a row's leading spaces lies to the left of what is seen.
            cut = 0 if fits else indent // 2
            spaced = QTextBlockFormat()
            spaced.setTopMargin(self._leading)
            spaced.setLeftMargin(letter * (indent - cut + _HANGING))
            spaced.setTextIndent(-letter * (indent + _HANGING))
            text_cursor.setPosition(self.document().findBlockByNumber(row).position())
            text_cursor.mergeBlockFormat(spaced)
        text_cursor.endEditBlock()

    # -- what the user does ------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the clicked line, unless text was selected."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            row = self._row_at(event.position())
            if row is not None:
                self.chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the text cursor's line on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.textCursor().blockNumber())
        else:
            super().keyPressEvent(event)

    def _row_at(self, at: QPointF) -> int | None:
        return next((row for row, box in self.rows_shown().items() if box.contains(at)), None)

    # -- painting ----------------------------------------------------------------------------

    def _repaint(self) -> None:
        self.viewport().update()
        self.gutter.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit font and rows to the new size; the marked line stays in sight."""
        super().resizeEvent(event)
        self._fit()
        if self.marks.line is not None:
            self._bring_into_view(self.marks.line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the marks, and the text above them."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, box in self.rows_shown().items():
            self.paint_mark(painter, row, box.adjusted(-20, 0, 0, 0))
        painter.end()
        super().paintEvent(event)

    def paint_mark(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Tint a row of the event or the selection, and outline the current line."""
        fill = self.row_fill(row)
        if fill is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        if row == self.marks.line:
            painter.setPen(QPen(self.mark_colour(), 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def row_fill(self, row: int) -> QColor | None:
        """The background colour of a row; None for the panel's own."""
        if row == self.failed:
            return self.theme.tint(self.theme.error, 0.28)
        if row == self.marks.line:
            return self.theme.tint(self.mark_colour(), 0.16)
        if row in self._lit:
            return self.theme.tint(self.theme.backward, 0.22)
        if row in self._selected:
            return self.theme.tint(self.theme.accent, 0.14)
        if row in self.marks.soft:
            return self.theme.tint(self.mark_colour(), 0.08)
        return None

    def mark_colour(self) -> QColor:
        """The colour of the marked line's phase."""
        line = self.lines[self.marks.line] if self.marks.line is not None else None
        if self.marks.phase is not None:
            return self.theme.phase(self.marks.phase)
        return self.theme.phase(Phase.FORWARD if line is None else line.runs_in)
