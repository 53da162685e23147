"""Looks for what is wrong in the iteration shown, beside the window's own work if it is large."""

from PySide6.QtCore import QObject

from backprop_viz.analysis.findings import findings
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.findings.findings_view import FindingsView, is_checked
from backprop_viz.desktop.system.background_jobs import Background, failure_notice
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

# LeNet's, of 60 events and 2 MB, takes 2 ms; what is larger is looked through in a thread.
AT_ONCE_EVENTS, AT_ONCE_BYTES = 300, 20_000_000
_SUBJECT = "findings"


class FindingsController(QObject):
    """Gives the panel, while it is seen, the findings of the iteration shown.

    While training runs there are none.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._panel = context.window.panel(FindingsView)
        self._panel.evidence.connect(lambda event: self._session.shown.move_cursor(event + 1))
        self._panel.came_in_sight.connect(self._look)
        self._work = Background(self)
        self._work.finished.connect(self._found)
        self._work.failed.connect(self._failed)
        context.window.closing.connect(self._work.close)
        # What is shown, what is being looked through, and what was found last.
        self._wanted: Recording | None = None
        self._under_way: Recording | None = None
        self._known: tuple[Recording, tuple[Finding, ...]] | None = None

    def show_view_state(self, view_state: ViewState) -> None:
        """Look through the recording shown, unless that is done."""
        recording = view_state.cursor.recording
        quiet = view_state.training or not is_checked(recording)
        self._wanted = None if quiet else recording
        if self._panel.isVisible():
            self._look()

    def _look(self) -> None:
        recording = self._wanted
        if recording is None:
            return
        if self._known is None or self._known[0] != recording:
            if not _is_large(recording):
                self._known = recording, findings(recording)
            elif not self._work.busy:
                self._begin(recording)
        self._show()

    def _begin(self, recording: Recording) -> None:
        self._under_way = recording
        self._work.start(lambda _: findings(recording))

    def _found(self, found: tuple[Finding, ...]) -> None:
        assert self._under_way is not None
        self._known, self._under_way = (self._under_way, found), None
        if self._panel.isVisible():
            self._look()

    def _failed(self, error: Exception) -> None:
        self._window.messages.tell_notice(failure_notice(error, _SUBJECT))

    def _show(self) -> None:
        if self._known is not None and self._known[0] == self._wanted:
            self._panel.show_findings(*self._known)


def _is_large(recording: Recording) -> bool:
    if len(recording.events) > AT_ONCE_EVENTS:
        return True
    return sum(array.nbytes for array in recording.tensors.since(0)) > AT_ONCE_BYTES
