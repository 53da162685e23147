"""A dialog that asks for one number."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.fields.refusal_texts import range_text
from backprop_viz.recording.settings.quantities import Quantity, Real


class NumberDialog(QDialog):
    """``chosen`` carries the number when the user accepts; a wrong one is not accepted."""

    chosen = Signal(object)

    def __init__(
        self, quantity: Quantity, name: str, value: Real, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.field = NumberField(quantity, name, value)
        label = QLabel(name)
        label.setBuddy(self.field)
        # The label of the range also makes room for the sentence about a wrong number.
        range_ = QLabel(self.tr("It takes {0}.").format(range_text(quantity)))
        range_.setProperty("role", "muted")
        self.setMinimumWidth(360)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(label)
        column.addWidget(self.field)
        column.addWidget(range_)
        column.addSpacing(24)
        column.addWidget(buttons)
        self.field.selectAll()

    def _accept(self) -> None:
        if self.field.finish():
            self.accept()
            self.chosen.emit(self.field.value())
        else:
            self.field.setFocus()
