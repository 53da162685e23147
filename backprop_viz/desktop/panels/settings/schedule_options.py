"""The options of a learning-rate schedule, as rows of a form."""

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.settings.schedules import SCHEDULES, Schedule

SCHEDULE_QUANTITIES = {
    "iterations": Quantity(1, 10_000_000, whole=True, step=500),
    "step_size": Quantity(1, 10_000_000, whole=True, step=500),
    "gamma": Quantity(0, 10, step=0.05),
}


def schedule_labels(owner: QWidget) -> dict[str, str]:
    """The schedules by the name the trainer knows them by."""
    return {
        "none": translate("options", "None"),
        "cosine": translate("options", "Cosine"),
        "step": translate("options", "Step"),
    }


class ScheduleOptions:
    """Adds the rows of a run's schedule to a form; ``values`` is what the user made of them."""

    def __init__(self, settings: Settings, form: QFormLayout, owner: QWidget) -> None:
        self.boxes: dict[str, NumberField] = {}
        self._name = settings.schedule
        form.addRow(
            QLabel(translate("options", "Schedule")), QLabel(schedule_labels(owner)[self._name])
        )
        words = {
            "iterations": (
                translate("options", "over"),
                translate(
                    "options",
                    "The learning rate falls to 0 over this many iterations, and stays there.",
                ),
            ),
            "step_size": (
                translate("options", "every"),
                translate(
                    "options",
                    "The learning rate is multiplied by gamma every this many iterations.",
                ),
            ),
            "gamma": (
                translate("options", "times gamma"),
                translate("options", "The factor of the learning rate, as in torch's StepLR."),
            ),
        }
        for name, value in Schedule(self._name, settings.schedule_options).options.items():
            label, tip = words[name]
            quantity = SCHEDULE_QUANTITIES[name]
            title = f"{translate('options', 'Schedule')}: {label}"
            box = NumberField(quantity, title, int(value) if quantity.whole else float(value))
            box.setObjectName(f"schedule_{name}")
            box.setToolTip(f"{tip} {translate('options', 'Takes effect at once.')}")
            self.boxes[name] = box
            form.addRow(label, _counting(box, owner) if quantity.whole else box)

    def values(self) -> dict[str, float]:
        """What differs from the schedule's defaults."""
        defaults = SCHEDULES[self._name]
        return {
            name: box.value() for name, box in self.boxes.items() if box.value() != defaults[name]
        }


def _counting(box: NumberField, owner: QWidget) -> QHBoxLayout:
    """A field with the name of what it counts beside it."""
    row = QHBoxLayout()
    row.addWidget(box, 1)
    row.addWidget(QLabel(translate("options", "iterations")))
    return row
