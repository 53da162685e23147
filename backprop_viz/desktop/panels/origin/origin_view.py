"""Where does it come from? A number as the sum that it is, and each number in it in turn."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from backprop_viz.analysis.numbers.batch_axis import is_of_sample
from backprop_viz.analysis.numbers.differentiated import LOSS
from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import (
    explained_part,
    other_part,
    told_scalar,
)
from backprop_viz.desktop.panels.inspector.number_sentence import Span
from backprop_viz.desktop.panels.origin.breadcrumb import Breadcrumb, crumbs
from backprop_viz.desktop.panels.origin.earlier_texts import earlier_sentence
from backprop_viz.desktop.panels.origin.origin_columns import OriginColumns
from backprop_viz.desktop.panels.origin.origin_parts import plain_button
from backprop_viz.desktop.panels.origin.own_pages import OwnPage, difference_page, told_page
from backprop_viz.desktop.panels.origin.question_history import AskedNumber, QuestionHistory
from backprop_viz.desktop.panels.origin.sentences import iteration_text, sentences
from backprop_viz.desktop.panels.origin.term_grid import (
    first_term,
    sample_of_term,
    term_of_sample,
)
from backprop_viz.desktop.panels.origin.term_rows import TermRows, phase_color, term_rows
from backprop_viz.desktop.panels.origin.terms_table import RATE_ROLE
from backprop_viz.desktop.style.numbers import full
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Effect, NumberExplanation
from backprop_viz.recording.iteration import Recording

# An answer that takes longer than this is said to be under way.
_PATIENCE_MS = 250
# What backward starts from where there is no loss: the output, weighted by the gradient given.
_WITHOUT_LOSS = "Σ g·out"


class OriginView(Panel):
    """One number: its value, its formula, its terms, the facts, and what it changes next.

    ``asked`` carries a Recording and the Number of it that is to be explained; the answers come
    by ``show_explanation``, ``show_chain`` and ``show_effects``. ``closed``: the user wants the
    panel away; ``maximized``: it is to have all the room, or no longer. ``sample_wanted`` carries
    the sample of the batch that the chosen term is of. ``whole_wanted``: the iteration is to be
    recorded again, with all of its batch. ``rate_asked``: a learning rate was asked about.
    ``marks_changed`` carries the NumberMarks of what is shown, None once nothing is.
    """

    asked = Signal(object, object)
    closed = Signal()
    maximized = Signal(bool)
    sample_wanted = Signal(int)
    rate_asked = Signal(float)
    whole_wanted = Signal()
    marks_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("OriginView", "Where does it come from?")
        super().__init__(title, parent)
        self.history = QuestionHistory()
        self.explanation: NumberExplanation | None = None
        self.complete = False  # all has come that belongs to the explanation
        self.terms = TermRows()
        self._theme, self._color = DARK, "text"
        self._full_precision = False
        self._names: tuple[Recording, NumberNames] | None = None
        self._slow = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._slow.timeout.connect(lambda: self.say(self.tr("Working it out…")))
        self._rows_change = QTimer(self, interval=0, singleShot=True)
        self._rows_change.timeout.connect(self._give_room)
        self._of_sample = False  # the number that is asked about is of one sample of the batch
        self._shown: Recording | None = None  # what the other panels show, and of which sample
        self._sample: int | None = None
        self._term: tuple[int, int] | None = None  # the part and the term in the picture
        self._fill_header()
        self.columns = columns = OriginColumns()
        self.body.setContentsMargins(12, 6, 12, 6)  # the window has little height for it
        self.body.addWidget(columns, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        columns.whole.clicked.connect(self.whole_wanted)
        columns.other_part.clicked.connect(self._ask_other_part)
        for source in (columns.formula, columns.table, columns.effects, columns.picture):
            source.number_asked.connect(self.ask_here)
        columns.facts.picked.connect(self._ask_said)
        for picked in (columns.no_effects.picked, columns.check.picked):
            picked.connect(self.ask_here)
        columns.table.asked_elsewhere.connect(self.ask)
        columns.table.plain_asked.connect(self._ask_plain)
        columns.table.row_chosen.connect(lambda row: self._choose_term(row.part, row.term))
        columns.picture.term_chosen.connect(self._choose_term)
        columns.bars.term_chosen.connect(self._choose_term)
        columns.sum.zeros_wanted.connect(self._list_zeros)
        self._show_nothing()

    def _fill_header(self) -> None:
        self.subtitle.hide()
        self.header.setStretchFactor(self.subtitle, 0)  # the breadcrumb has the room
        self.back = plain_button("‹", self.tr("Back to the number before"), "Alt+Left")
        self.forward = plain_button("›", self.tr("Forward again"), "Alt+Right")
        self.path = Breadcrumb()
        self.maximize = plain_button("⤢", self.tr("Maximise this panel, or restore it"), "")
        self.maximize.setCheckable(True)
        self.close_button = plain_button("✕", self.tr("Close (Esc)"), "")
        for part in (self.back, self.forward, self.path, self.maximize, self.close_button):
            self.header.addWidget(part, 1 if part is self.path else 0)
        for step, button, key in ((-1, self.back, "Alt+Left"), (1, self.forward, "Alt+Right")):
            button.clicked.connect(lambda _=False, step=step: self._go(step))
            # Not the button's own, which would be pressed for a tenth of a second first.
            QShortcut(QKeySequence(key), self, partial(self._go, step))
        self.maximize.toggled.connect(self.maximized)
        self.close_button.clicked.connect(self.closed)
        self.path.number_asked.connect(self.ask_here)

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

    def ask_here(self, number: Number, recording: Recording | None = None) -> None:
        """Ask about another number of the recording that is shown, or of one that was."""
        asked = self.history.current
        if asked is not None:
            self.ask(recording or asked.recording, number, of_drawing=asked.of_drawing)

    def _ask_said(self, said: Number | AskedNumber) -> None:
        """Ask about a number in a sentence, which may be another iteration's."""
        if isinstance(said, AskedNumber):
            self.ask(said.recording, said.number)
        else:
            self.ask_here(said)

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
            self._show_own(told_page(asked))
            return
        names = self._names_of(asked.recording)
        self._of_sample = is_of_sample(asked.recording, asked.number, names.makers)
        self._show_iteration()
        if asked.then is not None:
            self._show_own(difference_page(asked, names))
            return
        of = "" if names.differentiated == LOSS else names.differentiated
        if not of and asked.recording.loss is None:
            of = _WITHOUT_LOSS
        self.columns.check.show_number(asked.number, names.name, asked.backwards, of)
        self._color = phase_color(asked.number, asked.recording.events)
        self._write_value()
        self.columns.color_number(self._theme, self._color)
        self._slow.start()
        self.marks_changed.emit(marks_of(asked.recording, asked.number))
        self.asked.emit(asked.recording, asked.number)

    def forget(self) -> None:
        """The panel is closed: nothing is lit up any more."""
        self._slow.stop()
        self.marks_changed.emit(None)

    def _show_own(self, page: OwnPage) -> None:
        """Show a page that needs no worker."""
        self._slow.stop()
        self.columns.show_own(page)
        self.path.show_crumbs(())
        self._color, self.terms = page.color, page.rows
        if page.names is None:  # it is of no recording
            self.subtitle.setText(page.of)
            self.subtitle.show()
        self._write_value()
        self.columns.color_number(self._theme, self._color)
        self.say(page.text)
        self.complete = True
        self.marks_changed.emit(page.marks)

    def _show_nothing(self) -> None:
        # What is hidden loses the keyboard to some other panel.
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.setFocus()
        self.explanation, self.terms, self.complete = None, TermRows(), False
        self.columns.show_nothing()
        self._enable_buttons(training=False)

    def _enable_buttons(self, training: bool) -> None:
        self.back.setEnabled(self.history.can_go_back and not training)
        self.forward.setEnabled(self.history.can_go_forward and not training)

    def say(self, text: str, numbers: Sequence[Span] = ()) -> None:
        """Show sentences beside the terms, in which ``numbers`` can be asked about."""
        self.columns.facts.say(text, numbers)

    def _write_value(self) -> None:
        shown = self.history.shown
        if isinstance(shown, ToldNumber):
            self.columns.value.show_told(shown, self._full_precision)
        elif shown is not None:
            name = self._names_of(shown.recording).name(shown.number)
            self.columns.value.show_asked(shown, name, self.explanation, self._full_precision)

    def _names_of(self, recording: Recording) -> NumberNames:
        if self._names is None or self._names[0] != recording:
            self._names = (recording, NumberNames(recording))
        return self._names[1]

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
        self.columns.show_terms(explanation, self.terms, names)
        if self.hasFocus() and self.terms.rows:
            self.columns.table.setFocus()
        first = first_term(explanation)
        if first is not None:
            self._show_term(*first)
        exact = full(told_scalar(asked.recording, asked.number, explanation.value))
        self.columns.sum.show_sum(explanation, self.terms, exact)
        self._write_value()
        self._give_room()
        self.columns.offer_other_part(asked, names)
        self.say(*sentences(explanation, names))
        self.marks_changed.emit(marks_of(asked.recording, asked.number, explanation))

    def show_earlier(self, earlier: Recording) -> None:
        """Say of a number that nothing here made that the iteration before did, if it did."""
        asked = self.history.current
        if asked is not None and (told := earlier_sentence(asked, earlier)) is not None:
            self.say(*told)

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
        self.columns.table.show_rows(self.terms, self._names_of(asked.recording))
        value = told_scalar(asked.recording, asked.number, explanation.value)
        self.columns.sum.show_sum(explanation, self.terms, full(value))
        self._give_room()
        if wanted:
            first = next((i for i, row in enumerate(self.terms.rows) if row.value == 0), 0)
            self.columns.table.scrollTo(self.columns.table.rows.index(first, 0))

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
        self.columns.show_effects(effects, asked, self._names_of(asked.recording))
        self._give_room()
        self.complete = True

    def show_view_state(self, view_state: ViewState) -> None:
        """Say which iteration it is about; ask nothing while training runs."""
        self._shown = view_state.cursor.recording
        self._show_iteration()
        self._show_sample(view_state.sample)
        if view_state.full_precision != self._full_precision:
            self._full_precision = view_state.full_precision
            self.columns.set_full_precision(view_state.full_precision)
            self._write_value()
        self.path.setEnabled(not view_state.training)
        self.columns.set_idle(not view_state.training)
        self._enable_buttons(view_state.training)

    def _show_iteration(self) -> None:
        asked = self.history.current
        if asked is not None and self._shown is not None:
            self.subtitle.setText(iteration_text(asked, self._shown, self._of_sample))
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
            self.columns.table.choose(*found)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.columns.set_theme(theme, self._color)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what is said twice where there is little height.

        What moves to another row does so after the event. A splitter deletes the handle of a part
        that leaves it, and while Qt sets a style sheet, which resizes too, it goes through a list
        of widgets of which none may be gone.
        """
        super().resizeEvent(event)
        if self.columns.want_two_rows(self) is not self.columns.in_two_rows:
            self._rows_change.start()
        else:
            self._give_room()

    def _give_room(self) -> None:
        self.columns.give_room(self, len(self.terms.rows))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # -- parts -------------------------------------------------------------------------------

    def _choose_term(self, part: int, term: int) -> None:
        """Show where a term lies that the user has chosen, in every panel."""
        self._show_term(part, term)
        self.columns.table.choose(part, term)
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
        self.columns.show_term(asked, explanation, (part, term), self._names_of(asked.recording))
