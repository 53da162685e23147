"""Where does it come from? A number as the sum that it is, and each number in it in turn."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QWidget

from backprop_viz.analysis.numbers.batch_axis import is_of_sample
from backprop_viz.analysis.numbers.differentiated import LOSS
from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    explained_part,
    other_part,
    scalar_of,
    told_scalar,
)
from backprop_viz.desktop.panels.origin.breadcrumb import crumbs
from backprop_viz.desktop.panels.origin.dependence_rows import dependence_rows
from backprop_viz.desktop.panels.origin.effect_rows import effect_rows
from backprop_viz.desktop.panels.origin.formula_legend import legend
from backprop_viz.desktop.panels.origin.no_effect_texts import no_effect_text
from backprop_viz.desktop.panels.origin.origin_page import OriginPage
from backprop_viz.desktop.panels.origin.origin_parts import (
    give_room,
    give_room_below,
    needs_two_rows,
)
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.origin.sentences import iteration_text, sentences
from backprop_viz.desktop.panels.origin.term_grid import (
    first_term,
    group_sums,
    sample_of_term,
    term_grid,
    term_of_sample,
    window_grid,
)
from backprop_viz.desktop.panels.origin.term_rows import TermRow, phase_color, term_rows
from backprop_viz.desktop.panels.origin.terms_table import RATE_ROLE
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Effect, NumberExplanation
from backprop_viz.recording.iteration import Recording

# A panel that is lower than this shows only what it must.
_SHORT = 300
# A panel that is higher than this has the sums by group below the pictures.
_HIGH = 450
# So few terms leave it room for more, unless it is lower than that.
_FEW_ROWS, _TIGHT = 3, 200
# What the pictures, and the gaps between the columns, have at least.
_BESIDE = 150
# What backward starts from where there is no loss: the output, weighted by the gradient given.
_WITHOUT_LOSS = "Σ g·out"


class OriginView(OriginPage):
    """One number: its value, its formula, its terms, the facts, and what it changes next.

    ``asked`` carries a Recording and the Number of it that is to be explained; the answers come
    by ``show_explanation``, ``show_chain`` and ``show_effects``. ``closed``: the user wants the
    panel away; ``maximized``: it is to have all the room, or no longer. ``sample_wanted`` carries
    the sample of the batch that the chosen term is of. ``whole_wanted``: the iteration is to be
    recorded again, with all of its batch. ``rate_asked``: a learning rate was asked about.
    """

    asked = Signal(object, object)
    closed = Signal()
    maximized = Signal(bool)
    sample_wanted = Signal(int)
    rate_asked = Signal(float)
    whole_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows_change = QTimer(self, interval=0, singleShot=True)
        self._rows_change.timeout.connect(self._give_room)
        self._of_sample = False  # the number that is asked about is of one sample of the batch
        self._sample: int | None = None  # what the other panels show
        self._term: tuple[int, int] | None = None  # the part and the term in the picture
        for step, button, key in ((-1, self.back, "Alt+Left"), (1, self.forward, "Alt+Right")):
            button.clicked.connect(lambda _=False, step=step: self._go(step))
            # Not the button's own, which would be pressed for a tenth of a second first.
            QShortcut(QKeySequence(key), self, partial(self._go, step))
        self.maximize.toggled.connect(self.maximized)
        self.close_button.clicked.connect(self.closed)
        self.whole.clicked.connect(self.whole_wanted)
        self.other_part.clicked.connect(self._ask_other_part)
        self.path.number_asked.connect(self.ask_here)
        for source in (self.formula, self.table, self.effects, self.picture):
            source.number_asked.connect(self.ask_here)
        for sentence in (self.facts, self.no_effects):
            sentence.picked.connect(self.ask_here)
        self.table.asked_elsewhere.connect(self.ask)
        self.table.plain_asked.connect(self._ask_plain)
        self.table.row_chosen.connect(self._choose_row)
        self.picture.term_chosen.connect(self._choose_term)
        self.bars.term_chosen.connect(self._choose_term)
        self.sum.zeros_wanted.connect(self._list_zeros)
        self.check.picked.connect(self.ask_here)
        self._show_nothing()

    # -- asking ------------------------------------------------------------------------------

    def ask(self, recording: Recording, number: Number, *, of_drawing: bool = False) -> None:
        """Show a number of a recording, and ask where it comes from.

        ``of_drawing``: the recording is that of the drawing's saliency.
        """
        self.history.ask(AskedNumber(recording, explained_part(recording, number), of_drawing))
        self._ask_current()

    def ask_difference(self, now: AskedNumber) -> None:
        """Show by how much a number differs from that of another recording."""
        self.history.ask(now)
        self._ask_current()

    def tell(self, told: ToldNumber) -> None:
        """Show a number of no recorded tensor, which takes no worker."""
        self.history.ask(told)
        self._ask_current()

    def ask_here(self, number: Number) -> None:
        """Ask about another number of the recording that is shown."""
        asked = self.history.current
        if asked is not None:
            self.ask(asked.recording, number, of_drawing=asked.of_drawing)

    def follow(self, recording: Recording, number: Number) -> None:
        """The window shows another iteration: ask about the same number of that one."""
        self.history.replace(AskedNumber(recording, number))
        self._ask_current()

    def _ask_plain(self, role: str, value: float) -> None:
        """Ask about a factor that is no recorded number: the learning rate."""
        if role == RATE_ROLE:
            self.rate_asked.emit(value)

    def ask_again(self) -> None:
        """Ask once more about what was shown when the panel was closed."""
        if self.history.shown is not None:
            self._ask_current()

    def _go(self, step: int) -> None:
        allowed = self.back if step < 0 else self.forward
        if allowed.isEnabled() and self.history.go(step):
            self._ask_current()

    def _ask_current(self) -> None:
        asked = self.history.shown
        assert asked is not None
        self._show_nothing()
        if isinstance(asked, ToldNumber):
            self._show_told(asked)
            return
        names = self._names_of(asked.recording)
        if asked.then is not None:
            self._show_difference(asked)
            return
        of = "" if names.differentiated == LOSS else names.differentiated
        if not of and asked.recording.loss is None:
            of = _WITHOUT_LOSS
        self.check.show_number(asked.number, names.name, asked.backwards, of)
        self._color = phase_color(asked.number, asked.recording.events)
        self._of_sample = is_of_sample(asked.recording, asked.number, names.makers)
        self._write_value()
        self._paint()
        self._slow.start()
        self.marks_changed.emit(marks_of(asked.recording, asked.number))
        self.asked.emit(asked.recording, asked.number)

    def forget(self) -> None:
        """The panel is closed: nothing is lit up any more."""
        self._slow.stop()
        self.marks_changed.emit(None)

    # -- the answers -------------------------------------------------------------------------

    def show_explanation(self, explanation: NumberExplanation | None) -> None:
        """Show the terms of the number that was asked about; None: it cannot be explained."""
        asked = self.history.current
        if asked is None:
            return
        self._slow.stop()
        self.explanation = explanation
        if explanation is None:
            self.say(self.tr("The worker could not be given this iteration: run it again."))
            return
        self.terms = term_rows(explanation, asked.recording.events)
        names = self._names_of(asked.recording)
        symbols, where = names.formula(explanation.formula), legend(explanation, names)
        self.formula.show_formula(explanation, self.terms, symbols, where)
        rows = dependence_rows(explanation, names) or self.terms
        self.table.show_rows(rows, names)
        self.table.setVisible(bool(rows.rows))
        if self.hasFocus() and self.terms.rows:
            self.table.setFocus()
        first = first_term(explanation)
        if first is not None:
            self._show_term(*first)
        exact = full(told_scalar(asked.recording, asked.number, explanation.value))
        self.sum.show_sum(explanation, self.terms, exact)
        self._write_value()
        self.sum.setVisible(bool(self.terms.rows))
        self._give_room()
        reason = explanation.reason
        self.whole.setVisible(reason is not None and reason.code == "samples")
        self._offer_other_part(asked, names)
        self.say(*sentences(explanation, names))
        self.marks_changed.emit(marks_of(asked.recording, asked.number, explanation))

    def _offer_other_part(self, asked: AskedNumber, names: NumberNames) -> None:
        """Of a complex number the real part is shown first; the imaginary one is a click away."""
        other = other_part(asked.number)
        self.other_part.setVisible(other is not None)
        if other is not None:
            text = f"{names.name(other)} = {signed(scalar_of(asked.recording, other))}"
            self.other_part.setText(text)
            self.other_part.setAccessibleName(text)

    def _ask_other_part(self) -> None:
        asked = self.history.current
        other = None if asked is None else other_part(asked.number)
        if other is not None:
            self.ask_here(other)

    def _list_zeros(self, wanted: bool) -> None:
        """Give the terms that are 0 rows of their own, or no longer."""
        asked, explanation = self.history.current, self.explanation
        if asked is None or explanation is None:
            return
        self.terms = term_rows(explanation, asked.recording.events, zeros=wanted)
        self.table.show_rows(self.terms, self._names_of(asked.recording))
        value = told_scalar(asked.recording, asked.number, explanation.value)
        self.sum.show_sum(explanation, self.terms, full(value))
        self._give_room()
        if wanted:
            first = next((i for i, row in enumerate(self.terms.rows) if row.value == 0), 0)
            self.table.scrollTo(self.table.rows.index(first, 0))

    def show_chain(self, chain: tuple[NumberExplanation, ...]) -> None:
        """Show the way from the loss to the number."""
        asked = self.history.current
        if asked is not None:
            self.path.show_crumbs(crumbs(chain, self._names_of(asked.recording)))

    def show_effects(self, effects: tuple[Effect, ...]) -> None:
        """Show what the number changes next."""
        asked = self.history.current
        if asked is None:
            return
        names = self._names_of(asked.recording)
        rows = effect_rows(effects, asked.recording.events, names)
        self.effects.show_rows(rows, names)
        why, numbers = ("", []) if rows.rows else no_effect_text(names, asked.number)
        self.no_effects.say(why, numbers)
        self.no_effects.setVisible(bool(why))
        self.effects.setVisible(bool(rows.rows))
        self.effects_column.setVisible(bool(rows.rows or why))
        note = self.tr("{0} more").format(f"{rows.rest_count:,}") if rows.rest_count else ""
        self.effects_note.setText(note)
        self.effects_note.setVisible(bool(self.effects_note.text()))
        self._give_room()
        self.complete = True

    def show_view_state(self, view_state: ViewState) -> None:
        """Say which iteration it is about; ask nothing while training runs."""
        self._show_iteration(view_state.cursor.recording)
        self._show_sample(view_state.sample)
        if view_state.full_precision != self._full_precision:
            self._full_precision = view_state.full_precision
            for table in (self.table, self.effects):
                table.set_full_precision(view_state.full_precision)
            self._write_value()
        for source in (self.formula, self.table, self.effects, self.path, self.pictures):
            source.setEnabled(not view_state.training)
        self.check.set_idle(not view_state.training)
        self._enable_buttons(view_state.training)

    def _show_iteration(self, shown: Recording) -> None:
        asked = self.history.current
        if asked is not None:
            self.subtitle.setText(iteration_text(asked, shown, self._of_sample))
        self.subtitle.setVisible(self.history.shown is not None)

    def _show_sample(self, sample: int) -> None:
        """Of a sum over the batch, show the terms of the sample that the other panels show."""
        before, self._sample = self._sample, sample
        explanation, shown = self.explanation, self._term
        if before in (None, sample) or explanation is None or shown is None:
            return
        found = term_of_sample(explanation, sample)
        if found is not None and sample_of_term(explanation, *shown) != sample:
            self._show_term(*found)
            self.table.choose(*found)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for part in (self.table, self.effects, self.formula, self.picture, self.bars, self.check):
            part.set_theme(theme)
        for sentence in (self.facts, self.no_effects):
            sentence.set_theme(theme)
        self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what is said twice where there is little height.

        What moves to another row does so after the event. A splitter deletes the handle of a part
        that leaves it, and while Qt sets a style sheet, which resizes too, it goes through a list
        of widgets of which none may be gone.
        """
        super().resizeEvent(event)
        if self._wants_two_rows() is self.below.isHidden():
            self._rows_change.start()
        else:
            self._give_room()

    def _wants_two_rows(self) -> bool:
        terms = max(self.table.wanted_width, self.value.least_width)
        beside = self.effects.wanted_width if self.effects_column.isVisibleTo(self) else 0
        check = self.check.wanted_width
        return needs_two_rows(self.width(), self.height(), terms, beside, check)

    def _give_room(self) -> None:
        """Let the terms have the room in which nothing of theirs is cut."""
        few = len(self.terms.rows) <= _FEW_ROWS and self.height() >= _TIGHT
        self.formula.set_short(self.height() < _SHORT and not few)
        lines = self.sum.wanted_width if self.terms.rows else 0
        terms = max(self.table.wanted_width, self.value.least_width)
        effects, check = self.effects.wanted_width, self.check.wanted_width
        beside = effects if self.effects_column.isVisibleTo(self) else 0
        self.put_below(self._wants_two_rows())
        # The line of the sum may be elided: it has what the others leave.
        spare = self.columns.width() - beside - check - _BESIDE
        pictures = self.picture.wanted_width
        if self.bars.sums is not None:
            pictures += self.bars.minimumSizeHint().width() + self.picture_row.spacing()
        give_room(self.columns, max(terms, min(lines, spare)), effects, check, pictures)
        if not self.below.isHidden():
            give_room_below(self.below, effects, check)
        # Beside each other both would be thumbnails in a high, narrow column.
        high = self.height() > _HIGH
        self.picture_row.setDirection(
            QBoxLayout.Direction.TopToBottom if high else QBoxLayout.Direction.LeftToRight
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # -- parts -------------------------------------------------------------------------------

    def _choose_row(self, row: TermRow) -> None:
        """Follow the current term in the picture."""
        self._choose_term(row.part, row.term)

    def _choose_term(self, part: int, term: int) -> None:
        """Show where a term lies that the user has chosen, in every panel."""
        self._show_term(part, term)
        self.table.choose(part, term)
        sample = None
        if self.explanation is not None:
            sample = sample_of_term(self.explanation, part, term)
        if sample is not None:
            self.sample_wanted.emit(sample)

    def _show_term(self, part: int, term: int) -> None:
        """Show where a term lies, and the sums by group."""
        asked, explanation = self.history.current, self.explanation
        if asked is None or explanation is None:
            return
        self._term = (part, term)
        grid, sums = term_grid(explanation, part, term), group_sums(explanation, part)
        grid = grid or window_grid(asked.recording, explanation)
        self.picture.show_grid(grid, self._names_of(asked.recording))
        self.bars.show_sums(sums, grid.group[0] if grid is not None and grid.group else None)
        self.bars_column.setVisible(sums is not None)
        self.pictures.setVisible(grid is not None)

    def _say_slow(self) -> None:
        self.say(self.tr("Working it out…"))
