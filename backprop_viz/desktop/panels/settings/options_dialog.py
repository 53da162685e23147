"""The rest of the settings: options of the optimizer, and what zero_grad does."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.settings.optimizer_options import OptimizerOptions
from backprop_viz.desktop.panels.settings.schedule_options import ScheduleOptions
from backprop_viz.recording.settings.run_settings import Settings


class OptionsDialog(QDialog):
    """``changed`` carries the Settings wanted when the user accepts."""

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optionsDialog")
        self.setWindowTitle(self.tr("Training options"))
        self._settings = settings
        form = QFormLayout()
        self._options = OptimizerOptions(settings, form)
        self._schedule = ScheduleOptions(settings, form, self)
        self._zero_grad = QComboBox()
        self._zero_grad.setObjectName("zeroGrad")
        self._zero_grad.setAccessibleName("zero_grad")
        self._zero_grad.setToolTip(
            self.tr(
                "What zero_grad does to every .grad when an iteration starts. Takes effect at once."
            )
        )
        self._zero_grad.addItem(self.tr("sets .grad to None"), (True, True))
        self._zero_grad.addItem(self.tr("fills .grad with zeros"), (True, False))
        self._zero_grad.addItem(self.tr("not called: gradients accumulate"), (False, True))
        self._zero_grad.setCurrentIndex(
            2 if not settings.clear_gradients else 0 if settings.set_to_none else 1
        )
        form.addRow("zero_grad", self._zero_grad)
        note = QLabel(
            self.tr(
                "Changing the optimizer's options starts again with a new network. The schedule's "
                "take effect at once, as if they had been set from the first iteration."
            )
        )
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(note)
        column.addWidget(buttons)

    def _accept(self) -> None:
        for box in (*self._options.boxes.values(), *self._schedule.boxes.values()):
            if not box.finish():
                box.setFocus()
                return
        clear, to_none = self._zero_grad.currentData()
        self.accept()
        self.changed.emit(
            replace(
                self._settings,
                optimizer_options=self._options.values(),
                schedule_options=self._schedule.values(),
                clear_gradients=clear,
                set_to_none=to_none,
            )
        )
