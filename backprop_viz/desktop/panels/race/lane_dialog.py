"""Asks for a lane of a race: optimizer, learning rate, options and seeds."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.panels.settings.optimizer_options import OptimizerOptions
from backprop_viz.desktop.panels.settings.settings_bar import LEARNING_RATE, SEED
from backprop_viz.desktop.texts.table_texts import optimizer_text
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.recording.requests.race import RaceLane
from backprop_viz.recording.settings.quantities import Quantity

SEEDS_OF_A_LANE = Quantity(1, 10, whole=True, step=1)


class LaneDialog(QDialog):
    """``chosen`` carries the RaceLane when the user accepts."""

    chosen = Signal(object)

    def __init__(self, lane: RaceLane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("laneDialog")
        self.setWindowTitle(self.tr("Lane of the race"))
        self._lane = lane
        self.optimizer = QComboBox()
        self.optimizer.setObjectName("laneOptimizer")
        self.optimizer.setAccessibleName(self.tr("Optimizer"))
        for name, entry in OPTIMIZERS.items():
            self.optimizer.addItem(optimizer_text(entry.title), name)
        self.optimizer.setCurrentIndex(self.optimizer.findData(lane.settings.optimizer))
        self.rate = NumberField(LEARNING_RATE, self.tr("Learning rate"), lane.settings.lr)
        self.rate.setObjectName("laneRate")
        self.seed = NumberField(SEED, self.tr("First seed"), lane.seeds[0])
        self.seed.setObjectName("laneSeed")
        self.count = NumberField(SEEDS_OF_A_LANE, self.tr("Seeds"), len(lane.seeds))
        self.count.setObjectName("laneSeeds")
        self.count.setToolTip(self.tr("How many runs, with consecutive seeds; the band spans them"))
        form = QFormLayout()
        form.addRow(self.tr("Optimizer"), self.optimizer)
        form.addRow(self.tr("Learning rate"), self.rate)
        form.addRow(self.tr("First seed"), self.seed)
        form.addRow(self.tr("Seeds"), self.count)
        self._options_at = QFormLayout()
        self._show_options()
        self.optimizer.currentIndexChanged.connect(self._show_options)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addLayout(self._options_at)
        column.addWidget(buttons)

    def _show_options(self) -> None:
        while self._options_at.rowCount():
            self._options_at.removeRow(0)
        settings = self._lane.settings
        name = self.optimizer.currentData()
        if name != settings.optimizer:
            settings = replace(settings, optimizer=name, optimizer_options={})
        self.options = OptimizerOptions(settings, self._options_at)
        self._options_at.removeRow(0)  # the optimizer's name, which stands above

    def _accept(self) -> None:
        fields = (self.rate, self.seed, self.count, *self.options.boxes.values())
        if [field for field in fields if not field.finish()]:
            return
        settings = replace(
            self._lane.settings,
            optimizer=self.optimizer.currentData(),
            lr=self.rate.value(),
            optimizer_options=self.options.values(),
        )
        first = int(self.seed.value())
        seeds = tuple(range(first, first + int(self.count.value())))
        self.accept()
        self.chosen.emit(RaceLane(settings, seeds))
