"""The optimizer's state, and its rule with one weight's numbers."""

import math
import re
from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QTextEdit,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.arithmetic import Operand
from backprop_viz.analysis.numbers.number_origin import index_in, weight_number
from backprop_viz.analysis.optimizers import OPTIMIZERS, optimizer_of
from backprop_viz.analysis.own_steps import operations_of_move
from backprop_viz.analysis.update_breakdown import Steps, explain_update, state_at
from backprop_viz.analysis.update_rules import UpdateTerm
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import apart, full, index_text, signed
from backprop_viz.desktop.style.theme import DARK, Theme, body_font, code_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

_LEAST = 96
_INDENT = 14
_MOST_DIGITS = 9  # tell any float32 from its neighbours
_MARGIN = 6
_WRITTEN = "changed"  # the name of an update that no optimizer made
_GAP, _WIDE_GAP = "margin:0 0 3px 0;", "margin:0 0 9px 0;"  # below a paragraph
_SUPERSCRIPT = str.maketrans("0123456789t", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ")


def value_text(value: Operand, digits: int = 4) -> str:
    """A number as a result: a tensor's elements signed, what Python reckoned plain."""
    if isinstance(value, np.generic | np.ndarray):
        return signed(value, digits)
    return re.sub(r"e([+-])0", r"e\1", f"{value:.6g}").replace("e+", "e")


def telling_digits(term: UpdateTerm) -> int:
    """How many digits tell a term's result from each of its operands that is another number."""
    numbers = (value for _, value in term.operands.values() if isinstance(value, np.generic))
    others = [value for value in numbers if full(value) != full(term.value)]
    digits = 4
    while digits < _MOST_DIGITS and value_text(term.value, digits) in {
        value_text(value, digits) for value in others
    }:
        digits += 1
    return digits


def in_formula(value: Operand, digits: int = 4) -> str:
    """A number inside a formula: in brackets where it has a sign."""
    text = value_text(value, digits)
    return f"({text})" if text[0] in "+-" else text


def raised(text: str) -> str:
    """``0.9^4`` as ``0.9⁴``."""
    return re.sub(r"\^(\w+)", lambda found: found[1].translate(_SUPERSCRIPT), text)


class StateSection(QWidget):
    """A title with the element looked at, and the lines below it.

    ``number_picked`` carries the weight as a Number, when it is asked where it comes from.
    """

    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optimizerState")
        title = QLabel(self.tr("Optimizer state"))
        title.setFont(body_font(12, bold=True))
        title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.element = ElidedLabel()
        self.element.setProperty("role", "caption")
        self.element.setFont(code_font(11))
        self.element.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.lines = _Lines()
        self.lines.setObjectName("optimizerTerms")
        self.lines.setAccessibleName(self.tr("The update of one weight, term by term"))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        head.addWidget(self.element, 1)
        self.ask = QToolButton()
        self.ask.setObjectName("askWeight")
        self.ask.setProperty("role", "link")
        self.ask.setText("Σ")
        self.ask.setAccessibleName(self.tr("Where does this weight come from?"))
        self.ask.setToolTip(self.ask.accessibleName())
        self.ask.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ask.clicked.connect(self._ask)
        head.addWidget(self.ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.lines, 1)
        self._shown = ChangeGuard()
        self._theme = DARK
        self._now: tuple[ViewState, str, int] | None = None

    def show_cursor(self, view_state: ViewState, parameter: str, element: int) -> None:
        """Show a parameter's element (its flat index) at the cursor."""
        cursor = view_state.cursor
        known = cursor.recording.by_parameter.get(parameter)
        if known is None:
            return
        size, shape = known.value.size, known.value.shape
        element = element if 0 <= element < size else 0
        self._now = (view_state, parameter, element)
        done = cursor.last(parameter, Phase.UPDATE)
        coming = _update_event(cursor, parameter)
        update = cursor.span(Phase.UPDATE)
        over = update is not None and update.is_over(cursor.position)
        group = cursor.recording.group_of(parameter, None)
        own = OPTIMIZERS.get(view_state.settings.optimizer)
        if view_state.origin is not None:
            own = None if group is None else optimizer_of(group.rule)
        optimizer = own if coming is None else optimizer_of(coming.op)
        manual = optimizer is not None and optimizer.by_hand
        serial, updated = cursor.recording.serial, (done is not None, coming is not None)
        things = (serial, parameter, element, updated, over, manual, shape, self._theme.name)
        if not self._shown.is_new(*things):
            return
        self.element.setText(f"{parameter}[{index_text(element, shape)}]" if size else "")
        if size == 0:
            self.lines.show_lines(self._hint(self.tr("This parameter has no elements.")), ())
        elif done is not None:
            self._show_update(done, view_state, element, manual)
        elif over:
            sentence = self.tr("Its .grad is None: the optimizer skipped it.")
            self.lines.show_lines(self._hint(sentence), ())
        else:
            self._show_before(coming, element, manual)

    def _ask(self) -> None:
        if self._now is not None:
            view_state, parameter, element = self._now
            known = view_state.cursor.recording.by_parameter[parameter].value
            if known.size:
                index = index_in(known.shape, element)
                self.number_picked.emit(weight_number(view_state.cursor, parameter, index))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.lines.follow_text_size()
        if self._now is not None:
            self.show_cursor(*self._now)

    # -- before and after the update -----------------------------------------------------------

    def _show_before(self, coming: Event | None, element: int, manual: bool) -> None:
        lines = [self._no_state()] if manual else []
        if coming is not None:
            shape = _shape(coming)
            lines += [
                self._state_line(name, _at(before, element, shape), None)
                for name, (before, _) in coming.state.items()
            ]
        hint = self._hint(self.tr("Step to the update to see its terms."))
        self.lines.show_lines("".join(lines) + hint, ())

    def _show_update(self, event: Event, view_state: ViewState, element: int, manual: bool) -> None:
        options = view_state.cursor.recording.options_of(event.parameter or "", event.op)
        steps = explain_update(event, options, element)
        shape = _shape(event)
        own = [] if optimizer_of(event.op) else self._own_steps(view_state, event, element)
        lines = [
            self._state_line(name, _at(before, element, shape), _at(after, element, shape))
            for name, (before, after) in event.state.items()
        ]
        if manual:
            lines = [self._no_state()]
        elif not (lines or own) and event.op != _WRITTEN:
            lines = [self._hint(self.tr("With these options the optimizer keeps no state."))]
        if lines:
            lines[-1] = lines[-1].replace(_GAP, _WIDE_GAP)
        lines += own or [self._term_line(term) for term in steps.terms]
        tips = ["" for _ in range(len(lines) - len(steps.terms))]
        tips += [self._tip(term) for term in steps.terms]
        if not (own or steps.terms):
            lines.append(self._unknown(event.op, steps))
        elif not (own or steps.exact):
            sentence = self.tr("≈ is torch's own number; the formula gives another last digit.")
            lines.append(self._hint(sentence))
        elif not all(term.exact for term in steps.terms):
            sentence = self.tr("≈ The math library's square root is off by one in its last digit.")
            lines.append(self._hint(sentence))
        self.lines.show_lines("".join(lines), tips)

    def _own_steps(self, view_state: ViewState, event: Event, element: int) -> list[str]:
        """What a step without a known rule has computed for an element, each in its line."""
        recording, shape = view_state.cursor.recording, _shape(event)
        assert event.parameter is not None
        weight = weight_number(view_state.cursor, event.parameter, index_in(shape, element))
        if weight is None or weight.event is None:
            return []
        lines = []
        for i in operations_of_move(recording, weight.event):
            made = recording.events[i]
            value = _at(made.outputs[0], element, shape)
            if value is None or np.ndim(value):
                continue
            op = escape(made.op.removesuffix("_"))
            where = "" if made.place is None else self.tr("line {n}").format(n=made.place[1])
            lines.append(
                _paragraph(
                    f"{op} = <b>{_glued(signed(value))}</b> {_colored(where, self._theme.muted)}"
                )
            )
        return lines

    # -- lines ---------------------------------------------------------------------------------

    def _no_state(self) -> str:
        return self._hint(self.tr("The manual rule keeps no state."))

    def _hint(self, sentence: str) -> str:
        return _paragraph(_colored(escape(sentence), self._theme.muted), body=True)

    def _state_line(self, name: str, before: Operand, after: Operand) -> str:
        """``exp_avg  +1.234e-3 → +1.300e-3``; only the first number while there is no second."""
        known = [value for value in (before, after) if value is not None]
        if any(np.ndim(value) for value in known):
            # Of all parameters together: there is no number of this element.
            return _paragraph(f"{escape(name)} {_colored(str(known[-1].shape), self._theme.muted)}")
        texts = list(map(_count, known)) if name == "step" else list(apart(known))
        old = self.tr("none yet") if before is None else texts.pop(0)
        parts = [escape(name), _colored(_glued(old), self._theme.muted)]
        if after is not None:
            parts += ["→", f"<b>{_glued(texts[-1])}</b>"]
        return _paragraph(" ".join(parts))

    def _term_line(self, term: UpdateTerm) -> str:
        """The formula in symbols, and under it the same with the numbers."""
        symbol = f'<b style="color:{self._theme.update}">{_glued(term.symbol)}</b>'
        equal = "=" if term.exact else "≈"
        digits = telling_digits(term)
        write = partial(in_formula, digits=digits)
        result = f"<b>{_glued(f'{equal} {value_text(term.value, digits)}')}</b>"
        formula = _colored(escape(raised(term.formula)), self._theme.muted)
        numbers = raised(term.numbers(write))
        # A mean over all of the parameter has no numbers to fill in.
        if numbers == write(term.value) or not term.operands:
            return _paragraph(f"{symbol} = {formula} {result}")
        return _paragraph(f"{symbol} = {formula}<br/>= {escape(numbers)} {result}")

    def _tip(self, term: UpdateTerm) -> str:
        value = self.tr("{symbol} = {value}").format(symbol=term.symbol, value=full(term.value))
        rows = [term.code, value]
        if not term.exact:
            rows.append(self.tr("The formula, rounded exactly, gives another last digit."))
        return "\n".join(rows)

    def _unknown(self, op: str, steps: Steps) -> str:
        if op == _WRITTEN:
            sentence = self.tr(
                "It was changed by no optimizer's rule that is known; it is {value}."
            )
            return self._hint(sentence.format(value=signed(steps.new)))
        sentence = self.tr("There is no rule for {rule} here; its result is {value}.")
        return self._hint(sentence.format(rule=op, value=signed(steps.new)))


class _Lines(QTextEdit):
    """Text to read, select and copy; as tall as it needs, or less and scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "inset")
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursorWidth(0)
        self.document().setDocumentMargin(_MARGIN)
        self._tips: tuple[str, ...] = ()
        self.follow_text_size()

    def show_lines(self, html: str, tips: Sequence[str]) -> None:
        """Show paragraphs; ``tips`` are their tooltips in order."""
        self._tips = tuple(tips)
        place = self.verticalScrollBar().value()
        self.setHtml(html)
        self._fit()
        self.verticalScrollBar().setValue(place)

    def follow_text_size(self) -> None:
        """Take the text size that is in use now."""
        font = code_font(11)
        if font != self.document().defaultFont():
            self.document().setDefaultFont(font)

    def tip_at(self, line: int) -> str:
        """The tooltip of a paragraph."""
        return self._tips[line] if 0 <= line < len(self._tips) else ""

    def sizeHint(self) -> QSize:
        """As tall as the text."""
        return QSize(240, self.maximumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        # The scroll bar's room is kept free: with it lines would break, and the height change.
        bar = self.verticalScrollBar().sizeHint().width()
        self.setLineWrapColumnOrWidth(max(1, self.width() - 2 * self.frameWidth() - bar))
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the letters: a style sheet that comes to the program gives text its own."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.follow_text_size()

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell of the term under the mouse: what torch ran, and every digit."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            line = self.cursorForPosition(event.pos()).blockNumber()
            QToolTip.showText(event.globalPos(), self.tip_at(line), self)
            return True
        return super().viewportEvent(event)

    def _fit(self) -> None:
        """Be no taller than the text. Not while Qt lays it out: to be resized then is not safe."""
        needed = math.ceil(self.document().size().height()) + 2 * self.frameWidth() + 2
        if needed != self.maximumHeight():
            self.setMinimumHeight(min(needed, _LEAST))
            self.setMaximumHeight(needed)
            self.updateGeometry()


def _update_event(cursor: Cursor, parameter: str) -> Event | None:
    """The parameter's update in the recording, wherever the cursor is."""
    recording = cursor.recording
    return recording.at(len(recording.events)).last(parameter, Phase.UPDATE)


def _shape(event: Event) -> tuple[int, ...]:
    """That of the parameter that an update is of."""
    weight = event.inputs[0]
    return () if weight is None else weight.shape


def _at(array: Array | None, element: int, shape: tuple[int, ...]) -> Operand:
    """What the state has for one element; of a scalar, such as the count of steps, itself.

    What is of no single element is the array.
    """
    if array is None:
        return None
    return array.reshape(-1)[0] if array.size == 1 else state_at(array, element, shape)


def _paragraph(html: str, body: bool = False) -> str:
    family = f' style="font-family:{escape(body_font().family())}"' if body else ""
    style = f"{_GAP} margin-left:{_INDENT}px; text-indent:-{_INDENT}px"
    return f'<p style="{style}"><span{family}>{html}</span></p>'


def _colored(html: str, color: str) -> str:
    return f'<span style="color:{color}">{html}</span>'


def _count(value: Operand) -> str:
    """A count of steps, which torch keeps as a float."""
    return f"{float(value):g}"


def _glued(text: str) -> str:
    """Text that is not broken over two lines."""
    return escape(text).replace(" ", "&nbsp;")
