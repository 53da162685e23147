"""Chooses which numbers of the recordings are shown, and with how many digits."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState

_PRECISION = "view/full_precision"  # the key among the preferences


class ViewingController(QObject):
    """Chooses the sample of the batch that every panel shows, and how numbers are written."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._session, self._actions = context.session, context.actions
        self._network = context.window.panel(NetworkView)
        self._network.samples.chosen.connect(self._session.choose_sample)
        self._view_state: ViewState | None = None
        self._store = context.store
        full = self._store.value(_PRECISION) == "all"
        self._actions["actionFullPrecision"].setChecked(full)
        self._session.show_full_precision(full)

    def show_view_state(self, view_state: ViewState) -> None:
        """Enable what is possible."""
        self._view_state = view_state
        several = view_state.cursor.recording.recorded_samples > 1
        for name in ("actionPreviousSample", "actionNextSample", "actionSample"):
            self._actions[name].setEnabled(several)

    def previous_sample(self) -> None:
        """Show the sample before; before the first, the last."""
        self._turn(-1)

    def next_sample(self) -> None:
        """Show the next sample; after the last, the first."""
        self._turn(1)

    def ask_for_sample(self) -> None:
        """Let the user type the sample's place in the batch."""
        field = self._network.samples.field
        field.setFocus()
        field.selectAll()

    def show_full_precision(self, wanted: bool) -> None:
        """Write numbers with every digit, or short."""
        self._store.setValue(_PRECISION, "all" if wanted else "short")
        self._session.show_full_precision(wanted)

    def _turn(self, step: int) -> None:
        if self._view_state is not None:
            recorded = self._view_state.cursor.recording.recorded_samples
            self._session.choose_sample((self._view_state.sample + step) % recorded)
