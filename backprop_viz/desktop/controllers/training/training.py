"""Steps, trains, and applies settings."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from backprop_viz.desktop.actions.menu_command import translated
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.settings.options_dialog import OptionsDialog
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.stream.commands import AlterGradient, BackwardTwice
from backprop_viz.training.live_settings import continues

_TRAINED = "has_trained"  # the key among the preferences


class TrainingController(QObject):
    """Steps, trains, and applies settings.

    ``root_wanted``: the user chose the data set of this name, whose files are not known yet.
    ``began``: a new run starts, which is not the one in the session's file.
    """

    began = Signal()
    root_wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions
        self._session = context.session
        self._view_state: ViewState | None = None
        self._store = context.store
        self._has_trained = str(self._store.value(_TRAINED, "")) == "yes"
        self._put_first()
        self._session.told.connect(self._tell)
        self._window.toolbar.settings.changed.connect(self.want)
        self._window.panel(InspectorView).intervention_wanted.connect(self._alter)
        self._window.panel(InspectorView).undo_wanted.connect(self._undo_intervention)

    def show_view_state(self, view_state: ViewState) -> None:
        """Show on the button whether it trains or pauses."""
        self._view_state = view_state
        train = self._actions["actionTrain"]
        train.setChecked(view_state.training)
        if not self._has_trained and (view_state.training or view_state.origin is not None):
            self._has_trained = True
            if view_state.origin is None:
                self._store.setValue(_TRAINED, "yes")
            self._put_first()
        goes = "&Train" if view_state.origin is None else QT_TRANSLATE_NOOP("actions", "&Resume")
        pauses = QT_TRANSLATE_NOOP("actions", "&Pause")
        text = translated(pauses if view_state.training else goes)
        if train.text() != text:
            train.setText(text)

    def _put_first(self) -> None:
        """Highlight Step at first; after the first training, Train."""
        name = "actionTrain" if self._has_trained else "actionStep"
        self._window.toolbar.put_first(self._actions[name])

    def _tell(self, notice: Notice) -> None:
        self._window.messages.tell_notice(notice)
        if notice.code not in ("withdrawn", "noted"):
            self._window.toolbar.settings.revert()

    def _undo_intervention(self) -> None:
        self._session.send(AlterGradient(None))

    def want(self, settings: Settings) -> None:
        """Apply settings; ask first if that would lose a trained network."""
        view_state = self._view_state
        if DATA_SETS[settings.data].root is not None and settings.root is None:
            self._window.toolbar.settings.revert()
            self.root_wanted.emit(settings.data)
            return
        if (
            view_state is None
            or view_state.iteration == 0
            or continues(settings, view_state.settings)
        ):
            self._session.configure(settings)
        else:
            self._ask_to_begin(settings, view_state.iteration)

    def begin(self, settings: Settings) -> None:
        """Start a run with these settings, even if they are the current ones."""
        view_state = self._view_state
        if view_state is None or view_state.iteration == 0:
            self._begin_afresh(settings)
        else:
            self._ask_to_begin(settings, view_state.iteration)

    def _begin_afresh(self, settings: Settings) -> None:
        self.began.emit()
        self._session.configure(settings)
        if self._view_state is not None and continues(settings, self._view_state.settings):
            self._session.reset()

    def _ask_to_begin(self, settings: Settings, iterations: int) -> None:
        question = QMessageBox(self._window)
        question.setObjectName("freshNetworkQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Start again with a new network?"))
        lost = self.tr(
            "This change needs a new network. The {0:,} iterations trained so far are lost; "
            "their loss stays on the plot as a faint curve."
        )
        if iterations == 1:
            lost = self.tr(
                "This change needs a new network. The one iteration trained so far is lost; "
                "its loss stays on the plot as a point."
            )
        question.setInformativeText(lost.format(iterations))
        question.addButton(self.tr("Start again"), QMessageBox.ButtonRole.AcceptRole)
        keep = question.addButton(self.tr("Keep this network"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(keep)
        question.accepted.connect(lambda: self._begin_afresh(settings))
        question.rejected.connect(self._window.toolbar.settings.revert)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.open()

    def show_options(self) -> None:
        """Open the dialog with the optimizer's options."""
        if self._view_state is not None:
            dialog = OptionsDialog(self._view_state.settings, self._window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.changed.connect(self.want)
            dialog.open()

    def step(self) -> None:
        """Go forward by a phase; past the last one, run the next."""
        self._session.shown.step()

    def step_back(self) -> None:
        """Go back to the end of the previous phase."""
        self._session.shown.step_back()

    def iterate(self) -> None:
        """Go to the end of the iteration, then of the next one kept; past the last one, run."""
        self._session.iterate()

    def toggle_training(self, wanted: bool) -> None:
        """Train or pause."""
        if wanted:
            self._session.train()
        else:
            self._session.pause()

    def _alter(self, intervention: GradientIntervention | None) -> None:
        self._session.send(AlterGradient(intervention))

    def backward_twice(self) -> None:
        """Call backward a second time, which torch refuses."""
        self._session.send(BackwardTwice(retain_graph=False))

    def backward_twice_retained(self) -> None:
        """Call backward twice with the graph retained."""
        self._session.send(BackwardTwice(retain_graph=True))

    def reset(self) -> None:
        """Start again with a new network and the same settings."""
        self._window.messages.dismiss()
        self.began.emit()
        self._session.reset()
