"""Below the terms: what the others add up to, the sum, and what torch has."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from backprop_viz.desktop.panels.origin.term_rows import TermRows, few_terms
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import full, in_sum, short, signed
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.recording.number_explanation import NumberExplanation

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SumLines(QWidget):
    """The terms without a row; the sum; torch's own number and the residual."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = tuple(ElidedLabel() for _ in range(2))
        self.values = tuple(QLabel() for _ in range(2))
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 2, 18, 0)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(0, 1)
        for i, (word, value) in enumerate(zip(self.words, self.values, strict=True)):
            bold = i == 1
            word.setFont(code_font(11))
            value.setFont(code_font(12 if bold else 11, bold=bold))
            value.setAlignment(_RIGHT)
            grid.addWidget(word, i, 0)
            grid.addWidget(value, i, 1)

    def show_sum(self, explanation: NumberExplanation, terms: TermRows, value: str) -> None:
        """Show what the terms add up to; ``value`` is torch's own number with every digit."""
        said = []
        if terms.rest_count:
            said.append(self.tr("{0} more").format(f"{terms.rest_count:,}"))
        count = sum(len(part.values) for part in explanation.parts)
        if terms.zeros == 1 and count > 1:
            said.append(self.tr("1 is 0"))
        elif terms.zeros > 1:
            said.append(self.tr("{0} are 0").format(f"{terms.zeros:,}"))
        rest, total = self.words
        rest.setText(" · ".join(said))
        rest.setVisible(bool(said))
        self.values[0].setText(signed(terms.rest) if terms.rest_count else "")
        self.values[0].setVisible(bool(said))
        text = self.tr("Σ {0} terms · torch has {1} · residual {2}")
        if count == 1:
            text = self.tr("one term · torch has {1} · residual {2}")
        if explanation.kind == "intermediate":
            text = self.tr("Σ {0} terms, in float64")
            if count == 1:
                text = self.tr("one term, in float64")
        if explanation.kind == "measure":
            text = self.tr("Σ {0} squares, in float64; its root is {1}")
            if explanation.op != "norm":
                text = self.tr("Σ {0} terms, in float64")
        total.setText(text.format(f"{count:,}", value, short(explanation.residual, 2)))
        self.values[1].setText(in_sum(explanation.total, few_terms(explanation)))
        self.values[1].setToolTip(self.tr("In float64: {0}").format(full(explanation.total)))

    def set_theme(self, theme: Theme, color: str) -> None:
        """Take the colours of a theme; the sum has that of its phase."""
        for label in (*self.words, self.values[0]):
            label.setStyleSheet(f"color: {theme.muted};")
        self.values[1].setStyleSheet(f"color: {getattr(theme, color)};")
