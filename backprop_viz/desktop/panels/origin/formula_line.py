"""The rule in symbols, and the same with the numbers in it."""

import re
from html import escape, unescape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.origin.term_rows import (
    TermRow,
    TermRows,
    factor_text,
    few_terms,
)
from backprop_viz.desktop.style.numbers import in_sum, signed
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation

# This many terms are written out.
_WRITTEN = 3
_TAG = re.compile(r"<[^>]*>")


class FormulaLine(QWidget):
    """The formula, what its symbols are, and its numbers.

    ``number_asked`` carries the Number of the link that was pressed.
    """

    number_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.symbols = Sentence()  # in two lines where one is too short
        self.symbols.setFont(code_font(12))
        self.where = Sentence()  # all of it: a symbol whose meaning is cut off has none
        self.where.setObjectName("originWhere")
        self.where.setProperty("role", "caption")
        self.where.setFont(code_font(11))
        self.numbers = QLabel()
        self.numbers.setObjectName("originNumbers")
        self.numbers.setFont(code_font(11))
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.numbers.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.numbers.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.numbers.setAccessibleName(self.tr("The formula with its numbers"))
        self.numbers.linkActivated.connect(self._ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.symbols)
        layout.addWidget(self.where)
        layout.addWidget(self.numbers)
        self._theme = DARK
        self._links: dict[str, Number] = {}
        self._now: tuple[NumberExplanation, TermRows, str, str] | None = None
        self._short = False
        self._terms: list[str] = []  # written out, with their links
        self._left = 0  # how many more there are

    def set_short(self, short: bool) -> None:
        """Show the symbols alone, or both lines."""
        self._short = short
        self.numbers.setVisible(bool(self.numbers.text()) and not short)
        self.where.setVisible(bool(self.where.text()) and not short)

    def show_formula(
        self,
        explanation: NumberExplanation | None,
        terms: TermRows,
        symbols: str,
        where: str = "",
    ) -> None:
        """Show a formula in ``symbols``, the largest terms written out; None: nothing.

        ``where`` says what the symbols are.
        """
        self._now = None if explanation is None else (explanation, terms, symbols, where)
        self.symbols.setText(symbols)
        self.symbols.setToolTip(f"{symbols}\n{where}".strip())
        self.where.setText(where)
        self.symbols.setVisible(bool(self.symbols.text()))
        self._links.clear()
        self._terms, self._left = [], 0
        if explanation is not None:
            self._terms = [self._term(explanation, row) for row in terms.rows[:_WRITTEN]]
            self._left = len(terms.rows) + terms.rest_count - len(self._terms)
        self._write()
        self.set_short(self._short)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.symbols.setStyleSheet(f"color: {theme.muted};")
        if self._now is not None:
            self.show_formula(*self._now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as many terms as there is room for."""
        super().resizeEvent(event)
        self._write()

    def _write(self) -> None:
        """Write the first terms; one that would be cut is left out, as a cut number is another."""
        metrics, room = QFontMetrics(self.numbers.font()), self.width()
        text = ""
        for count in range(len(self._terms), 0, -1):
            more = " + …" if self._left or count < len(self._terms) else ""
            text = f"= {' + '.join(self._terms[:count])}{more}"
            if metrics.horizontalAdvance(unescape(_TAG.sub("", text))) <= room:
                break
        if text != self.numbers.text():
            self.numbers.setText(text)

    def _term(self, explanation: NumberExplanation, row: TermRow) -> str:
        """``(+0.3·−2.1)``, each number that can be asked about a link."""
        part = explanation.parts[row.part]
        factors = []
        for i, column in enumerate(part.factors):
            number = column.number(row.term)
            value = float(column.values[row.term])
            text = escape(factor_text(value, number))
            if len(part.factors) == 1 and number is not None:  # a step is seen in what it moves
                text = escape(in_sum(value, few_terms(explanation)))
            if number is not None:
                link = f"{row.part}/{row.term}/{i}"
                self._links[link] = number
                text = f'<a href="{link}" style="color:{self._theme.accent}">{text}</a>'
            factors.append(text)
        return f"({' · '.join(factors)})" if factors else escape(signed(row.value))

    def _ask(self, link: str) -> None:
        if link in self._links:
            self.number_asked.emit(self._links[link])
