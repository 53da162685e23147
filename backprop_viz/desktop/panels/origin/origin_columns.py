"""The columns of the panel that explains a number, and how they share its room."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSplitter, QToolButton, QWidget

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import other_part, scalar_of
from backprop_viz.desktop.panels.inspector.number_sentence import NumberSentence
from backprop_viz.desktop.panels.origin.check_section import CheckSection
from backprop_viz.desktop.panels.origin.dependence_rows import dependence_rows
from backprop_viz.desktop.panels.origin.effect_rows import effect_rows
from backprop_viz.desktop.panels.origin.formula_legend import legend
from backprop_viz.desktop.panels.origin.formula_line import FormulaLine
from backprop_viz.desktop.panels.origin.group_bars import GroupBars
from backprop_viz.desktop.panels.origin.no_effect_texts import no_effect_text
from backprop_viz.desktop.panels.origin.origin_parts import (
    ValueLabel,
    give_room,
    give_room_below,
    needs_two_rows,
    stacked,
)
from backprop_viz.desktop.panels.origin.own_pages import OwnPage
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.origin.sum_lines import SumLines
from backprop_viz.desktop.panels.origin.term_grid import group_sums, term_grid, window_grid
from backprop_viz.desktop.panels.origin.term_picture import TermPicture
from backprop_viz.desktop.panels.origin.term_rows import TermRows
from backprop_viz.desktop.panels.origin.terms_table import TermsTable
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import signed
from backprop_viz.desktop.style.theme import Theme, body_font
from backprop_viz.recording.explanations.number_explanation import Effect, NumberExplanation

# A panel that is lower than this shows only what it must.
_SHORT = 300
# A panel that is higher than this has the sums by group below the pictures.
_HIGH = 450
# So few terms leave it room for more, unless it is lower than that.
_FEW_ROWS, _TIGHT = 3, 200
# What the pictures, and the gaps between the columns, have at least.
_BESIDE = 150


class OriginColumns(QSplitter):
    """The terms, the pictures with the facts, the effects, and the check.

    They are ``beside`` each other; where it is narrow and high, the effects and the check have a
    row ``below``.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setObjectName("originRows")
        self.value = ValueLabel()
        self.formula = FormulaLine()
        self.table = TermsTable()
        self.sum = SumLines()
        self.facts = NumberSentence()
        self.facts.setObjectName("originFacts")
        self.facts.setFont(body_font(12))
        self.picture = TermPicture()
        self.bars = GroupBars()
        self.pictures = QWidget()
        self.picture_row = pictures = QHBoxLayout(self.pictures)
        pictures.setContentsMargins(0, 0, 0, 0)
        pictures.setSpacing(12)
        # Each at the top, however high the other is.
        pictures.addWidget(stacked(self.picture), 5)
        self.bars_column = stacked(self.bars)
        pictures.addWidget(self.bars_column, 2)
        self.whole = QToolButton()
        self.whole.setObjectName("recordWhole")
        self.whole.setProperty("role", "link")
        self.whole.setText(self.tr("Record this iteration whole"))
        self.whole.setAccessibleName(self.whole.text())
        tip = self.tr("Run it once more from the last checkpoint, and keep every sample")
        self.whole.setToolTip(tip)
        self.other_part = QToolButton()
        self.other_part.setObjectName("otherPart")
        self.other_part.setProperty("role", "link")
        self.other_part.setToolTip(self.tr("The other part of this complex number"))
        self.effects_title = QLabel(self.tr("Changes next"))
        self.effects_title.setFont(body_font(12, bold=True))
        self.effects_note = ElidedLabel()
        self.effects_note.setProperty("role", "caption")
        self.no_effects = NumberSentence()
        self.no_effects.setObjectName("noEffects")
        self.no_effects.setFont(body_font(12))
        self.effects = TermsTable()
        self.effects.setObjectName("effectsTable")
        self.effects.setAccessibleName(self.tr("What the number changes next"))
        self.check = CheckSection()
        self._lay_out()

    def _lay_out(self) -> None:
        self.effects_column = stacked(
            self.effects_title, self.effects, self.effects_note, self.no_effects
        )
        self.beside = QSplitter(Qt.Orientation.Horizontal)
        self.beside.setObjectName("originColumns")
        parts = (
            (stacked(self.value, self.formula, self.table, self.sum), 520, 5),
            (stacked(self.pictures, self.facts, self.other_part, self.whole), 360, 4),
            (self.effects_column, 300, 2),
            (self.check, 420, 4),
        )
        for i, (part, size, stretch) in enumerate(parts):
            self.beside.addWidget(part)
            self.beside.setStretchFactor(i, stretch)
            part.setMinimumWidth(size // 3)
        self.beside.setSizes([480, 360, 240, 420])
        self.below = QSplitter(Qt.Orientation.Horizontal)
        for row, stretch in ((self.beside, 3), (self.below, 2)):
            row.setHandleWidth(10)
            row.setChildrenCollapsible(False)
            self.addWidget(row)
            self.setStretchFactor(self.indexOf(row), stretch)
        self.setChildrenCollapsible(False)
        self.below.hide()

    # -- what they show ----------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Show no number."""
        none = TermRows()
        self.formula.show_formula(None, none, "")
        self.table.show_rows(none)
        self.effects.show_rows(none)
        self.picture.show_grid(None, None)
        self.bars.show_sums(None, None)
        hidden = (self.table, self.sum, self.effects, self.pictures, self.whole, self.other_part)
        for part in hidden:
            part.setVisible(False)
        self.check.show()
        self.effects_note.setText("")
        self.no_effects.setText("")
        self.facts.say("")

    def show_own(self, page: OwnPage) -> None:
        """Show a page that needs no worker, which has neither effects nor a check."""
        self.check.show_number(None, str)
        self.check.hide()
        self.effects_column.hide()
        self.table.show_rows(page.rows, page.names)
        self.table.setVisible(bool(page.rows.rows))
        if page.names is None:  # it is of no recording
            self.formula.show_formula(None, TermRows(), page.formula, page.where)
            self.formula.set_short(short=False)

    def show_terms(
        self, explanation: NumberExplanation, terms: TermRows, names: NumberNames
    ) -> None:
        """Show the formula and the terms, or what the number depends on."""
        symbols, where = names.formula(explanation.formula), legend(explanation, names)
        self.formula.show_formula(explanation, terms, symbols, where)
        rows = dependence_rows(explanation, names) or terms
        self.table.show_rows(rows, names)
        self.table.setVisible(bool(rows.rows))
        self.sum.setVisible(bool(terms.rows))
        reason = explanation.reason
        self.whole.setVisible(reason is not None and reason.code == "samples")

    def show_effects(
        self, effects: tuple[Effect, ...], asked: AskedNumber, names: NumberNames
    ) -> None:
        """Show what the number changes next, or why it changes nothing."""
        rows = effect_rows(effects, asked.recording.events, names)
        self.effects.show_rows(rows, names)
        why, numbers = ("", []) if rows.rows else no_effect_text(names, asked.number)
        self.no_effects.say(why, numbers)
        self.no_effects.setVisible(bool(why))
        self.effects.setVisible(bool(rows.rows))
        self.effects_column.setVisible(bool(rows.rows or why))
        note = self.tr("{0} more").format(f"{rows.rest_count:,}") if rows.rest_count else ""
        self.effects_note.setText(note)
        self.effects_note.setVisible(bool(note))

    def show_term(
        self,
        asked: AskedNumber,
        explanation: NumberExplanation,
        term: tuple[int, int],
        names: NumberNames,
    ) -> None:
        """Show where a term, which is ``term[1]`` of a part, lies, and the sums by group."""
        grid, sums = term_grid(explanation, *term), group_sums(explanation, term[0])
        grid = grid or window_grid(asked.recording, explanation)
        self.picture.show_grid(grid, names)
        self.bars.show_sums(sums, grid.group[0] if grid is not None and grid.group else None)
        self.bars_column.setVisible(sums is not None)
        self.pictures.setVisible(grid is not None)

    def offer_other_part(self, asked: AskedNumber, names: NumberNames) -> None:
        """Of a complex number the real part is shown first; the imaginary one is a click away."""
        other = other_part(asked.number)
        self.other_part.setVisible(other is not None)
        if other is not None:
            text = f"{names.name(other)} = {signed(scalar_of(asked.recording, other))}"
            self.other_part.setText(text)
            self.other_part.setAccessibleName(text)

    def set_idle(self, idle: bool) -> None:
        """Whether something can be asked: not while training runs."""
        for source in (self.formula, self.table, self.effects, self.pictures):
            source.setEnabled(idle)
        self.check.set_idle(idle)

    def set_full_precision(self, wanted: bool) -> None:
        """Write numbers with every digit, or as short as they can be read."""
        for table in (self.table, self.effects):
            table.set_full_precision(wanted)

    def set_theme(self, theme: Theme, color: str) -> None:
        """Take the colours of a theme; ``color`` names that of the number."""
        for part in (self.table, self.effects, self.formula, self.picture, self.bars, self.check):
            part.set_theme(theme)
        for sentence in (self.facts, self.no_effects):
            sentence.set_theme(theme)
        self.color_number(theme, color)

    def color_number(self, theme: Theme, color: str) -> None:
        """Give the number its colour."""
        self.value.setStyleSheet(f"color: {getattr(theme, color)};")
        self.sum.set_theme(theme, color)

    # -- their room --------------------------------------------------------------------------

    @property
    def in_two_rows(self) -> bool:
        """Whether the effects and the check have a row of their own."""
        return not self.below.isHidden()

    def want_two_rows(self, panel: QWidget) -> bool:
        """Whether they have no room beside each other in the panel, and two rows of them have."""
        terms = max(self.table.wanted_width, self.value.least_width)
        beside = self.effects.wanted_width if self.effects_column.isVisibleTo(panel) else 0
        check = self.check.wanted_width
        return needs_two_rows(panel.width(), panel.height(), terms, beside, check)

    def give_room(self, panel: QWidget, count: int) -> None:
        """Let the terms, of which there are so many, have the room in which nothing is cut."""
        few = count <= _FEW_ROWS and panel.height() >= _TIGHT
        self.formula.set_short(panel.height() < _SHORT and not few)
        lines = self.sum.wanted_width if count else 0
        terms = max(self.table.wanted_width, self.value.least_width)
        effects, check = self.effects.wanted_width, self.check.wanted_width
        beside = effects if self.effects_column.isVisibleTo(panel) else 0
        self._put_below(self.want_two_rows(panel), panel.height())
        # The line of the sum may be elided: it has what the others leave.
        spare = self.beside.width() - beside - check - _BESIDE
        pictures = self.picture.wanted_width
        if self.bars.sums is not None:
            pictures += self.bars.minimumSizeHint().width() + self.picture_row.spacing()
        give_room(self.beside, max(terms, min(lines, spare)), effects, check, pictures)
        if self.in_two_rows:
            give_room_below(self.below, effects, check)
        # Beside each other both would be thumbnails in a high, narrow column.
        high = panel.height() > _HIGH
        self.picture_row.setDirection(
            QBoxLayout.Direction.TopToBottom if high else QBoxLayout.Direction.LeftToRight
        )

    def _put_below(self, wanted: bool, height: int) -> None:
        if wanted is self.in_two_rows:
            return
        row = self.below if wanted else self.beside
        for part, stretch in ((self.effects_column, 2), (self.check, 4)):
            row.addWidget(part)
            row.setStretchFactor(row.indexOf(part), stretch)
        self.below.setVisible(wanted)
        if wanted:
            self.setSizes([height // 2] * 2)
