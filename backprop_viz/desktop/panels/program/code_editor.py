"""Python that can be edited: line numbers, colours, and a line with a mistake."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from backprop_viz.desktop.panels.program.python_tokens import Token, token_colour, tokens_of
from backprop_viz.desktop.style.theme import DARK, Theme, code_font

_INDENT = 4
_SIZE = 12


class _Colours(QSyntaxHighlighter):
    """Colours each line by the tokens of the whole text."""

    def __init__(self, editor: "CodeEditor") -> None:
        super().__init__(editor.document())
        self._editor = editor

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Colour one line; a string that goes on to the next line has that coloured too."""
        tokens = self._editor.tokens(self.currentBlock().blockNumber())
        for token in tokens:
            colour = QTextCharFormat()
            colour.setForeground(QColor(token_colour(self._editor.theme, token)))
            self.setFormat(token.start, token.length, colour)
        ends_inside = any(
            token.kind == "string" and token.start + token.length >= len(text) for token in tokens
        )
        self.setCurrentBlockState(int(ends_inside))


class _LineNumbers(QWidget):
    """The strip of line numbers; that of a line with a mistake is in the colour of errors."""

    def __init__(self, editor: "CodeEditor") -> None:
        super().__init__(editor)
        self._editor = editor
        self.setObjectName("editorLineNumbers")
        self.setAccessibleName(self.tr("Line numbers"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers of the lines that are visible."""
        painter = QPainter(self)
        painter.setFont(code_font(_SIZE - 1))
        theme, mistake = self._editor.theme, self._editor.mistake()
        for row, top, height in self._editor.rows_shown():
            painter.setPen(QColor(theme.error if row == mistake else theme.muted))
            box = QRect(0, top, self.width() - 8, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(row + 1))
        painter.end()


class CodeEditor(QPlainTextEdit):
    """Edits Python; ``run_wanted`` on Ctrl+Enter, ``left`` on Esc.

    Tab and Shift+Tab indent, so it is Esc that gives the keyboard to what is beside the editor.
    """

    run_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.document().setDocumentMargin(2)
        self.theme = DARK
        self._tokens: tuple[tuple[Token, ...], ...] | None = None
        self._mistake: QTextCursor | None = None
        self._numbers = _LineNumbers(self)
        # Before the colours: they ask for the tokens at each change.
        self.document().contentsChange.connect(self._forget_tokens)
        self._colours = _Colours(self)
        self.blockCountChanged.connect(self._fit)
        self.updateRequest.connect(self._follow)
        self._use_font()

    # -- what is shown -----------------------------------------------------------------------

    def text(self) -> str:
        """The text, with lines ended by a newline."""
        return self.toPlainText()

    def replace_text(self, text: str) -> None:
        """Put another text in place of all of it; undo brings this one back."""
        text_cursor = QTextCursor(self.document())
        text_cursor.select(QTextCursor.SelectionType.Document)
        text_cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def show_mistake(self, row: int | None) -> None:
        """Mark a row, counted from 0, and have it in sight; None: none. It moves with edits.

        The cursor stays where it is: else what is typed next would go into another line.
        """
        self._mistake = None
        if row is not None:
            block = self.document().findBlockByNumber(min(row, self.blockCount() - 1))
            self._mistake = QTextCursor(block)
            # Of a text without wrapping the bar counts rows.
            in_sight = self.viewport().height() // QFontMetrics(self.font()).lineSpacing()
            self.verticalScrollBar().setValue(block.blockNumber() - in_sight // 2)
        self._mark()

    def mistake(self) -> int | None:
        """The row that is marked."""
        return None if self._mistake is None else self._mistake.blockNumber()

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self.theme = theme
        self._use_font()
        self._colours.rehighlight()
        self._mark()

    def tokens(self, row: int) -> Sequence[Token]:
        """The coloured parts of a row."""
        if self._tokens is None:
            self._tokens = tokens_of(self.toPlainText().split("\n"))
        return self._tokens[row] if row < len(self._tokens) else ()

    def _forget_tokens(self) -> None:
        self._tokens = None

    def rows_shown(self) -> list[tuple[int, int, int]]:
        """The visible rows: number, top and height in pixels."""
        found, block = [], self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            found.append((block.blockNumber(), round(top), round(height)))
            top += height
            block = block.next()
        return found

    def _mark(self) -> None:
        marks = []
        if self._mistake is not None:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(self.theme.tint(self.theme.error, 0.28))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = self._mistake
            marks.append(mark)
        self.setExtraSelections(marks)
        self._numbers.update()

    def _use_font(self) -> None:
        self.setFont(code_font(_SIZE))
        self.setTabStopDistance(_INDENT * QFontMetrics(self.font()).horizontalAdvance(" "))
        self._fit()

    def _fit(self) -> None:
        digits = "0" * max(2, len(str(self.blockCount())))
        width = QFontMetrics(code_font(_SIZE - 1)).horizontalAdvance(digits) + 16
        self.setViewportMargins(width, 0, 0, 0)
        self._numbers.setGeometry(0, 0, width, self.viewport().height())

    def _follow(self, changed: QRect, scrolled: int) -> None:
        if scrolled:
            self._numbers.scroll(0, scrolled)
        else:
            self._numbers.update(0, changed.y(), self._numbers.width(), changed.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers beside the text."""
        super().resizeEvent(event)
        self._fit()

    # -- what the user does ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run on Ctrl+Enter, leave on Esc; indent by four spaces, and as the line before."""
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and control:
            self.run_wanted.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif self.isReadOnly():
            super().keyPressEvent(event)
        elif enter:
            self._break_line()
        elif key == Qt.Key.Key_Tab and not control:
            self._indent()
        elif key == Qt.Key.Key_Home and not control:
            self._go_home(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Backtab:
            self._indent_rows(-_INDENT)
        elif key == Qt.Key.Key_Backspace and not control and self._is_in_indent():
            self._unindent_at_cursor()
        else:
            super().keyPressEvent(event)

    def _break_line(self) -> None:
        """A new line indented as this one, after a colon by one level more."""
        text_cursor = self.textCursor()
        before = text_cursor.block().text()[: text_cursor.positionInBlock()]
        indent = len(before) - len(before.lstrip(" "))
        if before.rstrip().endswith(":"):
            indent += _INDENT
        text_cursor.insertText("\n" + " " * indent)
        self.ensureCursorVisible()

    def _go_home(self, selecting: bool) -> None:
        """To where the line's text begins; from there to the line's start."""
        text_cursor = self.textCursor()
        line = text_cursor.block().text()
        begins = len(line) - len(line.lstrip(" "))
        column = 0 if text_cursor.positionInBlock() == begins else begins
        how = QTextCursor.MoveMode.KeepAnchor if selecting else QTextCursor.MoveMode.MoveAnchor
        text_cursor.setPosition(text_cursor.block().position() + column, how)
        self.setTextCursor(text_cursor)

    def _indent(self) -> None:
        text_cursor = self.textCursor()
        if text_cursor.hasSelection():
            self._indent_rows(_INDENT)
        else:
            to_stop = _INDENT - text_cursor.positionInBlock() % _INDENT
            text_cursor.insertText(" " * to_stop)

    def _indent_rows(self, by: int) -> None:
        """Move the selected rows, or the cursor's, right or left."""
        selected, edit = self.textCursor(), self.textCursor()
        first = self.document().findBlock(selected.selectionStart())
        last = self.document().findBlock(selected.selectionEnd())
        edit.beginEditBlock()
        block = first
        while block.isValid() and block.blockNumber() <= last.blockNumber():
            edit.setPosition(block.position())
            if by > 0 and block.text():
                edit.insertText(" " * by)
            for _ in range(min(-by, len(block.text()) - len(block.text().lstrip(" ")))):
                edit.deleteChar()
            block = block.next()
        edit.endEditBlock()

    def _is_in_indent(self) -> bool:
        text_cursor = self.textCursor()
        before = text_cursor.block().text()[: text_cursor.positionInBlock()]
        return bool(before) and not before.strip(" ") and not text_cursor.hasSelection()

    def _unindent_at_cursor(self) -> None:
        text_cursor = self.textCursor()
        count = (text_cursor.positionInBlock() - 1) % _INDENT + 1
        text_cursor.beginEditBlock()
        for _ in range(count):
            text_cursor.deletePreviousChar()
        text_cursor.endEditBlock()
