"""Experiments with the gradient that a node sends: change it, and undo that."""

import math
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.inspector.intervention_texts import intervention_text
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.style.painting import INTERVENTION_SIGN
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.trace.events import Array, GradientIntervention
from backprop_viz.recording.trace.graph import Node

SCALE, SIZE = Quantity(), Quantity(0, above=True)


def default_value(kind: str, cursor: Cursor, node: int) -> float:
    """The value offered first for a kind; it makes a visible difference."""
    if kind in ("scale", "zero"):
        return 2.0
    event = cursor.backward_event(node)
    found = 0.0
    if event is not None:
        found = largest(event.outputs) / 2 if kind == "clip" else spread(event.outputs)
    return float(f"{found:.3g}") if math.isfinite(found) and found > 0 else 1.0


def largest(arrays: Iterable[Array | None]) -> float:
    """The largest magnitude in the arrays, or 0."""
    with np.errstate(all="ignore"):
        return max((float(np.abs(a).max()) for a in arrays if a is not None and a.size), default=0)


def spread(arrays: Iterable[Array | None]) -> float:
    """The standard deviation of all numbers in the arrays together, or 0."""
    known = [a.ravel() for a in arrays if a is not None and a.size]
    with np.errstate(all="ignore"):
        return float(np.std(np.concatenate(known))) if known else 0.0


def _is_at(intervention: GradientIntervention, node: Node) -> bool:
    return intervention.node in (node.key, node.id)


class ExperimentSection(QWidget):
    """Chooses an intervention in the gradient that a node sends, and undoes it.

    ``intervention_wanted`` carries a GradientIntervention.
    """

    intervention_wanted = Signal(object)
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("experimentSection")
        self.intervention_sign = QLabel(INTERVENTION_SIGN)
        self.intervention_sign.setFont(body_font(14, bold=True))
        self.intervention_sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.intervention = Sentence()
        self.intervention.setFont(body_font(12))
        self.explanation = Sentence()
        self.explanation.setFont(body_font(11))
        self.explanation.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 4)
        layout.setSpacing(4)
        layout.addLayout(self._make_head())
        intervention = QHBoxLayout()
        intervention.setSpacing(6)
        intervention.addWidget(self.intervention_sign)
        intervention.addWidget(self.intervention, 1)
        layout.addLayout(intervention)
        layout.addLayout(self._make_row())
        # The button stands below the value: in a narrow panel it would be cut beside it.
        last = QHBoxLayout()
        last.setSpacing(6)
        last.addWidget(self.explanation, 1)
        last.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(last)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._view_state: ViewState | None = None
        self._node: Node | None = None
        self._edited = False  # the user has set the value: keep it while the cursor moves
        self._applied: GradientIntervention | None = None
        self._shown, self._known = ChangeGuard(), ChangeGuard()
        self._refresh()
        self.set_theme(DARK)

    def show_cursor(self, view_state: ViewState, node: Node) -> None:
        """Offer an intervention at a node, or say which one was made."""
        cursor = view_state.cursor
        before, self._view_state, self._node = self._node, view_state, node
        if not self._shown.is_new(cursor.recording, cursor.position, node.key, view_state.training):
            return
        if before is None or before.key != node.key:
            self._edited, self._applied = False, None
        intervention = cursor.recording.intervention
        if (
            intervention is not None
            and intervention != self._applied
            and _is_at(intervention, node)
        ):
            self._take(intervention)
        self._applied = intervention
        # Computing the spread takes a while: once for each gradient.
        serial = cursor.recording.serial
        known = self._known.is_new(serial, cursor.backward_index(node.id), node.id)
        if known and not self._edited:
            self._offer_value()
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for label in (self.intervention_sign, self.intervention):
            label.setStyleSheet(f"color: {theme.error};")

    def wanted(self) -> GradientIntervention | None:
        """The intervention that Apply asks for; None if the value is not valid."""
        if self._node is None:
            return None
        kind = self.kinds.currentData()
        if kind == "zero":
            return GradientIntervention(self._node.key, kind)
        value = self.value.typed()
        if value is None:
            return None
        return GradientIntervention(self._node.key, kind, value)

    def reason(self) -> str:
        """Why no intervention is possible now; "" if one is."""
        view_state, node = self._view_state, self._node
        if view_state is None or node is None:
            return self.tr("There is no node.")
        if view_state.training:
            return self.tr("Pause the training first.")
        if node.name == "AccumulateGrad":
            return self.tr("This node has no output gradient: it adds what arrives to .grad.")
        recording = view_state.cursor.recording
        if recording.preview or recording.graph.find(node.key) is None:
            return self.tr("This iteration has no such node yet: run forward first.")
        return ""

    # -- parts -------------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        title = QLabel(self.tr("Experiment"))
        title.setFont(body_font(12, bold=True))
        self.undo = QToolButton()
        self.undo.setObjectName("undoIntervention")
        self.undo.setText(self.tr("Undo"))
        self.undo.setProperty("role", "link")
        self.undo.setAccessibleName(self.tr("Undo the change of the gradient"))
        self.undo.setToolTip(self.tr("Back to the recorded gradient"))
        self.undo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.undo.clicked.connect(self.undo_wanted)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.undo)
        return head

    def _make_row(self) -> QHBoxLayout:
        self.kinds = _Kinds()
        self.kinds.setObjectName("interventionKind")
        self.kinds.setAccessibleName(self.tr("Change of the gradient"))
        for kind, text in (
            ("scale", self.tr("Scale by ×")),
            ("clip", self.tr("Clip to ±")),
            ("zero", self.tr("Zero")),
            ("noise", self.tr("Add noise σ")),
        ):
            self.kinds.addItem(text, kind)
        self.kinds.activated.connect(self._choose_kind)
        self.value = NumberField(SCALE, self.tr("Value of the change"), 2.0)
        self.value.setObjectName("interventionValue")
        self.value.setMinimumWidth(50)
        self.value.setMaximumWidth(110)
        self.value.edited.connect(self._value_edited)
        self.value.entered.connect(self._apply)
        self.apply = QPushButton(self.tr("Apply"))
        self.apply.setObjectName("applyIntervention")
        self.apply.setProperty("role", "primary")
        self.apply.setAccessibleName(self.tr("Apply the change of the gradient"))
        self.apply.clicked.connect(self._apply)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.kinds)
        row.addWidget(self.value, 1)
        row.addStretch()
        return row

    # -- what is shown -----------------------------------------------------------------------

    def _take(self, intervention: GradientIntervention) -> None:
        """Show the intervention that was made, so that it can be varied."""
        self.kinds.setCurrentIndex(self.kinds.findData(intervention.kind))
        self._offer(intervention.value)
        self._edited = True

    def _offer_value(self) -> None:
        if self._view_state is None or self._node is None:
            return
        value = default_value(self.kinds.currentData(), self._view_state.cursor, self._node.id)
        self._offer(value)

    def _offer(self, value: float) -> None:
        kind = self.kinds.currentData()
        self.value.offer(SIZE if kind in ("clip", "noise") else SCALE, value)

    def _refresh(self) -> None:
        reason, usable = self.reason(), not self.reason()
        self.value.setHidden(self.kinds.currentData() == "zero")
        self.kinds.setEnabled(usable)
        self.value.setEnabled(usable)
        ready = usable and self.wanted() is not None
        self.apply.setEnabled(ready)
        self.kinds.setToolTip(reason or self.tr("How to change the gradient out of this node"))
        self.value.setToolTip(reason or self.tr("A number such as 0.5 or 1e-3. Enter applies it."))
        apply = self.tr("Run backward with the changed gradient (Enter in the field)")
        if not ready:
            apply = self.tr("Type a number above 0.")
            if self.kinds.currentData() == "scale":
                apply = self.tr("Type a number.")
        self.apply.setToolTip(reason or apply)
        text = self.tr(
            "Runs this iteration's backward again with the gradient out of this node changed."
        )
        self.explanation.setText(reason or text)
        self._show_intervention()

    def _show_intervention(self) -> None:
        recording = None if self._view_state is None else self._view_state.cursor.recording
        intervention = None if recording is None else recording.intervention
        for widget in (self.intervention_sign, self.intervention, self.undo):
            widget.setVisible(intervention is not None)
        if (
            recording is None
            or intervention is None
            or self._view_state is None
            or self._node is None
        ):
            return
        self.intervention.setText(intervention_text(intervention, recording, self._node.key))
        self.undo.setEnabled(not self._view_state.training)

    # -- what the user does ------------------------------------------------------------------

    def _choose_kind(self) -> None:
        self._edited = False
        self._offer_value()
        self._refresh()

    def _value_edited(self) -> None:
        self._edited = True
        self._refresh()

    def _apply(self) -> None:
        wanted = self.wanted()
        if wanted is not None and not self.reason():
            self._edited = True
            self.intervention_wanted.emit(wanted)


class _Kinds(QComboBox):
    """A combo box that ignores the wheel, so that the page scrolls."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()
