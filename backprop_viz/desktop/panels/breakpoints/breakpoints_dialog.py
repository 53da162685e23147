"""The dialog that lists all breakpoints and adds conditions."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.breakpoints.breakpoint_texts import breakpoint_text
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.quantities import Quantity

# The value offered first for each condition with a value.
VALUES = {"loss_above": 10.0, "norm_above": 100.0, "norm_below": 1e-6}
CONDITION_LIMITS = {"loss_above": Quantity(), "norm_above": Quantity(0), "norm_below": Quantity(0)}
# The conditions that can be limited to one parameter.
OF_PARAMETER = frozenset(("norm_above", "norm_below", "grad_zero", "grad_none"))


class BreakpointsDialog(QDialog):
    """``changed`` carries the tuple of all breakpoints that the user wants."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breakpointsDialog")
        self.setWindowTitle(self.tr("Breakpoints"))
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._view_state: ViewState | None = None
        self._asked: tuple[Breakpoint, ...] | None = None  # changes that no view state shows yet
        self._before: tuple[Breakpoint, ...] = ()
        self._shown, self._names = ChangeGuard(), ChangeGuard()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self._explanation())
        column.addWidget(self._make_list(), 1)
        column.addLayout(self._make_list_buttons())
        column.addLayout(self._make_add_row())
        self._choose_kind()
        self._show_list()
        self.kinds.setFocus()

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the current breakpoints, and offer the network's parameters."""
        self._view_state = view_state
        # A view state from before the last change must not undo it here.
        if view_state.breakpoints != self._before or view_state.breakpoints == self._asked:
            self._before, self._asked = view_state.breakpoints, None
        if self._asked is None:
            self.breakpoints = view_state.breakpoints
        recording = view_state.cursor.recording
        if self._shown.is_new(self.breakpoints, view_state.program, recording.graph):
            self._show_list()
        names = tuple(p.name for p in recording.parameters)
        if self._names.is_new(names):
            self._show_names(names)

    def showEvent(self, event: QShowEvent) -> None:
        """Measure the rows again: they were measured before the style sheet applied."""
        super().showEvent(event)
        self.list.scheduleDelayedItemsLayout()

    def sizeHint(self) -> QSize:
        """Room for a few sentences."""
        return QSize(620, 340)

    # -- parts -------------------------------------------------------------------------------

    def _explanation(self) -> QLabel:
        text = QLabel(
            self.tr(
                "The cursor stops at these, in training too. A click beside a line of the program "
                "and a node's menu in the autograd graph set breakpoints at places."
            )
        )
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        return text

    def _make_list(self) -> QListWidget:
        self.list = QListWidget()
        self.list.setObjectName("breakpointList")
        self.list.setAccessibleName(self.tr("Breakpoints"))
        self.list.setToolTip(self.tr("Where the cursor stops. Del removes the one chosen."))
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemSelectionChanged.connect(self._enable)
        remove = QAction(self.tr("Remove"), self.list)
        remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._remove)
        self.list.addAction(remove)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return self.list

    def _make_list_buttons(self) -> QHBoxLayout:
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setObjectName("removeBreakpoint")
        self.remove.setToolTip(self.tr("Remove the chosen breakpoints (Del)"))
        self.remove.clicked.connect(self._remove)
        self.clear = QPushButton(self.tr("Remove all"))
        self.clear.setObjectName("removeAllBreakpoints")
        self.clear.setToolTip(self.tr("Remove every breakpoint"))
        self.clear.clicked.connect(self._remove_all)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.remove, self.clear):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _make_add_row(self) -> QHBoxLayout:
        self.kinds = QComboBox()
        self.kinds.setObjectName("breakpointKind")
        self.kinds.setAccessibleName(self.tr("Condition"))
        self.kinds.setToolTip(self.tr("What to stop at"))
        for kind, text in (
            ("loss_above", self.tr("Loss above")),
            ("norm_above", self.tr("Gradient norm above")),
            ("norm_below", self.tr("Gradient norm below")),
            ("not_finite", self.tr("Any NaN or Inf")),
            ("grad_zero", self.tr("Gradient exactly zero")),
            ("grad_none", self.tr("Gradient None")),
        ):
            self.kinds.addItem(text, kind)
        self.kinds.currentIndexChanged.connect(self._choose_kind)
        self.parameters = QComboBox()
        self.parameters.setObjectName("breakpointParameter")
        self.parameters.setAccessibleName(self.tr("Parameter"))
        self.parameters.setToolTip(self.tr("Whose gradient is looked at"))
        self.parameters.addItem(self.tr("any parameter"), None)
        self.value = NumberField(
            CONDITION_LIMITS["loss_above"], self.tr("Value"), VALUES["loss_above"]
        )
        self.value.setObjectName("breakpointValue")
        self.value.setToolTip(self.tr("A number such as 2.5 or 1e-6. Enter adds the breakpoint."))
        self.value.setMaximumWidth(110)
        self.value.edited.connect(self._enable)
        self.add = QPushButton(self.tr("Add"))
        self.add.setObjectName("addBreakpoint")
        self.add.setAccessibleName(self.tr("Add the breakpoint"))
        self.add.setToolTip(self.tr("Stop at this condition (Enter)"))
        self.add.setDefault(True)
        self.add.clicked.connect(self._add)
        row = QHBoxLayout()
        for widget in (self.kinds, self.parameters, self.value):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.add)
        return row

    # -- what is shown -----------------------------------------------------------------------

    def _show_list(self) -> None:
        chosen = self.breakpoints_chosen()
        self.list.clear()
        for breakpoint_ in self.breakpoints:
            text = breakpoint_text(breakpoint_, self._view_state)
            item = QListWidgetItem(text)
            item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, breakpoint_)
            self.list.addItem(item)
            item.setSelected(breakpoint_ in chosen)
        self._enable()

    def _show_names(self, names: tuple[str, ...]) -> None:
        chosen = self.parameters.currentData()
        while self.parameters.count() > 1:
            self.parameters.removeItem(1)
        for name in names:
            self.parameters.addItem(name, name)
        self.parameters.setCurrentIndex(names.index(chosen) + 1 if chosen in names else 0)

    def breakpoints_chosen(self) -> tuple[Breakpoint, ...]:
        """The breakpoints selected in the list."""
        return tuple(item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems())

    def wanted(self) -> Breakpoint | None:
        """The breakpoint that the row describes; None if its value is not a valid number."""
        kind = self.kinds.currentData()
        key = self.parameters.currentData() if kind in OF_PARAMETER else None
        if kind not in VALUES:
            return Breakpoint(kind, key)
        value = self.value.typed()
        return None if value is None else Breakpoint(kind, key, value)

    def _choose_kind(self) -> None:
        kind = self.kinds.currentData()
        self.parameters.setVisible(kind in OF_PARAMETER)
        self.value.setVisible(kind in VALUES)
        if kind in VALUES:
            self.value.offer(CONDITION_LIMITS[kind], VALUES[kind])
        self._enable()

    def _enable(self) -> None:
        self.add.setEnabled(self.wanted() is not None)
        self.remove.setEnabled(bool(self.list.selectedItems()))
        self.clear.setEnabled(bool(self.breakpoints))

    # -- what the user does ------------------------------------------------------------------

    def _add(self) -> None:
        wanted = self.wanted()
        if wanted is not None and wanted not in self.breakpoints:
            self._change((*self.breakpoints, wanted))

    def _remove(self) -> None:
        chosen = self.breakpoints_chosen()
        if not chosen:
            return
        row = self.list.currentRow()
        self._change(tuple(b for b in self.breakpoints if b not in chosen))
        # Select the next one, so that Del can be pressed again.
        self.list.setCurrentRow(min(row, self.list.count() - 1))

    def _remove_all(self) -> None:
        self._change(())

    def _change(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        self.breakpoints = self._asked = breakpoints
        self._show_list()
        self.changed.emit(breakpoints)
