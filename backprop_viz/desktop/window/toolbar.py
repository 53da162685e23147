"""The top row: settings, buttons for stepping and training, and the run's progress."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from backprop_viz.desktop.panels.settings.settings_bar import SettingsBar
from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.style.elided import ElidedLabel
from backprop_viz.desktop.style.theme import code_font, scaled
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.sideways import Sideways
from backprop_viz.desktop.widgets.told_rates import told_rate
from backprop_viz.recording.run.run_origin import RunOrigin


class KeyButton(QToolButton):
    """A button for an action that shows the shortcut beside its text if there is room."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self.has_key = True
        self.setDefaultAction(action)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setProperty("role", "plain")
        self._show_text()
        action.changed.connect(self._show_text)

    def width_of_key(self) -> int:
        """How much wider it is with its shortcut."""
        texts = (self._with_key(), action_label(self.defaultAction()))
        wide, narrow = (self._room_for(text).width() for text in texts)
        return wide - narrow

    def show_key(self, wanted: bool) -> None:
        """Show the shortcut, or the text alone."""
        if wanted != self.has_key:
            self.has_key = wanted
            self._show_text()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the text."""
        return self._room_for(self.text())

    minimumSizeHint = sizeHint

    def _room_for(self, text: str) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(text) + 26, max(32, metrics.height() + 14))

    def _with_key(self) -> str:
        action = self.defaultAction()
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        # The action's own text has no shortcut: the menu shows that in a column of its own.
        return f"{action_label(action)}  {key}"

    def _show_text(self) -> None:
        text = action_label(self.defaultAction())
        self.setText(self._with_key() if self.has_key else text)
        self.setAccessibleName(text)


class Toolbar(QWidget):
    """Settings at the left, commands in the middle, progress at the right.

    Where there is no room for all, the settings scroll: the commands are always seen.
    """

    def __init__(self, run: tuple[QAction, ...], options: QAction) -> None:
        super().__init__()
        self.settings = SettingsBar()
        self._has_none = False  # no settings that could be chosen
        gear = QToolButton()
        gear.setDefaultAction(options)
        gear.setText("⚙")
        gear.setAccessibleName(action_label(options))
        gear.setFixedSize(32, 30)
        gear.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._iteration = QLabel()
        self._iteration.setProperty("role", "title")
        self._rate = QLabel()
        self._rate.setProperty("role", "caption")
        progress = QVBoxLayout()
        progress.setSpacing(1)
        for label in (self._iteration, self._rate):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            progress.addWidget(label)

        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(6)
        self.run_title = ElidedLabel()
        self.run_title.setObjectName("runTitle")
        self.run_title.setFont(code_font(13))
        self.chip = QLabel()
        self.chip.setObjectName("deviceChip")
        self.chip.setProperty("role", "chip")
        for label in (self.run_title, self.chip):
            label.hide()
        settings = QWidget()
        settings_row = QHBoxLayout(settings)
        settings_row.setContentsMargins(0, 0, 0, 0)
        settings_row.setSpacing(6)
        settings_row.addWidget(self.settings)
        settings_row.addWidget(gear, 0, Qt.AlignmentFlag.AlignBottom)
        self._scroll = Sideways(settings, QSizePolicy.Policy.Maximum)
        row.addWidget(self._scroll, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.run_title)
        row.addWidget(self.chip)
        row.addStretch(1)
        self.run_buttons = [KeyButton(action) for action in run]
        for button in self.run_buttons:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        row.addLayout(progress)

    def put_first(self, action: QAction) -> None:
        """Paint the button of an action so that the eye finds it first."""
        for button in self.run_buttons:
            role = "primary" if button.defaultAction() is action else "plain"
            if button.property("role") != role:
                button.setProperty("role", role)
                button.style().unpolish(button)
                button.style().polish(button)

    def show_for_a_room(self, wanted: bool) -> None:
        """Leave the settings out while presenting: the buttons have their room."""
        if not self._has_none:
            self._scroll.setVisible(not wanted)

    def event(self, event: QEvent) -> bool:
        """Show the shortcuts where there is room for all of them."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._show_keys()
        return done

    def _show_keys(self) -> None:
        for label in (self._iteration, self._rate):
            label.setFixedWidth(max(134, scaled(120)))
        spacing = self._row.spacing()
        every = (self._row.itemAt(i) for i in range(self._row.count()))
        items = [item for item in every if item is not None and not item.isEmpty()]
        taken = sum(item.sizeHint().width() + spacing for item in items)
        keys = [button for button in self.run_buttons if not button.isHidden()]
        taken -= sum(button.width_of_key() for button in keys if button.has_key)
        wanted = sum(button.width_of_key() for button in keys)
        for button in self.run_buttons:
            button.show_key(taken + wanted + 4 * spacing <= self.width())

    def leave_out_settings(self) -> None:
        """A script has its own settings."""
        self._has_none = True
        for widget in (self._scroll, self.run_buttons[-1]):
            widget.hide()

    def show_run(self, title: str, origin: RunOrigin) -> None:
        """Say which script is run, on which device, and as which of how many ranks."""
        self.run_title.setText(title)
        text = origin.device
        if origin.world_size > 1:
            text = self.tr("{device} · rank {rank} of {count}").format(
                device=origin.device, rank=origin.rank, count=origin.world_size
            )
        self.chip.setText(text)
        self.chip.setToolTip(
            self.tr("Process {pid} on {host}").format(pid=origin.pid, host=origin.host)
        )
        for label in (self.run_title, self.chip):
            label.show()

    def show_view_state(self, view_state: ViewState) -> None:
        """Show how many iterations are done and how fast training is."""
        if view_state.origin is None:
            self.settings.show_settings(view_state.settings)
            rate = view_state.cursor.recording.options.get("lr")
            told = None if rate is None else told_rate(view_state, rate)
            self.settings.show_rate(rate, told)
        self._iteration.setText(self.tr("done: {0:,}").format(view_state.iteration))
        self._iteration.setToolTip(self.tr("Iterations done: {0:,}").format(view_state.iteration))
        if view_state.between_cells:
            text = self.tr("waiting")
        elif view_state.training and view_state.unrecorded:
            text = self.tr("not recorded")
        elif view_state.training:
            text = self.tr("{0:.1f} it/s · {1}").format(view_state.rate, view_state.device)
        elif view_state.origin is not None and view_state.origin.kind == "file":
            text = self.tr("recording")
        elif view_state.origin is not None:
            text = self.tr("ended") if view_state.ended else self.tr("held")
        else:
            text = self.tr("paused · {0}").format(view_state.device)
        self._rate.setText(text)
