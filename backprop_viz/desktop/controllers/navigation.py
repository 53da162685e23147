"""Moves the cursor over the recorded events, and sets where training stops."""

from PySide6.QtCore import QObject, Qt

from backprop_viz.analysis.provenance import finite_range, first_strange, holds_strange
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.breakpoints.breakpoint_texts import stopped
from backprop_viz.desktop.panels.breakpoints.breakpoints_dialog import BreakpointsDialog
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.modules.modules_view import ModulesView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline import TimelineView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.fields.number_dialog import NumberDialog
from backprop_viz.recording.notices.notice import LOSS_SUBJECT, Notice
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.settings.quantities import Quantity
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import AlterGradient, BackwardTwice

# What a message on a stop is about: it goes when the run goes on, or has ended.
STOP_SUBJECT = "stop"
# What one on the place of a stop is about: it goes when the cursor does.
_PLACE_SUBJECT = "place of a stop"
_MEBIBYTE = 2**20
BUDGET_MB = Quantity(16, 65536, whole=True, doubling=True)
# The experiments that run an iteration's backward again.
_OF_BACKWARD = (AlterGradient.__name__, BackwardTwice.__name__)
TRANSPORT = ("actionFirst", "actionEventBack", "actionPlay", "actionEvent", "actionLast")


class NavigationController(QObject):
    """Moves the cursor over the recorded events, and sets where training stops."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions
        self._session = context.session
        self._view_state: ViewState | None = None
        self._breakpoints: BreakpointsDialog | None = None  # made when it is first opened
        timeline = self._window.panel(TimelineView)
        timeline.cursor_moved.connect(self._session.shown.move_cursor)
        timeline.iteration_picked.connect(self._session.shown.show_iteration)
        timeline.speed_changed.connect(self._session.shown.set_speed)
        timeline.set_transport([self._actions[name] for name in TRANSPORT])
        timeline.set_continue_action(self._actions["actionContinue"])
        self._window.panel(PhaseBar).picked_phase.connect(self._session.shown.show_phase)
        self._window.panel(PhaseBar).cursor_moved.connect(self._session.shown.move_cursor)
        self._session.told.connect(self._mark_refused)
        program, network = self._window.panel(ProgramView), self._window.panel(NetworkView)
        inspector = self._window.panel(InspectorView)
        inspector.evidence.connect(self._show_evidence)
        network.outputs_changed.connect(inspector.show_outputs)
        program.refused.connect(self._tell)
        modules = self._window.panel(ModulesView)
        for panel in (program, network, modules, self._window.panel(AutogradView)):
            panel.breakpoint_toggled.connect(self._toggle_breakpoint)
        for name in (*TRANSPORT, "actionStepBack", "actionIterationBack", "actionContinue"):
            self._actions[name].setEnabled(False)

    def show_view_state(self, view_state: ViewState) -> None:
        """Enable the moves that are possible, and report a breakpoint."""
        before, self._view_state = self._view_state, view_state
        if self._breakpoints is not None:
            self._breakpoints.show_view_state(view_state)
        told = before is not None and (before.hit, before.cursor) == (
            view_state.hit,
            view_state.cursor,
        )
        if view_state.hit is not None and not told:
            self._tell_hit(view_state, view_state.hit)
        elif view_state.training or _is_another(before, view_state):
            self._window.messages.withdraw(STOP_SUBJECT)  # which it has gone on from
        if view_state.hit is None:
            self._window.messages.withdraw(_PLACE_SUBJECT)
        self._enable_navigation(view_state)

    def _mark_refused(self, notice: Notice) -> None:
        """Mark the phase that an experiment ran again and that failed, until the run goes on."""
        if notice.subject in _OF_BACKWARD:
            refused = None if notice.code == "withdrawn" else Phase.BACKWARD
            self._window.panel(PhaseBar).show_refused(refused)

    def _tell(self, said: str) -> None:
        self._window.messages.tell(said, "info")

    def _show_evidence(self, event: int) -> None:
        self._session.shown.move_cursor(event + 1)

    def _tell_hit(self, view_state: ViewState, hit: Breakpoint) -> None:
        """Say where the cursor stopped and, for a number that is not finite, what it came from."""
        event, messages = view_state.cursor.event, self._window.messages
        messages.withdraw(STOP_SUBJECT)  # of the stop before
        between = None if event is None else finite_range(event.inputs)
        if hit.kind != "not_finite" or event is None or between is None:
            messages.tell(stopped(hit, view_state), "info", _PLACE_SUBJECT, stays=True)
            return
        of_loss = messages.text_about(LOSS_SUBJECT)
        if holds_strange(event.inputs):
            origin = self.tr("A NaN or Inf was already in what {0} was given.")
        elif of_loss:
            origin = self.tr(
                "It first appeared in the output of {0}, from inputs between {1:.4g} and {2:.4g}."
            )
        else:
            origin = self.tr(
                "A NaN or Inf appeared in the output of {0}, from inputs between {1:.4g} and "
                "{2:.4g}."
            )
        said = origin.format(event.op, *between)
        place = first_strange(event.outputs)
        if place and not holds_strange(event.inputs):  # as the sample, and its unit
            first = self.tr("The first of them is [{0}].").format(", ".join(map(str, place)))
            said = f"{said} {first}"  # whole sentences
        if of_loss:  # two whole sentences; their order is the same in every language
            messages.tell(f"{of_loss} {said}", "error", LOSS_SUBJECT)
        else:
            messages.tell(said, "error", STOP_SUBJECT)

    def _enable_navigation(self, view_state: ViewState) -> None:
        """Enable the commands that lead somewhere."""
        cursor, kept_iterations = view_state.cursor, view_state.kept_iterations
        still = not view_state.training
        first = (
            not kept_iterations.iterations or kept_iterations.shown <= kept_iterations.iterations[0]
        )
        back = still and (cursor.position > 0 or not first)
        for name in ("actionStepBack", "actionEventBack", "actionIterationBack"):
            self._actions[name].setEnabled(back)
        newest = kept_iterations.shown >= max(kept_iterations.iterations, default=0)
        over = view_state.ended and newest and cursor.at_end
        if view_state.ended:  # while a run can go on, an iteration can always be run
            self._actions["actionIteration"].setEnabled(not over)
        for name in ("actionEvent", "actionPlay"):
            self._actions[name].setEnabled(still and not over)
        self._actions["actionStep"].setEnabled(still and not over)
        self._actions["actionFirst"].setEnabled(still and cursor.position > 0)
        preview = cursor.recording.preview
        self._actions["actionLast"].setEnabled(still and not preview and not cursor.at_end)
        past = (
            bool(kept_iterations.iterations)
            and kept_iterations.shown < kept_iterations.iterations[-1]
        )
        self._actions["actionContinue"].setEnabled(still and past and view_state.origin is None)

    def _toggle_breakpoint(self, breakpoint_: Breakpoint) -> None:
        """Set a breakpoint, or remove it if it is set."""
        if self._view_state is not None:
            others = tuple(b for b in self._view_state.breakpoints if b != breakpoint_)
            there = len(others) < len(self._view_state.breakpoints)
            self._session.watch(others if there else (*others, breakpoint_))

    def toggle_line(self) -> None:
        """Set or remove a breakpoint at the program's current line."""
        self._window.panel(ProgramView).toggle_breakpoint_at_cursor()

    def show_breakpoints(self) -> None:
        """Open the list of breakpoints."""
        if self._breakpoints is None:
            self._breakpoints = BreakpointsDialog(self._window)
            self._breakpoints.changed.connect(self._session.watch)
            if self._view_state is not None:
                self._breakpoints.show_view_state(self._view_state)
        self._breakpoints.show()
        self._breakpoints.raise_()

    def event_forward(self) -> None:
        """Go forward by one event."""
        self._session.shown.go("event")

    def event_back(self) -> None:
        """Go back by one event."""
        self._session.shown.go_back("event")

    def iteration_back(self) -> None:
        """Go back to the start of the iteration, then to the one before."""
        self._session.shown.go_back("iteration")

    def to_start(self) -> None:
        """Show the start of the iteration."""
        self._session.shown.move_cursor(0)

    def to_end(self) -> None:
        """Show the end of what was recorded of the iteration."""
        if self._view_state is not None:
            self._session.shown.move_cursor(len(self._view_state.cursor.recording.events))

    def toggle_playing(self) -> None:
        """Start or stop moving the cursor automatically."""
        if self._session.shown.playing:
            self._session.shown.stop_playing()
        else:
            self._session.shown.play()

    def continue_from_here(self) -> None:
        """Continue the run from the end of the iteration shown."""
        self._session.continue_from_here()

    def ask_for_budget(self) -> None:
        """Ask how much memory past iterations may use."""
        if self._view_state is None:
            return
        name, now = (
            self.tr("Memory for past iterations, in MB"),
            self._view_state.kept_iterations.budget,
        )
        dialog = NumberDialog(BUDGET_MB, name, now // _MEBIBYTE, self._window)
        dialog.setObjectName("budgetDialog")
        dialog.setWindowTitle(self.tr("Memory for iterations"))
        dialog.chosen.connect(lambda value: self._session.shown.set_budget(value * _MEBIBYTE))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _is_another(before: ViewState | None, shown: ViewState) -> bool:
    """Whether another iteration has come to be shown."""
    return before is not None and before.cursor.recording.serial != shown.cursor.recording.serial
