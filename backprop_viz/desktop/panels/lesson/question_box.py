"""Asks for a prediction: one of several, a sign, or a number."""

from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.lesson.flowing_text import FlowingText
from backprop_viz.desktop.panels.lesson.lesson_page import LessonPage
from backprop_viz.desktop.panels.lesson.rich_text import plain_text, rich_text
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.quantities import BadNumber, Quantity, Real

_SIGNS = ((-1, "negative"), (0, "zero"), (1, "positive"))

_NO_BUTTONS = """
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; }
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { image: none; width: 0; height: 0; }
"""


class QuestionBox(QFrame):
    """``predicted`` carries the option's number, the sign, or the number.

    With it comes the other number that the text can mean, or None: ``81,194`` is 81.194 to some.
    ``focus_moved``: the keyboard has come to another part, or has chosen the one where it is.
    """

    predicted = Signal(float, object)
    focus_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self._theme = DARK
        self._shown: tuple[object, ...] = ()
        self._answered = False
        self.text = FlowingText()
        self.options: list[_Option] = []
        self.number = _NumberAnswer()
        self.number.setObjectName("lessonNumber")
        self.number.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.number.entered.connect(self._give)
        self.number.lineEdit().textChanged.connect(self._enable)
        self.see = QPushButton()
        self.see.setObjectName("lessonSee")
        self.see.setProperty("role", "primary")
        self.see.clicked.connect(self._give)
        self.number.bubble.below = self.see
        self._group = QButtonGroup(self)
        for part in (self.number, self.see):
            part.installEventFilter(self)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.text)
        column.addLayout(self._choices)
        column.addWidget(self.number)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.see)
        column.addLayout(row)

    def show_question(self, page: LessonPage, language: str) -> None:
        """Show the question of a page, and what was predicted."""
        assert page.question is not None
        kind, text, _ = page.question
        said = words(language)
        self.text.setHtml(rich_text(f"**{said['predict']}** {text}", self._theme))
        self.setAccessibleName(plain_text(f"{said['predict']} {text}"))
        shown = (page.title, page.number, page.question, language)
        again = self._answered and page.predicted is None
        self._answered = page.predicted is not None
        if again or shown != self._shown:
            self._shown = shown
            self._make_options(page, language)
            self.number.empty()
        asking = page.stage == "asking"
        for option in self.options:
            option.show_state(page, asking)
        self.number.setVisible(kind == "number")
        self.number.setReadOnly(not asking)
        self.number.set_name(said["number"])
        self.number.lineEdit().setPlaceholderText(said["no_number"])
        if page.predicted is not None and kind == "number":
            self.number.setValue(page.predicted)
        self.see.setText(said["see"])
        self.see.setAccessibleName(said["see"])
        self.see.setToolTip(said["see_tip"])
        self.see.setVisible(asking)
        self._enable()

    def take_focus(self) -> None:
        """Let the keyboard answer."""
        first = next((o.button for o in self.options if o.button.isEnabled()), None)
        (first or self.number).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the option that has the keyboard; once it is chosen, Enter answers."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = [option.button for option in self.options if option.button.hasFocus()]
            if focused and focused[0].isEnabled() and not focused[0].isChecked():
                focused[0].setChecked(True)
            elif self.see.isEnabled():
                self._give()
        else:
            super().keyPressEvent(event)

    def focused_part(self) -> tuple[QWidget, ...]:
        """What is to be in view with the keyboard in here, what matters most last.

        An option is its text, too; with it goes the button, once that can be pressed.
        """
        for option in self.options:
            if option.button.hasFocus():
                return (self.see, option) if option.button.isChecked() else (option,)
        if self.number.hasFocus():
            return (self.see, self.number)
        return (self.see,) if self.see.hasFocus() else ()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell of the focus, but not within a click, whose end would come somewhere else."""
        mouse = Qt.FocusReason.MouseFocusReason
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() != mouse:
            self.focus_moved.emit()
        return super().eventFilter(watched, event)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme

    # ----------------------------------------------------------------------------------------

    def _make_options(self, page: LessonPage, language: str) -> None:
        for option in self.options:
            self._group.removeButton(option.button)
            self._choices.removeWidget(option)
            option.hide()
            option.setParent(None)
            option.deleteLater()
        assert page.question is not None
        kind, _, texts = page.question
        said = words(language)
        given: list[tuple[float, str]] = []
        if kind == "choice":
            given = list(enumerate(texts))
        elif kind == "sign":
            given = [(value, said[word]) for value, word in _SIGNS]
        self.options = [_Option(value, plain_text(text)) for value, text in given]
        for i, option in enumerate(self.options):
            option.button.setObjectName(f"lessonOption{i}")
            option.button.toggled.connect(self._enable)
            option.button.installEventFilter(self)
            self._group.addButton(option.button)
            self._choices.addWidget(option)
            option.show()  # at once, so that it can take the keyboard
        # Tab goes as the eye does. Options are made last, and would come last.
        buttons = [option.button for option in self.options]
        for before, after in pairwise([self.text, *buttons, self.number, self.see]):
            self.setTabOrder(before, after)

    def _enable(self) -> None:
        chosen = any(option.button.isChecked() for option in self.options)
        typed = not self.options and bool(self.number.lineEdit().text().strip())
        self.see.setEnabled(self.see.isVisibleTo(self) and (chosen or typed))
        if chosen:
            self.focus_moved.emit()

    def _give(self) -> None:
        if not self.options:
            typed = self.number.typed()
            if typed is not None:
                self.predicted.emit(float(typed), self.number.other)
            return
        for option in self.options:
            if option.button.isChecked():
                self.predicted.emit(float(option.value), None)
                return


class _NumberAnswer(NumberField):
    """Takes 81,194 as the window writes it; ``other`` is the number that it can also mean.

    It is empty until there is an answer: any number in it could be the right one.
    """

    def __init__(self) -> None:
        self.other: float | None = None
        self._unclear: Real | None = None
        self._given = False
        super().__init__(Quantity(), "", 0)
        # ``NoButtons`` leaves the text no room where a style sheet has a width for the buttons.
        self.setStyleSheet(_NO_BUTTONS)

    def empty(self) -> None:
        """Forget the answer."""
        self.other = self._unclear = None
        self._given = False
        self._keep(0)
        self.restore()

    def setValue(self, value: Real) -> None:  # noqa: N802 - as Qt's boxes have it
        """Show what was answered."""
        self._given = True
        self._keep(value)
        self.restore()

    def finish(self) -> bool:
        """Accept what was typed, or mark it; nothing is no answer, and no mistake."""
        if not self.lineEdit().text().strip():
            self.empty()
            return False
        self._given = True
        return super().finish()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:  # noqa: N802 - Qt's name
        """No direction: a step from a guess is no better guess."""
        return QAbstractSpinBox.StepEnabledFlag.StepNone

    def _written(self, value: Real) -> str:
        return super()._written(value) if self._given else ""

    def _read(self) -> Real:
        text = self.lineEdit().text()
        try:
            value = super()._read()
        except BadNumber as why:
            if why.fault != "ambiguous":
                raise
            parted, whole = (float(meaning.replace(",", ".")) for meaning in why.meanings)
            sign = -1 if text.strip().startswith(("-", "−", "–")) else 1
            self.other, self._unclear = sign * parted, sign * whole
            return self._unclear
        if value != self._unclear:  # else it is what was typed, as the field writes it
            self.other = self._unclear = None
        return value


class _Option(QWidget):
    """A round button and its text, which wraps; a sign beside what was right or wrong."""

    def __init__(self, value: float, text: str) -> None:
        super().__init__()
        self.value = value
        self.button = QRadioButton()
        self.button.setAccessibleName(text)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._text = text
        self._label = QLabel(text)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.mousePressEvent = lambda _: self.button.click()  # type: ignore[method-assign]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.button.setContentsMargins(0, 2, 0, 0)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)

    def show_state(self, page: LessonPage, asking: bool) -> None:
        """Whether it can be chosen, was chosen, and was right."""
        chosen = self._is(page.predicted, page)
        if not asking:
            self.button.setAutoExclusive(False)
            self.button.setChecked(chosen)
        self.button.setEnabled(asking)
        mark = ""
        if page.right is not None:
            right = self._is(page.answer, page)
            mark = "\u00a0✓" if right else "\u00a0✗" if chosen else ""
        self._label.setText(self._text + mark)
        font = self._label.font()
        font.setBold(bool(mark))
        self._label.setFont(font)

    def _is(self, value: float | None, page: LessonPage) -> bool:
        """Whether a prediction or an answer is this option."""
        if value is None or page.question is None:
            return False
        if page.question[0] == "sign":
            value = (value > 0) - (value < 0)
        return int(value) == int(self.value)
