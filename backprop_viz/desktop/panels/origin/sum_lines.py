"""Below the terms: what the others add up to, the sum, and what torch has."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from backprop_viz.desktop.panels.origin.term_rows import WHY_ZERO, TermRows, few_terms
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import full, in_sum, short, signed
from backprop_viz.desktop.style.theme import Theme, code_font
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.recording.explanations.number_explanation import NumberExplanation

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SumLines(QWidget):
    """The terms without a row; the sum; torch's own number and the residual.

    ``zeros_wanted``: whether the terms that are 0 are to have rows.
    """

    zeros_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zeros = QToolButton()
        self.zeros.setObjectName("zeroTerms")
        self.zeros.setProperty("role", "link")
        self.zeros.setCheckable(True)
        self.zeros.setFont(code_font(11))
        self.zeros.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.zeros.toggled.connect(self.zeros_wanted)
        self.zeros.setToolTip(self.tr("List the terms that are 0, and why each is"))
        # The residual shows that the sum closes: where it has no room in one line, it has two.
        self.words: tuple[QLabel, ...] = (ElidedLabel(), Sentence())
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
            grid.addWidget(value, i, 1)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.words[0])
        first.addWidget(self.zeros)
        first.addStretch(1)
        grid.addLayout(first, 0, 0)
        grid.addWidget(self.words[1], 1, 0)

    def show_sum(self, explanation: NumberExplanation, terms: TermRows, value: str) -> None:
        """Show what the terms add up to; ``value`` is torch's own number with every digit."""
        said = []
        if terms.rest_count:
            said.append(self.tr("{0} more").format(f"{terms.rest_count:,}"))
        count = sum(len(part.values) for part in explanation.parts)
        listed = any(heading.role == WHY_ZERO for heading in terms.headings)
        zeros = self.tr("1 is 0") if terms.zeros == 1 else self.tr("{0} are 0")
        self.zeros.setText(f"{zeros.format(f'{terms.zeros:,}')} {'▾' if listed else '▸'}")
        self.zeros.setAccessibleName(zeros.format(f"{terms.zeros:,}"))
        self.zeros.setVisible(0 < terms.zeros < count)
        blocker = QSignalBlocker(self.zeros)
        self.zeros.setChecked(listed)
        del blocker
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

    @property
    def wanted_width(self) -> int:
        """The width in pixels in which neither line is elided."""
        wide = [
            word.fontMetrics().horizontalAdvance(word.text()) + value.sizeHint().width()
            for word, value in zip(self.words, self.values, strict=True)
        ]
        if self.zeros.isVisibleTo(self):
            wide[0] += self.zeros.sizeHint().width() + 8
        return max(wide) + 36

    def set_theme(self, theme: Theme, color: str) -> None:
        """Take the colours of a theme; the sum has that of its phase."""
        for label in (*self.words, self.values[0]):
            label.setStyleSheet(f"color: {theme.muted};")
        self.values[1].setStyleSheet(f"color: {getattr(theme, color)};")
