"""The options of a learning-rate schedule, as rows of a form."""

from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QLabel, QSpinBox, QWidget

from ...core.records import Settings
from ...core.schedules import SCHEDULES, Schedule


def schedule_labels(owner: QWidget) -> dict[str, str]:
    """The schedules by the name the trainer knows them by."""
    return {
        "none": owner.tr("None"),
        "cosine": owner.tr("Cosine"),
        "step": owner.tr("Step"),
    }


class ScheduleOptions:
    """Adds the rows of a run's schedule to a form; ``values`` is what the user made of them."""

    def __init__(self, settings: Settings, form: QFormLayout, owner: QWidget) -> None:
        self.boxes: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self._name = settings.schedule
        form.addRow(QLabel(owner.tr("Schedule")), QLabel(schedule_labels(owner)[self._name]))
        words = {
            "iterations": (
                owner.tr("over"),
                owner.tr(
                    "The learning rate falls to 0 over this many iterations, and stays there."
                ),
            ),
            "step_size": (
                owner.tr("every"),
                owner.tr("The learning rate is multiplied by gamma every this many iterations."),
            ),
            "gamma": (
                owner.tr("times gamma"),
                owner.tr("The factor of the learning rate, as in torch's StepLR."),
            ),
        }
        for name, value in Schedule(self._name, settings.schedule_options).options.items():
            label, tip = words[name]
            box = _factor(value) if name == "gamma" else _count(value, owner)
            box.setObjectName(f"schedule_{name}")
            box.setAccessibleName(f"{owner.tr('Schedule')}: {label}")
            box.setToolTip(f"{tip} {owner.tr('Takes effect at once.')}")
            self.boxes[name] = box
            form.addRow(label, box)

    def values(self) -> dict[str, float]:
        """What differs from the schedule's defaults."""
        defaults = SCHEDULES[self._name]
        return {
            name: box.value() for name, box in self.boxes.items() if box.value() != defaults[name]
        }


def _count(value: float, owner: QWidget) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, 10_000_000)
    box.setSingleStep(500)
    box.setGroupSeparatorShown(True)
    box.setSuffix(owner.tr(" iterations"))
    box.setValue(int(value))
    return box


def _factor(value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(6)
    box.setRange(0.0, 10.0)
    box.setSingleStep(0.05)
    box.setValue(value)
    return box
