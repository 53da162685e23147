"""The rest of the settings: options of the optimizer, and what zero_grad does."""

from dataclasses import replace
from typing import Any

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

from backprop_viz.desktop.panels.settings.schedule_options import ScheduleOptions
from backprop_viz.desktop.panels.settings.settings_bar import optimizer_labels
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.quantities import Quantity
from backprop_viz.recording.settings import Settings

# The options that each optimizer takes, with torch's defaults; betas are two numbers.
OPTIONS: dict[str, dict[str, float]] = {
    "manual": {},
    "sgd": {"momentum": 0.0, "weight_decay": 0.0},
    "nesterov": {"momentum": 0.9, "weight_decay": 0.0},
    "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "weight_decay": 0.0},
}

# What each option may be, as the optimizers of torch.optim take it.
_SHARE = Quantity(0, 1, step=0.05)
QUANTITIES = {
    "weight_decay": Quantity(0, 1),
    "eps": Quantity(0, 1, least=1e-12),
    "beta1": Quantity(0, 1, below=True, step=0.05),
    "beta2": Quantity(0, 1, below=True, step=0.001),
    "alpha": _SHARE,
    "momentum": _SHARE,
}


class OptionsDialog(QDialog):
    """``changed`` carries the Settings wanted when the user accepts."""

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optionsDialog")
        self.setWindowTitle(self.tr("Training options"))
        self._settings = settings
        self._boxes: dict[str, NumberField] = {}
        form = QFormLayout()
        form.addRow(
            QLabel(self.tr("Optimizer")), QLabel(optimizer_labels(self)[settings.optimizer])
        )
        for name, default in OPTIONS[settings.optimizer].items():
            form.addRow(name, self._option(name, _value(settings, name, default)))
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

    def _option(self, name: str, value: float) -> NumberField:
        quantity = QUANTITIES[name]
        if name == "momentum" and self._settings.optimizer == "nesterov":
            quantity = replace(quantity, above=True)
        box = NumberField(quantity, name, value)
        box.setObjectName(f"option_{name}")
        box.setToolTip(self.tr("{0} of the optimizer, as in torch.optim").format(name))
        self._boxes[name] = box
        return box

    def _accept(self) -> None:
        for box in (*self._boxes.values(), *self._schedule.boxes.values()):
            if not box.finish():
                box.setFocus()
                return
        clear, to_none = self._zero_grad.currentData()
        self.accept()
        self.changed.emit(
            replace(
                self._settings,
                optimizer_options=self._options(),
                schedule_options=self._schedule.values(),
                clear_gradients=clear,
                set_to_none=to_none,
            )
        )

    def _options(self) -> dict[str, Any]:
        """What differs from torch's defaults, under torch's names."""
        defaults = OPTIONS[self._settings.optimizer]
        values = {name: box.value() for name, box in self._boxes.items()}
        options: dict[str, Any] = {
            name: value
            for name, value in values.items()
            if value != defaults[name] and name not in ("beta1", "beta2")
        }
        if any(values.get(name) != defaults.get(name) for name in ("beta1", "beta2")):
            options["betas"] = (values["beta1"], values["beta2"])
        return options


def _value(settings: Settings, name: str, default: float) -> float:
    options = settings.optimizer_options
    if name in ("beta1", "beta2"):
        betas: tuple[float, float] = options.get("betas", (0.9, 0.999))
        return betas[name == "beta2"]
    return float(options.get(name, default))
