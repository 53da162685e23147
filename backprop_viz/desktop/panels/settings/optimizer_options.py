"""The options of a run's optimizer, as rows of a form."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from backprop_viz.analysis.optimizer_entry import FlagOption, NumberOption, TupleOption
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.texts.table_texts import optimizer_text
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.settings.run_settings import Settings


class OptimizerOptions:
    """Adds a row for each option to a form; ``values`` is what the user made of them.

    ``boxes`` and ``flags`` are the fields by the names shown.
    """

    def __init__(self, settings: Settings, form: QFormLayout) -> None:
        self.boxes: dict[str, NumberField] = {}
        self.flags: dict[str, QComboBox] = {}
        self._optimizer = OPTIMIZERS[settings.optimizer]
        self._form = form
        form.addRow(
            QLabel(translate("options", "Optimizer")), QLabel(optimizer_text(self._optimizer.title))
        )
        options: Mapping[str, Any] = settings.optimizer_options
        for option in self._optimizer.options:
            value = options.get(option.name, option.default)
            if isinstance(option, FlagOption):
                self._add_flag(option, bool(value))
            elif isinstance(option, TupleOption):
                for part, number in zip(option.parts, value, strict=True):
                    self._add_number(part, number)
            else:
                self._add_number(option, value)

    def values(self) -> dict[str, Any]:
        """What differs from the optimizer's defaults, under torch's names."""
        found = {option.name: self._value(option) for option in self._optimizer.options}
        return {
            option.name: found[option.name]
            for option in self._optimizer.options
            if found[option.name] != option.default
        }

    def _value(self, option: NumberOption | FlagOption | TupleOption) -> Any:
        if isinstance(option, FlagOption):
            return bool(self.flags[option.name].currentData())
        if isinstance(option, TupleOption):
            return tuple(self.boxes[part.name].value() for part in option.parts)
        return self.boxes[option.name].value()

    def _add_number(self, option: NumberOption, value: float) -> None:
        box = NumberField(option.quantity, option.name, value)
        self.boxes[option.name] = box
        self._add(option.name, option.tooltip, box)

    def _add_flag(self, option: FlagOption, on: bool) -> None:
        box = QComboBox()
        box.setAccessibleName(option.name)
        box.addItem(translate("options", "off"), False)
        box.addItem(translate("options", "on"), True)
        box.setCurrentIndex(int(on))
        self.flags[option.name] = box
        self._add(option.name, option.tooltip, box)

    def _add(self, name: str, tooltip: str, box: QWidget) -> None:
        box.setObjectName(f"option_{name}")
        box.setToolTip(optimizer_text(tooltip))
        # Of a label that Qt made, PySide once gave a layout's item that had lain at its address.
        label = QLabel(name)
        label.setToolTip(box.toolTip())
        label.setBuddy(box)  # as of one that Qt makes
        self._form.addRow(label, box)
