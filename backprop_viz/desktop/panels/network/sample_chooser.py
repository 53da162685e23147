"""Chooses the sample of the batch whose numbers every panel shows."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.quantities import Quantity

_FIELD = """
QAbstractSpinBox { padding: 0 2px; min-height: 18px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; }
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { image: none; width: 0; height: 0; }
"""


class SampleChooser(QWidget):
    """``sample 48 of 64 ‹ ›``: the sample's place in the batch, from 0 on, as torch indexes it.

    ``chosen`` carries the place that the user wants.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sampleChooser")
        self._sample, self._recorded = 0, 1
        label = QLabel(self.tr("sample"))
        label.setProperty("role", "caption")
        self.field = NumberField(Quantity(0, 0, whole=True), self.tr("Sample of the batch"), 0)
        self.field.setObjectName("sampleField")
        # It stands in a line of text, and has no arrows: those are the buttons beside it.
        self.field.setStyleSheet(_FIELD)
        self.field.setFixedWidth(self.field.fontMetrics().horizontalAdvance("000") + 12)
        self.field.changed.connect(self.chosen)
        label.setBuddy(self.field)
        self.total = QLabel()
        self.total.setObjectName("sampleTotal")
        self.total.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        for widget in (label, self.field, self.total):
            row.addWidget(widget)
        self.previous = self._button("‹", self.tr("Previous sample (Ctrl+PgUp)"), self._previous)
        self.next = self._button("›", self.tr("Next sample (Ctrl+PgDown)"), self._next)
        row.addWidget(self.previous)
        row.addWidget(self.next)

    def _button(self, glyph: str, tip: str, clicked: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "segment")
        button.setStyleSheet("padding: 1px 5px;")
        button.setText(glyph)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(clicked)
        return button

    def _previous(self) -> None:
        self.chosen.emit((self._sample - 1) % self._recorded)

    def _next(self) -> None:
        self.chosen.emit((self._sample + 1) % self._recorded)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show which sample of the batch is shown, and how many of it are recorded."""
        recorded = view_state.cursor.recording.recorded_samples
        size = max(view_state.batch_size, recorded)
        self._sample, self._recorded = view_state.sample, recorded
        if self.field.quantity.high != recorded - 1:
            self.field.offer(Quantity(0, recorded - 1, whole=True, step=1), view_state.sample)
        self.field.setValue(view_state.sample)
        if recorded < size:
            text = self.tr("of {recorded} recorded")
            tip = self.tr(
                "Of this iteration {recorded} of {size} samples were recorded: while training "
                "runs, only the first is."
            )
        else:
            text = self.tr("of {size}")
            tip = self.tr("Every panel shows this sample of the batch; the first one is 0 (Ctrl+J)")
        self.total.setText(text.format(size=size, recorded=recorded))
        self.total.setToolTip(tip.format(size=size, recorded=recorded))
        self.field.setToolTip(tip.format(size=size, recorded=recorded))
        for widget in (self.field, self.previous, self.next):
            widget.setEnabled(recorded > 1)
