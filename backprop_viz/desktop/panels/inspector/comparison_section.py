"""Every number of a tensor then, now, and the difference."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.comparison import NamedTensor, difference
from backprop_viz.analysis.numbers.named_numbers import named_number
from backprop_viz.analysis.numbers.number_names import element_name
from backprop_viz.desktop.panels.inspector.array_table import ArrayTable, TableColumn
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.numbers import compared
from backprop_viz.desktop.style.theme import Theme, body_font, code_font
from backprop_viz.desktop.texts.table_texts import baseline_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.events import Array

_TALLEST = 170


class ComparisonSection(QWidget):
    """A table of then, now and the difference, for a tensor or its gradient.

    ``stop_wanted`` is emitted when the user is done. ``number_picked`` carries the Number that was
    clicked, ``then_picked`` the Recording that is compared with and a Number of it;
    ``difference_picked`` all three.
    """

    stop_wanted = Signal()
    number_picked = Signal(object)
    then_picked = Signal(object, object)
    difference_picked = Signal(object, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonSection")
        self.title = ElidedLabel()
        self.title.setFont(body_font(12, bold=True))
        self._buttons = (QToolButton(), QToolButton())
        self._group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.title, 1)
        choice = QHBoxLayout()
        choice.setSpacing(2)
        for i, button in enumerate(self._buttons):
            button.setProperty("role", "segment")
            button.setCheckable(True)
            self._group.addButton(button, i)
            choice.addWidget(button)
        choice.addStretch(1)
        self._buttons[1].setChecked(True)
        self._group.idClicked.connect(self._refresh)
        stop = QToolButton()
        stop.setObjectName("stopComparing")
        stop.setProperty("role", "segment")
        stop.setText("✕")
        stop.setToolTip(self.tr("Stop comparing"))
        stop.setAccessibleName(self.tr("Stop comparing"))
        stop.clicked.connect(self.stop_wanted)
        head.addWidget(stop)
        self.number = Sentence()
        self.number.setFont(code_font(11))
        self.table = ArrayTable()
        self.table.setAccessibleName(self.tr("Every element then, now, and the difference"))
        self.table.element_chosen.connect(self._say_number)
        self.table.number_picked.connect(self._pick)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(choice)
        layout.addWidget(self.table)
        layout.addWidget(self.number)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._view_state: ViewState | None = None
        self._tensors: tuple[NamedTensor, ...] = ()
        self._pair: tuple[Array | None, Array | None] = (None, None)
        self._first: tuple[int, ...] = ()
        self._element = 0
        self._shown = ChangeGuard()

    def show_tensors(self, view_state: ViewState, tensors: tuple[NamedTensor, ...]) -> None:
        """Compare one of a tensor and its gradient; nothing where nothing is compared."""
        self._view_state = view_state
        if [t.name for t in tensors] != [t.name for t in self._tensors]:
            self._element = 0
        self._tensors = tensors
        self.setVisible(view_state.comparison is not None and bool(tensors))
        if self.isHidden():
            return
        self.table.set_full_precision(view_state.full_precision)
        if self._shown.is_new(
            view_state.cursor,
            view_state.then,
            view_state.comparison,
            tensors,
            view_state.sample,
            view_state.full_precision,
        ):
            self._refresh()

    def choose(self, tensor: NamedTensor, index: tuple[int, ...]) -> None:
        """Show an element of one of the tensors."""
        if tensor not in self._tensors:
            return
        self._group.button(self._tensors.index(tensor)).setChecked(True)
        self._refresh()
        _, now = self._pair
        own = index[len(self._first) :]
        if now is not None and len(own) == now.ndim:
            self._element = int(np.ravel_multi_index(own, now.shape)) if own else 0
            self.table.selectRow(self._element)
            self.table.scrollTo(self.table.model().index(self._element, 0))
        self._say_number(self._element)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.table.set_theme(theme)

    @property
    def tensor(self) -> NamedTensor:
        """The tensor that is compared."""
        return self._tensors[self._group.checkedId()]

    def _refresh(self) -> None:
        view_state = self._view_state
        if view_state is None or view_state.comparison is None or not self._tensors:
            return
        text = self.tr("Then: {0}")
        if view_state.then is None:
            text = self.tr("Not kept: {0}")
        self.title.setText(text.format(baseline_text(view_state.comparison)))
        parameter = self.tensor.kind in ("weight", "grad")
        words = (self.tr("weight"), self.tr("grad"))
        if not parameter:
            words = (self.tr("values"), self.tr("gradient"))
        for button, word, tensor in zip(self._buttons, words, self._tensors, strict=True):
            button.setText(word)
            tip = self.tr("Compare {0}").format(tensor.title)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
        now, self._first = self._part(view_state.cursor)
        then = None if view_state.then is None else self._part(view_state.then)[0]
        self._pair = then, now
        self._show_table(then, now)
        self._say_number(self._element)

    def _pick(self, number: Number) -> None:
        """Ask about the cell that was clicked: then, now, or the difference."""
        view_state, column = self._view_state, self.table.currentIndex().column()
        if view_state is None or view_state.then is None:
            return
        then = named_number(self.tensor, view_state.then, number.index)
        now = named_number(self.tensor, view_state.cursor, number.index)
        recording = view_state.then.recording
        if column == 1 and then is not None:
            self.then_picked.emit(recording, then)
        elif column == 2 and now is not None:
            self.number_picked.emit(now)
        elif column == 3 and now is not None and then is not None:
            self.difference_picked.emit(now, recording, then)

    def _part(self, cursor: Cursor) -> tuple[Array | None, tuple[int, ...]]:
        """The numbers of the tensor, of a batch those of the sample; and their place in it."""
        assert self._view_state is not None
        array = self.tensor.at(cursor)
        if array is None or not self.tensor.is_of_batch(cursor, array):
            return array, ()
        if not len(array):
            return None, ()
        place = cursor.recording.sample_of(array, self._view_state.sample)
        return array[place], (place,)

    def _show_table(self, then: Array | None, now: Array | None) -> None:
        known = then if now is None else now
        shape = () if known is None else known.shape
        less, name = difference(then, now), self.tensor.title
        fits = then is not None and then.shape == shape
        role = "forward" if self.tensor.kind == "activation" else "backward"
        role = "update" if self.tensor.kind == "weight" else role
        words = self.tr("then"), self.tr("now"), self.tr("difference")
        assert self._view_state is not None
        cursors = self._view_state.then, self._view_state.cursor
        known_then, known_now = (
            None if cursor is None else named_number(self.tensor, cursor, ()) for cursor in cursors
        )
        self.table.show_columns(
            shape,
            [
                TableColumn(
                    words[0],
                    self.tr("Its value at the same place in the other recording"),
                    then.ravel() if then is not None and fits else None,
                    "muted",
                    tensor=self.tr("then {name}").format(name=name),
                    compared=True,
                    origin=known_then,
                ),
                TableColumn(
                    words[1],
                    self.tr("What it is at the cursor"),
                    None if now is None else now.ravel(),
                    role,
                    tensor=name,
                    compared=True,
                    origin=known_now,
                ),
                TableColumn(
                    words[2],
                    self.tr("Now less then, exactly"),
                    None if less is None else less.ravel(),
                    tensor=f"Δ {name}",
                    origin=None if known_then is None else known_now,
                ),
            ],
            self._first,
        )
        self.table.setMaximumHeight(min(self.table.maximumHeight(), _TALLEST))

    def _say_number(self, element: int) -> None:
        """Say what one element was, is, and by how much it differs."""
        self._element = element
        then, now = self._pair
        if then is None or now is None or then.shape != now.shape or element >= now.size:
            self.number.setText(self.tr("This number is not in both: nothing to compare."))
            return
        exact = self._view_state is not None and self._view_state.full_precision
        place = tuple(int(i) for i in np.unravel_index(element, now.shape)) if now.ndim else ()
        texts = compared(then[place], now[place], exact)
        text = self.tr("{name}: then {then}, now {now}, difference {difference}")
        name = element_name(self.tensor.title, (*self._first, *place))
        self.number.setText(
            text.format(name=name, then=texts[0], now=texts[1], difference=texts[2])
        )
