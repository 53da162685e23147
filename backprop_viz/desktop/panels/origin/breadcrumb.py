"""The chain rule as a path of buttons: from the loss to the number that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from backprop_viz.analysis.numbers.measures import measure_in
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.desktop.style.theme import code_font
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation
from backprop_viz.recording.iteration import Recording


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the path: a short text, the number's whole name and value, and the number.

    The path stays until another one is known: its numbers may be of an earlier ``recording``.
    """

    text: str
    tip: str
    number: Number
    recording: Recording


def crumbs(chain: Sequence[NumberExplanation], names: NumberNames) -> tuple[Crumb, ...]:
    """The path from the loss, each step once: in one operation the number nearest to that asked."""
    found: list[Crumb] = []
    for i, step in enumerate(chain):
        number = step.number
        text = names.name(number) if i == 0 else names.step(number)
        if found and found[-1].text == text:
            continue
        write = short if measure_in(number) == "norm" else signed
        tip = f"{names.name(number)} = {write(step.value)}"
        found.append(Crumb(text, tip, number, names.recording))
    return tuple(reversed(found))


class Breadcrumb(QWidget):
    """Crumbs in a row; where there is no room the first ones give way to "…", which lists them.

    ``number_asked`` carries the Number of the crumb that was pressed, and its Recording.
    """

    number_asked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("originPath")
        self.setAccessibleName(self.tr("The way from the loss"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._crumbs: tuple[Crumb, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.more = QToolButton()
        self.more.setObjectName("originPathMore")
        self.more.setText("…")
        self.more.setAccessibleName(self.tr("The steps before"))
        self.more.setToolTip(self.tr("List the steps between the loss and those shown"))
        self.more.setProperty("role", "link")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.clicked.connect(self._list_hidden)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.buttons: list[QToolButton] = []
        self._arrows: list[QLabel] = []
        self.more.hide()

    def show_crumbs(self, shown: tuple[Crumb, ...]) -> None:
        """Show another path."""
        if shown == self._crumbs:
            return
        self._crumbs = shown
        self._have(len(shown))
        for i, (button, crumb) in enumerate(zip(self.buttons, shown, strict=True)):
            button.setText(crumb.text)
            button.setToolTip(crumb.tip)
            button.setAccessibleName(crumb.tip)
            button.setFont(code_font(11, bold=i == len(shown) - 1))
        self._fit()

    def _have(self, count: int) -> None:
        """Make or drop buttons: those that are there stay, as to style one takes milliseconds."""
        dropped = [*self.buttons[count:], *self._arrows[max(0, count - 1) :]]
        del self.buttons[count:], self._arrows[max(0, count - 1) :]
        for widget in dropped:
            self._row.removeWidget(widget)
            widget.deleteLater()
        while len(self.buttons) < count:
            if self.buttons:
                arrow = QLabel("›")
                arrow.setProperty("role", "muted")
                self._arrows.append(arrow)
                self._row.insertWidget(self._row.count() - 1, arrow)
            button = QToolButton()
            button.setProperty("role", "link")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self._ask, len(self.buttons)))
            self.buttons.append(button)
            self._row.insertWidget(self._row.count() - 1, button)

    def _ask(self, place: int) -> None:
        crumb = self._crumbs[place]
        self.number_asked.emit(crumb.number, crumb.recording)

    def minimumSizeHint(self) -> QSize:
        """Any width: the path gives way."""
        return QSize(0, 22)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the path as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        arrow, more = 8, self.more.sizeHint().width()
        room, kept = self.width() - more, 0
        for button in reversed(self.buttons):
            room -= button.sizeHint().width() + arrow
            if room < 0 and kept:
                break
            kept += 1
        hidden = len(self.buttons) - kept
        for i, button in enumerate(self.buttons):
            button.setVisible(i >= hidden)
        for i, label in enumerate(self._arrows):
            label.setVisible(i >= hidden)
        self.more.setVisible(hidden > 0)

    def _list_hidden(self) -> None:
        """Offer the crumbs that have no room, the loss first."""
        menu = self.hidden_crumbs()
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def hidden_crumbs(self) -> QMenu:
        """A menu of the crumbs that have no room; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button, crumb in zip(self.buttons, self._crumbs, strict=True):
            if button.isHidden():
                entry = menu.addAction(crumb.tip.replace("&", "&&"))
                entry.triggered.connect(
                    lambda _=False, crumb=crumb: self.number_asked.emit(
                        crumb.number, crumb.recording
                    )
                )
        return menu
