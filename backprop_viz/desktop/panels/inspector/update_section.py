"""What the optimizer did with a parameter: its rule, and every element before and after."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from backprop_viz.analysis.numbers.number_origin import (
    grad_number,
    old_weight_number,
    weight_number,
)
from backprop_viz.analysis.optimizers import OPTIMIZERS, optimizer_of
from backprop_viz.desktop.panels.inspector.array_table import ArrayTable, TableColumn
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import Theme, body_font, code_font
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.modules import OptimizerGroup
from backprop_viz.recording.trace.phases import Phase


def step_of(before: Array, after: Array) -> Array:
    """What the update added, new minus old; in float64, where no digit of a float32 is lost."""
    with np.errstate(invalid="ignore"):  # infinity less infinity is NaN, which is shown
        return after.astype(np.result_type(after.dtype, np.float64)) - before


# The name of an update that no optimizer's step has made.
_WRITTEN = "changed"
# The table's column of the steps.
_STEP = 3
_SPACING = 4


class UpdateSection(QWidget):
    """The rule as a title, and a table of the elements.

    ``element_chosen``: the flat index of the element whose row is the table's current one.
    ``number_picked`` carries the Number that was clicked; ``difference_picked`` those of a
    step: the new weight, the Recording, the weight before.
    """

    element_chosen = Signal(int)
    number_picked = Signal(object)
    difference_picked = Signal(object, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Update"))
        title.setFont(body_font(12, bold=True))
        title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.rule = ElidedLabel()
        self.rule.setFont(code_font(11))
        self.table = ArrayTable()
        self.table.setAccessibleName(self.tr("The update of every element"))
        self.table.element_chosen.connect(self.element_chosen)
        self.table.number_picked.connect(self._pick)
        self._cursor: Cursor | None = None
        self._name = ""
        self._head = head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        head.addWidget(self.rule, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        # No taller than what is in it: the rest is for the sections below.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        layout.setSpacing(_SPACING)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self._shown = ChangeGuard()

    def height_of(self, rows: int) -> int:
        """How many pixels of height the title and up to so many rows of the table take."""
        return self._head.sizeHint().height() + _SPACING + self.table.height_of(rows)

    def show_cursor(self, cursor: Cursor, name: str, settings: Settings | None) -> None:
        """Show a parameter at a cursor; ``settings`` are those of the built-in run."""
        cursor = _where_it_moved(cursor, name)
        self._cursor, self._name = cursor, name
        grad = cursor.grad(name)
        update = cursor.last(name, Phase.UPDATE)
        weight = cursor.recording.by_parameter[name].value
        serial, grad_id = cursor.recording.serial, cursor.grad_id(name)
        if not self._shown.is_new(serial, name, grad_id, update is not None, settings):
            return
        rule = None if update is None else update.op
        recording = cursor.recording
        self._show_rule(update, settings, recording.group_of(name, rule), recording)
        new = None
        if update is not None and update.inputs[0] is not None:
            weight, new = update.inputs[0], update.outputs[0]
        columns = self._columns(cursor, name, weight, grad, new)
        self.table.show_columns(weight.shape, columns)

    def _pick(self, number: Number) -> None:
        """Ask about the cell that was clicked; of a step, about both weights."""
        if self.table.currentIndex().column() != _STEP or self._cursor is None:
            self.number_picked.emit(number)
            return
        before = old_weight_number(self._cursor, self._name, number.index)
        if before is not None:
            self.difference_picked.emit(number, self._cursor.recording, before)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.table.set_theme(theme)

    def _show_rule(
        self,
        update: Event | None,
        settings: Settings | None,
        group: OptimizerGroup | None,
        recording: Recording,
    ) -> None:
        """The formula of the optimizer that moves the parameter, with its group's options."""
        optimizer = None if settings is None else OPTIMIZERS.get(settings.optimizer)
        own = optimizer is not None and (update is None or update.op == optimizer.op)
        own = own and (group is None or optimizer is None or group.rule == optimizer.op)
        found = None
        if settings is not None and optimizer is not None and own:
            found = optimizer.formula(settings.optimizer_options)
        if not own and group is not None and (other := optimizer_of(group.rule)) is not None:
            found = other.formula(group.options)
        by_hand = None if own or group is not None or update is None else optimizer_of(update.op)
        if by_hand is not None and by_hand.by_hand:
            found = by_hand.formula(recording.options)
        if found is not None:
            self.rule.setText(found.told)
            self.rule.setToolTip(found.whole)
            return
        name = "" if settings is None else settings.optimizer
        name = name if update is None else update.op
        if update is None and group is not None:
            name = group.rule
        alone = settings is None and not recording.groups
        if alone and not name:
            self.rule.setText(self.tr("no update yet"))
            tip = self.tr("What the loop's own lines do to it is told once the iteration is over.")
            self.rule.setToolTip(tip)
            return
        if alone and name == _WRITTEN:
            self.rule.setText(self.tr("moved by the loop's own lines"))
            self.rule.setToolTip(
                self.tr("No optimizer steps: the loop itself changes the numbers.")
            )
            return
        if not name:
            self.rule.setText(self.tr("not in any optimizer"))
            self.rule.setToolTip(self.tr("No optimizer that has stepped owns this parameter."))
            return
        if name == _WRITTEN:
            self.rule.setText(self.tr("written to by no optimizer's rule"))
            tip = self.tr("The loop did it, or an optimizer between two calls of its closure.")
            self.rule.setToolTip(tip)
            return
        if any(event.is_of_step for event in recording.events):
            self.rule.setText(self.tr("{0}, by its operations").format(name.rpartition(".")[2]))
            tip = self.tr(
                "There is no rule for {0} here. A new weight is told by what its step ran."
            )
            self.rule.setToolTip(tip.format(name))
            return
        self.rule.setText(self.tr("no rule for {0}").format(name))
        self.rule.setToolTip(self.tr("How {0} changes a weight is not known here.").format(name))

    def _columns(
        self,
        cursor: Cursor,
        name: str,
        weight: Array,
        grad: Array | None,
        new: Array | None,
    ) -> list[TableColumn]:
        step = None if new is None else step_of(weight, new).ravel()
        return [
            TableColumn(
                "w",
                self.tr("The weight before the update"),
                weight.ravel(),
                tensor=name,
                compared=True,
                origin=old_weight_number(cursor, name, ()),
            ),
            TableColumn(
                "grad",
                self.tr("Its .grad at the cursor"),
                None if grad is None else grad.ravel(),
                "backward",
                "None",
                f"{name}.grad",
                origin=grad_number(cursor, name, ()),
            ),
            TableColumn(
                "step",
                self.tr("What the optimizer added: new w − w exactly; plain SGD adds −lr · grad"),
                step,
                "muted",
                tensor=self.tr("step of {name}").format(name=name),
                origin=None if new is None else weight_number(cursor, name, ()),
            ),
            TableColumn(
                "new w",
                self.tr("The weight after the update"),
                None if new is None else new.ravel(),
                "update",
                tensor=self.tr("new {name}").format(name=name),
                compared=True,
                origin=None if new is None else weight_number(cursor, name, ()),
            ),
        ]


def _where_it_moved(cursor: Cursor, name: str) -> Cursor:
    """The cursor, or where the parameter moved, if its gradient was cleared after that."""
    recording = cursor.recording
    happened = [i for i in recording.happened_to.get(name, ()) if i < cursor.position]
    moves = [i for i in happened if recording.events[i].phase is Phase.UPDATE]
    after = {recording.events[i].phase for i in happened if moves and i > moves[-1]}
    return recording.at(moves[-1] + 1) if after == {Phase.ZERO_GRAD} else cursor
