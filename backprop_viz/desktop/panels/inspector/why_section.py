"""Why the chosen gradient is None, zero, NaN or as expected: a sentence and its evidence."""

from typing import Literal

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from backprop_viz.analysis.explanations import Reason, explain, norm_text
from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import grad_number, old_grad_number
from backprop_viz.analysis.provenance import line_of
from backprop_viz.desktop.panels.inspector.number_sentence import NumberSentence, Span, figure_spans
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.texts.missing_texts import not_recorded_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.trace.torch_error import said_place

# Expected reasons are muted, those for NaN have the colour of errors.
_FINE = frozenset(
    [
        "unknown",
        "not_copied",
        "not_run",
        "value",
        "returned",
        "returned_sum",
        "added",
        "averaged",
        "from_ranks",
        "of_function",
        "node_value",
        "node_waiting",
        "waiting_none",
        "waiting_zeros",
        "waiting_kept",
        "cleared_none",
        "nothing_to_clear",
        "cleared_zeros",
        "before_none",
        "before_zeros",
        "before_value",
        "kept",
    ]
)
_STRANGE = frozenset(
    [
        "first_forward",
        "first_backward",
        "own_not_finite",
        "weights_not_finite",
        "input_not_finite",
        "not_finite",
        "kept_not_finite",
    ]
)


def reason_text(reason: Reason) -> str:
    """The reason in the user's language."""
    if reason.code == "not_copied":
        name, why = reason.values[:2]
        return with_particles(not_recorded_text(why, name))
    translate = QCoreApplication.translate
    none = {
        "unknown": translate("why", "Nothing is recorded of it yet."),
        "frozen": translate(
            "why", "{0} is frozen: its requires_grad is False, so it gets no gradient."
        ),
        "unused": translate(
            "why", "{0} gets no gradient: no operation of this forward pass used it."
        ),
        "detached": translate(
            "why", "{0} gets no gradient: “{1}” detached its result from the graph."
        ),
        "no_grad": translate(
            "why",
            "{0} gets no gradient: “{1}” ran under no_grad or inference_mode, where torch records "
            "no graph.",
        ),
        "no_derivative": translate(
            "why", "{0} gets no gradient: “{1}” gives a result without a gradient."
        ),
        "copied": translate(
            "why",
            "{0} gets no gradient: “{1}” copied the numbers into a new tensor, and not their "
            "graph.",
        ),
        "taken": translate(
            "why",
            "{0} gets no gradient: “{1}” took the numbers out of torch. What is computed of them "
            "has no graph.",
        ),
        "integer": translate(
            "why", "{0} gets no gradient: “{1}” gives {2} numbers, which cannot have one."
        ),
        "unused_output": translate(
            "why", "{0} gets no gradient: the loss does not depend on the output of “{1}”."
        ),
        "not_reached": translate("why", "{0} gets no gradient: this backward did not reach it."),
        "sent_none": translate("why", "{0} got no gradient: {1} passed None on."),
    }
    position = {
        "not_run": translate("why", "Nothing is recorded yet: step to see the gradient of {0}."),
        "before_none": translate("why", "{0}.grad is None: backward has not reached it yet."),
        "before_zeros": translate("why", "{0}.grad is zeros, as the last iteration left it."),
        "before_value": translate(
            "why", "{0}.grad is still the last iteration's (norm {1}): zero_grad has not run yet."
        ),
        "cleared_none": translate("why", "{0}.grad is None: zero_grad cleared it."),
        "nothing_to_clear": translate(
            "why", "{0}.grad was None already: zero_grad had nothing to clear."
        ),
        "cleared_zeros": translate("why", "{0}.grad is zeros: zero_grad cleared it."),
        "kept": translate(
            "why", "{0}.grad was not cleared (norm {1}): the new gradient will be added to it."
        ),
        "waiting_none": translate("why", "{0}.grad is None: backward has not reached it yet."),
        "waiting_zeros": translate(
            "why", "{0}.grad is zeros from zero_grad: backward has not reached it yet."
        ),
        "waiting_kept": translate(
            "why",
            "{0}.grad is kept from before (norm {1}): backward has not reached it yet and will "
            "add to it.",
        ),
        "value": translate("why", "Backward computed the gradient of {0}: its norm is {1}."),
        "returned": translate(
            "why",
            "autograd.grad computes the gradient of {0} and does not write {0}.grad: its norm is "
            "{1}.",
        ),
        "returned_sum": translate(
            "why", "autograd.grad computes the gradient of {0} and does not write {0}.grad."
        ),
        "averaged": translate(
            "why",
            "Backward computed the gradient of {0}: norm {1}. All-reduce made it the mean of {2} "
            "ranks: norm {3}.",
        ),
        "from_ranks": translate(
            "why", "The gradient of {0} comes from the ranks together: its norm is {1}."
        ),
        "of_function": translate(
            "why",
            "torch.func.grad computed the gradient of {0} and does not write {0}.grad: its norm "
            "is {1}. It leaves no graph: what computed it are the last operations of the loss.",
        ),
        "added": translate(
            "why", "Backward added to the existing {0}.grad: norm {2} before, {1} after."
        ),
        "node_waiting": translate("why", "Backward has not reached {0} yet."),
        "node_not_reached": translate("why", "This backward did not run {0}."),
        "node_sends_none": translate("why", "{0} got a gradient and passed None on."),
        "node_value": translate(
            "why", "{0} got gradients of norm {1} and passed on gradients of norm {2}."
        ),
    }
    zero = {
        "zero_relu": translate(
            "why",
            "The gradient of {0} is exactly zero: at {4}, {1} of {2} units of {3} let the "
            "gradient through.",
        ),
        "zero_operand": translate(
            "why",
            "The gradient of {0} is exactly zero: “{1}” multiplied by zeros only, so "
            "{2} passed zeros on.",
        ),
        "zero_cut": translate(
            "why",
            "The gradient of {0} is exactly zero: {1} got gradients up to {2} and passed only "
            "zeros on; its forward output lies between {3} and {4}.",
        ),
        "zero_from_start": translate(
            "why", "The gradient of {0} is exactly zero: it was zero where backward started."
        ),
    }
    # The new gradient is zero, but ``.grad`` has accumulated earlier ones.
    added_zero = {
        "added_zero_relu": translate(
            "why",
            "Backward added exactly zero to {0}.grad, which keeps its norm {5}: at {4}, {1} of {2} "
            "units of {3} let the gradient through.",
        ),
        "added_zero_operand": translate(
            "why",
            "Backward added exactly zero to {0}.grad, which keeps its norm {3}: “{1}” multiplied "
            "by zeros only, so {2} passed zeros on.",
        ),
        "added_zero_cut": translate(
            "why",
            "Backward added exactly zero to {0}.grad, which keeps its norm {5}: {1} got gradients "
            "up to {2} and passed only zeros on; its forward output lies between {3} and {4}.",
        ),
        "added_zero_from_start": translate(
            "why",
            "Backward added exactly zero to {0}.grad, which keeps its norm {1}: the gradient was "
            "zero where backward started.",
        ),
    }
    strange = {
        "first_forward": translate(
            "why",
            "{1} first appeared in “{2}”, from inputs between {3} and {4}. It spread to {0}.",
        ),
        "first_backward": translate(
            "why",
            "{1} first appeared in {2}, from gradients between {3} and {4}; in forward its inputs "
            "lay between {5} and {6}. It spread to {0}.",
        ),
        "own_not_finite": translate(
            "why", "{0} itself already held {1} when this iteration started."
        ),
        "weights_not_finite": translate(
            "why", "{2} already held {1} when this iteration started. It spread to {0}."
        ),
        "input_not_finite": translate("why", "The batch itself holds {1}. It spread to {0}."),
        "not_finite": translate(
            "why", "{1} reached {0} through {2}; where it first appeared is not recorded."
        ),
        "kept_not_finite": translate(
            "why", "{0}.grad held {1} before this backward, and the sum keeps it."
        ),
    }
    texts = {**none, **position, **zero, **added_zero, **strange}
    return with_particles(texts[reason.code].format(*reason.values))


def code_line(program: Program, source_line: int | None) -> tuple[int, str] | None:
    """A source line's number in the program panel, and its text."""
    for row, line in enumerate(program.lines):
        if source_line is not None and line.source_line == source_line:
            return row + 1, line.text.strip()
    return None


def _norms(cursor: Cursor, parameter: str, text: str) -> list[Span]:
    """The norms of the parameter's gradient that a sentence tells, as it is and as it was."""
    found = []
    for number in (grad_number(cursor, parameter, ()), old_grad_number(cursor, parameter, ())):
        if number is not None:
            array = cursor.recording.tensors[number.tensor]
            if not np.iscomplexobj(array):
                found.append(([norm_text(array)], measure_of(number, "norm")))
    return figure_spans(text, found)


class WhySection(QWidget):
    """The sentence, the line of code that it names, and a button that shows the evidence.

    ``number_picked`` carries the Number of a norm in the sentence that was clicked.
    """

    evidence = Signal(int)
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("whySection")
        title = QLabel(self.tr("Why"))
        title.setFont(body_font(12, bold=True))
        self.sentence = NumberSentence()
        self.sentence.setFont(body_font(12))
        self.sentence.picked.connect(self.number_picked)
        self.line = ElidedLabel()
        self.line.setFont(code_font(11))
        self.line.setProperty("role", "muted")
        self.show_button = QToolButton()
        self.show_button.setObjectName("whyShow")
        self.show_button.setText(self.tr("Show"))
        self.show_button.setProperty("role", "link")
        self.show_button.setAccessibleName(self.tr("Show the event that explains it"))
        self.show_button.setToolTip(self.tr("Move the cursor to the event that shows it"))
        self.show_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_button.clicked.connect(self._go)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.show_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.sentence)
        layout.addWidget(self.line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.reason = Reason("unknown")
        self._theme = DARK
        self._shown = ChangeGuard()
        self._paint()

    def show_cursor(
        self, view_state: ViewState, kind: Literal["parameter", "node", "layer"], key: str | int
    ) -> None:
        """Explain the gradient of a parameter or a node at the cursor."""
        cursor = view_state.cursor
        if kind == "layer" or not self._shown.is_new(
            cursor.recording, cursor.position, kind, key, view_state.program
        ):
            return
        self.reason = explain(cursor, kind, key)
        text = reason_text(self.reason)
        self.sentence.say(text, _norms(cursor, key, text) if isinstance(key, str) else ())
        self.show_button.setVisible(self.reason.evidence is not None)
        self.line.setText(self._line_to_blame(view_state))
        self.line.setVisible(bool(self.line.text()))
        self._paint()

    def _line_to_blame(self, view_state: ViewState) -> str:
        """The program's line, else the file and the line: ``train.py:31``."""
        evidence, place = self.reason.evidence, self.reason.place
        if evidence is not None and self.reason.code not in _FINE:
            line = line_of(view_state.cursor.recording, evidence)
            at = code_line(view_state.program, line)
            if at is not None and (place is None or place[1] == line):
                return f"{at[0]}  {at[1]}"
        return "" if place is None else said_place(place)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.sentence.set_theme(theme)
        self._paint()

    def _paint(self) -> None:
        code = self.reason.code
        role = "muted" if code in _FINE else "error" if code in _STRANGE else "text"
        style = f"color: {getattr(self._theme, role)};"
        if style != self.sentence.styleSheet():
            self.sentence.setStyleSheet(style)

    def _go(self) -> None:
        if self.reason.evidence is not None:
            self.evidence.emit(self.reason.evidence)
