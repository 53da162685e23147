"""Saves the iterations that the window keeps as a recording file."""

from pathlib import Path

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save
from backprop_viz.desktop.controllers.exports.file_job import FileJob
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.files.saved_run import save_run
from backprop_viz.recording.iteration import Recording


class RecordingsController(QObject):
    """Writes all that the window can go back to, bit for bit, in a thread."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        busy = self.tr("Another recording is still being written.")
        saved = self.tr("Saved as {0}; File > Open recording shows it.")
        self._file = FileJob(context, "recording file", busy, saved, self)

    def save(self) -> None:
        """Ask for a file for the iterations that are kept."""
        view_state = self._session.view_state
        recordings = [] if view_state is None else self._kept(view_state)
        if view_state is None or not recordings:
            said = self.tr("Nothing is recorded yet: run an iteration (F11), then save it.")
            self._window.messages.tell(said, "info")
            return
        name = "run" if view_state.origin is None else Path(view_state.origin.path or "run").stem
        ask_where_to_save(
            "saveRecordingDialog",
            self.tr("Save the %n iterations that are kept", "", len(recordings)),
            [self.tr("Recordings (*.bprec)")],
            f"{name}.bprec",
            lambda path: self._save(view_state, recordings, path),
            self._window,
        )

    def _save(self, now: ViewState, recordings: list[Recording], path: Path) -> None:
        told = now.curves.loss, now.scalars, now.origin, now.program
        self._file.start(path, lambda: save_run(path, recordings, *told))

    def _kept(self, view_state: ViewState) -> list[Recording]:
        """Those in memory, the oldest first; of the one under way what has run of it."""
        found = map(self._session.shown.recording_of, view_state.kept_iterations.iterations)
        return [one for one in found if one is not None and one.spans and not one.preview]
