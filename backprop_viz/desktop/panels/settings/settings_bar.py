"""The settings of the run: data, loss, optimizer, learning rate, schedule, batch size, seed."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.desktop.panels.inspector.figures_label import Figure, FiguresLabel
from backprop_viz.desktop.panels.settings.schedule_options import schedule_labels
from backprop_viz.desktop.style.change_guard import ChangeGuard
from backprop_viz.desktop.texts.table_texts import data_text, loss_text, optimizer_text
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.settings.run_settings import Settings

LEARNING_RATE = Quantity(0, 1e9)
BATCH_SIZE = Quantity(1, 4096, whole=True, doubling=True)
SEED = Quantity(0, 2**31 - 1, whole=True, step=1)


class SettingsBar(QWidget):
    """Shows the settings of the run and tells what the user makes of them.

    ``changed`` carries the Settings wanted; ``number_picked`` the ToldNumber of the learning rate
    that a schedule made.
    """

    changed = Signal(object)
    number_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = Settings()
        # The run's settings that wait while those of another one are shown.
        self._held: Settings | None = None
        self._data = QComboBox()
        self._data.setObjectName("data")
        for name, entry in DATA_SETS.items():
            title = data_text(entry.title)
            title = self.tr("{0}…").format(title) if entry.root is not None else title
            self._data.addItem(title, name)
            tip = data_text(entry.tooltip)
            self._data.setItemData(self._data.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._loss = QComboBox()
        self._loss.setObjectName("loss")
        for name, loss in LOSSES.items():
            self._loss.addItem(loss_text(loss.title), name)
            tip = loss_text(loss.tooltip)
            self._loss.setItemData(self._loss.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._optimizer = QComboBox()
        self._optimizer.setObjectName("optimizer")
        for name, optimizer in OPTIMIZERS.items():
            self._optimizer.addItem(optimizer_text(optimizer.title), name)
            formula = optimizer.formula({})
            if formula is not None:
                last = self._optimizer.count() - 1
                self._optimizer.setItemData(last, formula.whole, Qt.ItemDataRole.ToolTipRole)
        usual = self._settings
        self._lr = NumberField(LEARNING_RATE, self.tr("Learning rate"), usual.lr)
        self._lr.setObjectName("learningRate")
        self._lr_caption = FiguresLabel()
        # As wide as its text in the font that it comes to have: it is never elided.
        self._lr_caption.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._lr_caption.number_picked.connect(self.number_picked)
        self._schedule = QComboBox()
        self._schedule.setObjectName("schedule")
        for name, label in schedule_labels(self).items():
            self._schedule.addItem(label, name)
        self._batch = NumberField(BATCH_SIZE, self.tr("Batch"), usual.batch_size)
        self._batch.setObjectName("batchSize")
        self._seed = NumberField(SEED, self.tr("Seed"), usual.seed)
        self._seed.setObjectName("seed")
        self._numbers = (self._lr, self._batch, self._seed)

        self._lay_out()
        at_once = self.tr("Takes effect at once.")
        self._lr_tip = f"{self._lr.accessibleName()}. {at_once}"
        self._rate_shown = ChangeGuard()
        self.show_rate(None)
        for combo in (self._data, self._loss, self._optimizer, self._schedule):
            combo.currentIndexChanged.connect(self._edited)
            combo.installEventFilter(self)
        for field in self._numbers:
            field.stays = self.tr("The run keeps {0}.")
            field.changed.connect(self._edited)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        fresh = self.tr("Changing it starts again with a new network.")
        for box, label, tip, width in (
            (self._data, self.tr("Data"), fresh, 136),
            (self._loss, self.tr("Loss"), fresh, 170),
            (self._optimizer, self.tr("Optimizer"), fresh, 168),
            (self._lr, self.tr("Learning rate"), self.tr("Takes effect at once."), 80),
            (self._schedule, self.tr("Schedule"), self._schedule_tip(), 78),
            (self._batch, self.tr("Batch"), self._batch_tip(), 58),
            (self._seed, self.tr("Seed"), fresh, 58),
        ):
            own = self._lr_caption if box is self._lr else None
            row.addLayout(_labelled(box, label, tip, width, own))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the wheel from changing a box that was not chosen first."""
        if event.type() != QEvent.Type.Wheel:
            return super().eventFilter(watched, event)
        chosen = isinstance(watched, QWidget) and watched.hasFocus()
        event.setAccepted(chosen)
        return not chosen

    def _boxes(self) -> tuple[QWidget, ...]:
        return self._data, self._loss, self._optimizer, self._schedule, *self._numbers

    def show_settings(self, settings: Settings) -> None:
        """Show these settings, and tell nobody."""
        if self._held is not None:
            self._held = settings
            return
        if settings == self._settings:
            return
        self._settings = settings
        blockers = [QSignalBlocker(box) for box in self._boxes()]
        for combo, value in (
            (self._data, settings.data),
            (self._loss, settings.loss),
            (self._optimizer, settings.optimizer),
            (self._schedule, settings.schedule),
        ):
            combo.setCurrentIndex(combo.findData(value))
        self._name_optimizer(settings)
        self._lr.setValue(settings.lr)
        self._batch.setValue(settings.batch_size)
        self._seed.setValue(settings.seed)
        del blockers

    def hold(self, settings: Settings) -> None:
        """Show the settings of a run that is being loaded, until ``release``."""
        running = self._settings
        self.show_settings(settings)
        self._held = running
        self.setEnabled(False)

    def release(self) -> None:
        """Show the run's settings from now on."""
        if self._held is not None:
            running, self._held = self._held, None
            self.setEnabled(True)
            self.show_settings(running)

    def show_rate(self, rate: float | None, told: ToldNumber | None = None) -> None:
        """Show the learning rate of the iteration on show; None, or no schedule: nothing.

        ``told`` is what a click on it shows.
        """
        schedule = self._settings.schedule
        if not self._rate_shown.is_new(rate, schedule, told, self._lr.isEnabled()):
            return
        caption, tip = self.tr("Learning rate"), self._lr_tip
        figures: list[Figure] = []
        if rate is not None and schedule != "none":
            caption = self.tr("lr now {0:.3g}").format(rate)
            now = self.tr("The schedule starts from it; in the iteration shown it is {0:.9g}.")
            tip = f"{tip} {now.format(rate)}"
            figures.append((f"{rate:.3g}", told))
        self._lr_caption.show_figures(caption, figures)
        self._lr.setToolTip(tip)

    def _schedule_tip(self) -> str:
        return self.tr(
            "How the learning rate falls. Cosine: to 0, and it stays there. Step: by a factor "
            "at regular intervals. Its options are in the Training options, Ctrl+,. "
            "Takes effect at once."
        )

    def _batch_tip(self) -> str:
        return self.tr(
            "Samples in a batch. With random input, that many inputs and targets are drawn, so a "
            "change starts again with a new network."
        )

    def revert(self) -> None:
        """Show the run's settings again in place of what the user had chosen."""
        settings, self._settings = self._settings, Settings(seed=-1)
        self.show_settings(settings)
        for field in self._numbers:
            field.restore()

    def _name_optimizer(self, settings: Settings) -> None:
        """Put the momentum beside the optimizer that has one set."""
        for i, (name, optimizer) in enumerate(OPTIMIZERS.items()):
            label = optimizer_text(optimizer.title)
            momentum = settings.optimizer_options.get("momentum", 0)
            if name == settings.optimizer and momentum:
                label = self.tr("{0}, momentum {1:g}").format(label, momentum)
            self._optimizer.setItemText(i, label)

    def _edited(self) -> None:
        optimizer = self._optimizer.currentData()
        same = optimizer == self._settings.optimizer
        schedule = self._schedule.currentData()
        same_schedule = schedule == self._settings.schedule
        self.changed.emit(
            replace(
                self._settings,
                data=self._data.currentData(),
                loss=self._loss.currentData(),
                optimizer=optimizer,
                lr=self._lr.value(),
                batch_size=int(self._batch.value()),
                seed=int(self._seed.value()),
                optimizer_options=self._settings.optimizer_options if same else {},
                schedule=schedule,
                schedule_options=self._settings.schedule_options if same_schedule else {},
            )
        )


def _labelled(
    box: QWidget, text: str, tip: str, width: int, label: QLabel | None = None
) -> QVBoxLayout:
    label = QLabel(text) if label is None else label
    label.setProperty("role", "caption")
    label.setBuddy(box)
    box.setAccessibleName(text)
    box.setToolTip(f"{text}. {tip}")
    box.setFixedSize(width, 30)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(label)
    column.addWidget(box)
    return column
