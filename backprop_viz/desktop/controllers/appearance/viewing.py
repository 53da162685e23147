"""Chooses which numbers of the recordings are shown, and with how many digits."""

from PySide6.QtCore import QObject, Qt

from backprop_viz.analysis.comparison import NamedTensor
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_dialog import NumberDialog
from backprop_viz.recording.settings.quantities import Quantity

_PRECISION = "view/full_precision"  # the key among the preferences


class ViewingController(QObject):
    """Chooses the sample that every panel shows, what it is compared with, and the digits."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._session, self._actions = context.session, context.actions
        self._network = context.window.panel(NetworkView)
        self._network.samples.chosen.connect(self._session.shown.choose_sample)
        self._network.compare.chosen.connect(self._session.shown.compare_with)
        self._inspector = context.window.panel(InspectorView)
        self._inspector.stop_comparing.connect(self.stop_comparing)
        for panel in (self._network, self._inspector):
            panel.number_compared.connect(self._compare_number)
        self._window = context.window
        context.window.panel(RanksView).rank_wanted.connect(self._session.shown.show_rank)
        self._view_state: ViewState | None = None
        self._ranks_seen = False
        self._store = context.store
        full = self._store.value(_PRECISION) == "all"
        self._actions["actionFullPrecision"].setChecked(full)
        self._session.shown.show_full_precision(full)

    def show_view_state(self, view_state: ViewState) -> None:
        """Enable what is possible."""
        self._view_state = view_state
        several = view_state.ranks is not None
        for name in ("actionPreviousRank", "actionNextRank"):
            self._actions[name].setEnabled(several)
            self._actions[name].setVisible(several)
        if several and not self._ranks_seen:
            self._ranks_seen = True
            dock = self._window.docks.dock_of(self._window.panel(RanksView))
            if dock.wanted:
                dock.raise_()  # it was not there when the panels were placed
        several = view_state.cursor.recording.recorded_samples > 1
        for name in ("actionPreviousSample", "actionNextSample", "actionSample"):
            self._actions[name].setEnabled(several)
        self._show_comparison(view_state)

    def _show_comparison(self, view_state: ViewState) -> None:
        """Offer what there is to compare with, and mark what is compared with."""
        recording, kept = view_state.cursor.recording, view_state.kept_iterations
        altered = recording.intervention is not None or recording.backwards > 1
        still, now = not view_state.training, view_state.comparison
        others = [i for i in kept.iterations if i != kept.shown]
        for name, baseline, possible in (
            ("actionComparePrevious", "previous", any(i < kept.shown for i in others)),
            ("actionCompareExperiment", "experiment", altered),
        ):
            chosen = now is not None and now.baseline == baseline
            self._actions[name].setEnabled(still and (possible or chosen))
            self._actions[name].setChecked(chosen)
        self._actions["actionCompareIteration"].setEnabled(still and bool(others))
        self._actions["actionStopComparing"].setEnabled(now is not None)

    def previous_rank(self) -> None:
        """Show the rank before in every panel; before the first comes the last."""
        self._show_next_rank(-1)

    def next_rank(self) -> None:
        """Show the next rank in every panel."""
        self._show_next_rank(1)

    def _show_next_rank(self, step: int) -> None:
        ranks = self._session.shown.ranks
        if ranks is not None:
            self._session.shown.show_rank((ranks.shown + step) % len(ranks.runs))

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
        self._session.shown.show_full_precision(wanted)

    def compare_previous(self, wanted: bool) -> None:
        """Compare with the iteration before, or no longer."""
        self._session.shown.compare_with("previous" if wanted else None)

    def compare_experiment(self, wanted: bool) -> None:
        """Compare with what was before the experiment, or no longer."""
        self._session.shown.compare_with("experiment" if wanted else None)

    def stop_comparing(self) -> None:
        """Show the numbers alone."""
        self._session.shown.compare_with(None)

    def ask_for_iteration(self) -> None:
        """Ask which of the kept iterations to compare with."""
        if self._view_state is None:
            return
        kept = self._view_state.kept_iterations
        asked = Quantity(kept.iterations[0], kept.iterations[-1], whole=True, step=1)
        before = max((i for i in kept.iterations if i < kept.shown), default=kept.iterations[-1])
        dialog = NumberDialog(asked, self.tr("Iteration to compare with"), before, self._window)
        dialog.setObjectName("comparedIterationDialog")
        dialog.setWindowTitle(self.tr("Compare"))
        dialog.chosen.connect(self._session.shown.compare_with)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _compare_number(self, tensor: NamedTensor, index: tuple[int, ...]) -> None:
        """Show what a number was before: in the iteration before, unless something is chosen."""
        if self._view_state is not None and self._view_state.comparison is None:
            self._session.shown.compare_with("previous")
        self._inspector.compare(tensor, index)

    def _turn(self, step: int) -> None:
        if self._view_state is not None:
            recorded = self._view_state.cursor.recording.recorded_samples
            self._session.shown.choose_sample((self._view_state.sample + step) % recorded)
