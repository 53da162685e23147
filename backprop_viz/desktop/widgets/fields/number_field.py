"""A field for a number that accepts what people type and never silently changes it."""

from PySide6.QtCore import QEvent, QLocale, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from backprop_viz.analysis.lessons.particles import with_particles
from backprop_viz.desktop.widgets.announcing import announce
from backprop_viz.desktop.widgets.fields.bubble import Bubble
from backprop_viz.desktop.widgets.fields.refusal_texts import range_text, refusal_text
from backprop_viz.recording.settings.quantities import BadNumber, Quantity, Real, written

# Pixels that the frame, its padding and the arrows take.
_BESIDE_TEXT = 20


class NumberField(QAbstractSpinBox):
    """A field for a declared quantity, under the name that the user knows it by.

    ``changed`` carries the number when it is finished: at Enter, when the field loses focus, on an
    arrow or the wheel. A text that is not such a number stays, marked, with a sentence below it
    that gives the range; the value remains the previous one. Escape restores it. ``edited`` is
    emitted at each letter, ``entered`` when Enter was pressed on a valid number. The wheel changes
    only a field that has the focus. A text that the arrows leave too little room for takes theirs:
    the keyboard's arrows work as before.
    """

    changed = Signal(object)
    edited = Signal()
    entered = Signal()

    def __init__(
        self, quantity: Quantity, name: str, value: Real, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.quantity = quantity
        # Added to the sentence about a wrong text; ``{0}`` is the value that stays.
        self.stays = ""
        self._name = name
        self._keep(value)
        self._tip = ""
        self.bubble = Bubble(self)
        for widget in (self, self.lineEdit()):
            widget.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setText(self._written(value))
        self.lineEdit().textChanged.connect(self._text_changed)
        self.lineEdit().textEdited.connect(self.edited)
        self.setToolTip("")
        self.installEventFilter(self)

    # -- the number --------------------------------------------------------------------------

    def value(self) -> Real:
        """The current number: the last one that was finished or set."""
        return self._value

    def setValue(self, value: Real) -> None:  # noqa: N802 - as Qt's boxes have it
        """Set the number without a signal; keep what is being typed if it is unchanged."""
        if value != self._value:
            self._keep(value)
            self.restore()

    def offer(self, quantity: Quantity, value: Real) -> None:
        """Ask for another quantity from now on, and show a number of it."""
        self.quantity = quantity
        self._keep(value)
        self.restore()
        self.setToolTip(self._tip)

    def _keep(self, value: Real) -> None:
        self._value = value
        # Qt tells a screen reader the property of this name.
        self.setProperty("value", float(value))

    def typed(self) -> Real | None:
        """The number that the text says; None if it is not valid."""
        try:
            return self._read()
        except BadNumber:
            return None

    @property
    def refused(self) -> str:
        """The sentence about an invalid text, or ""."""
        return self.bubble.text()

    def finish(self) -> bool:
        """Accept what was typed, or mark it; returns whether it is valid."""
        try:
            value = self._read()
        except BadNumber as why:
            self._refuse(why)
            return False
        self._mark("")
        if value != self._value:
            self._keep(value)
            self.changed.emit(value)
        self._show(self._value)
        return True

    def restore(self) -> None:
        """Show the value in place of what was typed."""
        self._mark("")
        self.lineEdit().setText(self._written(self._value))

    def set_name(self, name: str) -> None:
        """Know the field by another name, as in another language."""
        self._name = name
        self.setAccessibleName(name)

    # -- what the user does ------------------------------------------------------------------

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        """Step from the typed number, or from the value if that is invalid."""
        typed = self.typed()
        value = self.quantity.stepped(self._value if typed is None else typed, steps)
        self._show(value)
        self.finish()
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:  # noqa: N802 - Qt's name
        """Both directions; a step beyond the range does nothing."""
        flags = QAbstractSpinBox.StepEnabledFlag
        return flags.StepUpEnabled | flags.StepDownEnabled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter finishes the number, Escape discards what was typed."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            taken = self.finish()
            self.selectAll()
            # Enter reaches the dialog only after a valid number.
            event.setAccepted(not taken)
            if taken:
                self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self._touched():
            self.restore()
            self.selectAll()
            self.edited.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show again what is wrong."""
        super().focusInEvent(event)
        if self.refused:
            self.bubble.say(self.refused)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Finish the number, unless only the window lost the focus."""
        super().focusOutEvent(event)
        reasons = Qt.FocusReason
        if event.reason() not in (reasons.ActiveWindowFocusReason, reasons.PopupFocusReason):
            self.finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel unless the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle Escape before the window's shortcuts if there is something to discard."""
        if (
            watched is self
            and event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._touched()
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    # -- what is shown -----------------------------------------------------------------------

    def setToolTip(self, tip: str) -> None:  # noqa: N802 - Qt's name
        """Set the tooltip; the range and what is wrong are added to it."""
        self._tip = tip
        range_ = ""
        if self.isEnabled() and self.quantity.bounded:
            range_ = self.tr("Takes {0}.").format(range_text(self.quantity, self._decimal_sign()))
        super().setToolTip("\n".join(line for line in (self.refused, tip, range_) if line))

    def sizeHint(self) -> QSize:
        """Room for ten digits and the arrows."""
        self.ensurePolished()
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        text = QSize(metrics.horizontalAdvance("0" * 10), metrics.height() + 4)
        return self.style().sizeFromContents(QStyle.ContentsType.CT_SpinBox, option, text, self)

    def minimumSizeHint(self) -> QSize:
        """Room for some digits."""
        return self.sizeHint() - QSize(self.fontMetrics().horizontalAdvance("0" * 5), 0)

    def changeEvent(self, event: QEvent) -> None:
        """Use the decimal sign of a new language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LocaleChange:
            self.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the text the room that there is now."""
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """Leave out the arrows where the text has no room beside them."""
        text = self.fontMetrics().horizontalAdvance(self.lineEdit().text())
        self._style_as("long", text > self.width() - _BESIDE_TEXT)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        spin_box, edit = QStyle.ComplexControl.CC_SpinBox, QStyle.SubControl.SC_SpinBoxEditField
        room = self.style().subControlRect(spin_box, option, edit, self)
        self.lineEdit().setGeometry(room)  # which Qt does only when the field is resized

    def _text_changed(self) -> None:
        self._give_room()
        if self.refused and self.typed() is not None:
            self._mark("")

    def _show(self, value: Real) -> None:
        """Write a number as an edit that can be undone."""
        text = self._written(value)
        if text != self.lineEdit().text():
            self.lineEdit().selectAll()
            self.lineEdit().insert(text)

    def _refuse(self, why: BadNumber) -> None:
        text = self.lineEdit().text()
        said = refusal_text(self._name, self.quantity, text, why, self._decimal_sign())
        stays = self.stays.format(self._written(self._value))
        self._mark(with_particles(f"{said} {stays}".strip()))
        announce(self, self.refused)

    def _mark(self, sentence: str) -> None:
        if sentence == self.refused:
            return
        self.bubble.say(sentence)
        self.setAccessibleDescription(sentence)
        self.setToolTip(self._tip)
        self._style_as("invalid", bool(sentence))

    def _style_as(self, name: str, whether: bool) -> None:
        if bool(self.property(name)) == whether:
            return
        self.setProperty(name, whether)
        # Style sheets re-read properties only after a re-polish.
        self.style().unpolish(self)
        self.style().polish(self)

    def _touched(self) -> bool:
        return bool(self.refused) or self.lineEdit().text() != self._written(self._value)

    def _read(self) -> Real:
        return self.quantity.read(self.lineEdit().text(), self._decimal_sign())

    def _written(self, value: Real) -> str:
        return written(value, self._decimal_sign())

    def _decimal_sign(self) -> str:
        sign = QLocale(self.locale()).decimalPoint()
        return sign if sign == "," else "."
