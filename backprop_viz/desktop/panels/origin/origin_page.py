"""What a page of the panel is made of: the number at its head, and what needs no worker."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import told_scalar
from backprop_viz.desktop.panels.inspector.number_sentence import Span
from backprop_viz.desktop.panels.origin.difference_rows import difference_rows, difference_value
from backprop_viz.desktop.panels.origin.origin_layout import OriginLayout
from backprop_viz.desktop.panels.origin.question_history import AskedNumber, QuestionHistory
from backprop_viz.desktop.panels.origin.term_rows import TermRows, few_terms, phase_color
from backprop_viz.desktop.panels.origin.told_rows import told_rows
from backprop_viz.desktop.style.numbers import full, in_sum
from backprop_viz.desktop.style.theme import DARK
from backprop_viz.desktop.widgets.shown_number import ShownNumber
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording

# An answer that takes longer than this is said to be under way.
_PATIENCE_MS = 250


class OriginPage(OriginLayout):
    """The number at the head, and the pages that the window writes by itself.

    These are a difference of two numbers, and a number of no recorded tensor (``ToldNumber``).
    ``marks_changed`` carries the NumberMarks of what is shown, None once nothing is.
    """

    marks_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = QuestionHistory()
        self.explanation: NumberExplanation | None = None
        self.complete = False  # all has come that belongs to the explanation
        self.terms = TermRows()
        self._theme = DARK
        self._color = "text"
        self._full_precision = False
        self._names: tuple[Recording, NumberNames] | None = None
        self._slow = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._slow.timeout.connect(self._say_slow)

    def _show_difference(self, asked: AskedNumber) -> None:
        """Show a difference, which needs no worker: two numbers, each to be clicked."""
        assert asked.then is not None
        self._slow.stop()
        self._color = phase_color(asked.number, asked.recording.events)
        self.check.show_number(None, str)
        self.check.hide()
        self.effects_column.hide()
        self.path.show_crumbs(())
        self.terms = difference_rows(asked)
        self.table.show_rows(self.terms, self._names_of(asked.recording))
        self.table.show()
        self._write_value()
        self._paint()
        text = self.tr("Now less then, exactly. Click either number to see where it comes from.")
        self.say(text)
        self.complete = True
        self.marks_changed.emit(marks_of(asked.recording, asked.number))

    def _show_told(self, told: ToldNumber) -> None:
        """Show a number that the window itself knows how to tell of."""
        self._slow.stop()
        self._color = told.color
        self.check.show_number(None, str)
        self.check.hide()
        self.effects_column.hide()
        self.path.show_crumbs(())
        self.terms = told_rows(told.parts)
        self.table.show_rows(self.terms)
        self.table.setVisible(bool(self.terms.rows))
        self.formula.show_formula(None, TermRows(), told.formula, told.where)
        self.formula.set_short(short=False)
        self._write_value()
        self.subtitle.setText(told.of)
        self.subtitle.show()
        self._paint()
        self.say(told.text)
        self.complete = True
        self.marks_changed.emit(None)

    def _write_value(self) -> None:
        told = self.history.shown
        if isinstance(told, ToldNumber):
            written = told.exact if self._full_precision else told.brief
            self.value.setText(f"{told.name} = {written}")
            self.value.setToolTip(f"{told.name} = {told.exact}")
            self.value.shown = None
            return
        asked = self.history.current
        if asked is None:
            return
        summed = None if self.explanation is None else self.explanation.value
        value = told_scalar(asked.recording, asked.number, summed)
        name = self._names_of(asked.recording).name(asked.number)
        if asked.then is not None:
            value, name = difference_value(asked), f"Δ {name}"
        self.value.shown = None if value is None else ShownNumber(name, (), value)
        if value is None:
            self.value.setText(name)
            return
        exact, brief = full(value), in_sum(value, few_terms(self.explanation))
        self.value.setText(f"{name} = {exact if self._full_precision else brief}")
        self.value.setToolTip(f"{name} = {exact}")

    def say(self, text: str, numbers: Sequence[Span] = ()) -> None:
        """Show sentences beside the terms, in which ``numbers`` can be asked about."""
        self.facts.say(text, numbers)

    def _names_of(self, recording: Recording) -> NumberNames:
        if self._names is None or self._names[0] != recording:
            self._names = (recording, NumberNames(recording))
        return self._names[1]

    def _show_nothing(self) -> None:
        # What is hidden loses the keyboard to some other panel.
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.setFocus()
        self.explanation, self.terms, self.complete = None, TermRows(), False
        self.formula.show_formula(None, self.terms, "")
        self.table.show_rows(self.terms)
        self.effects.show_rows(self.terms)
        self.picture.show_grid(None, None)
        self.bars.show_sums(None, None)
        hidden = (self.table, self.sum, self.effects, self.pictures, self.whole, self.other_part)
        for part in hidden:
            part.setVisible(False)
        self.check.show()
        self.effects_note.setText("")
        self.no_effects.setText("")
        self.say("")
        self._enable_buttons(training=False)

    def _enable_buttons(self, training: bool) -> None:
        self.back.setEnabled(self.history.can_go_back and not training)
        self.forward.setEnabled(self.history.can_go_forward and not training)

    def _say_slow(self) -> None:
        self.say(self.tr("Working it out…"))

    def _paint(self) -> None:
        self.value.setStyleSheet(f"color: {getattr(self._theme, self._color)};")
        self.sum.set_theme(self._theme, self._color)
