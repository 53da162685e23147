"""Says what became of a worker that ended, and of what it was to save; starts it again."""

from pathlib import Path

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.autosave import AutosaveController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.message_texts import message_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices import Notice
from backprop_viz.stream.messages import Filed


class WorkerRestartsController(QObject):
    """Says what became of a worker that ended, and of what it was to save; starts it again."""

    def __init__(self, context: Context, autosave: AutosaveController) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._autosave = autosave
        self._action = context.actions["actionStartAgain"]
        self._lost: list[str] = []
        # What became of the worker whose run is being taken up.
        self._taking_up: Notice | None = None
        # Why its run could not be taken up, which the worker says after it.
        self._failed = ""
        self._session.told.connect(self._told)
        self._session.filed.connect(self._filed)
        autosave.taken_up.connect(self._taken_up)
        autosave.not_taken_up.connect(self._not_taken_up)

    def show_view_state(self, view_state: ViewState) -> None:
        """There is a worker, which has begun."""
        if self._action.isEnabled() and self._session.has_worker:
            self._action.setEnabled(False)

    def start_again(self) -> None:
        """Have another worker, and go on with what was kept of the run."""
        self._autosave.try_again()
        self._session.start_again()

    def _filed(self, filed: Filed) -> None:
        if not filed.lost or filed.what == "autosaved":
            return
        name = Path(filed.path).name
        reading = filed.what in ("opened", "weights_loaded")
        said = self.tr("{0} was not opened.") if reading else self.tr("{0} was not saved.")
        self._lost.append(said.format(name))  # told with what became of the worker

    def _told(self, notice: Notice) -> None:
        if notice.code in ("worker_ended", "worker_not_started", "no_worker"):
            self._action.setEnabled(True)
        elif notice.code in ("worker_restarted", "started_again"):
            self._action.setEnabled(True)  # until it has begun
            self._taking_up, self._failed = notice, ""
            if not self._autosave.take_up():
                self._say(self._outcome("new"))
            return  # told when that is done
        elif notice.subject == "files.open" and self._failed:
            # In place of what the worker says of a file that the user did not choose.
            said, self._failed = self._failed, ""
            self._say(said)
            return
        else:
            return
        self._say(message_text(notice))

    def _taken_up(self, saved: str) -> None:
        how = ("reopened", Path(saved).name) if saved else ("taken_up",)
        self._say(self._outcome(*how))

    def _not_taken_up(self, path: str) -> None:
        self._failed = self._outcome("not_taken_up", path)
        self._say(self._failed)

    def _outcome(self, what: str, *values: str) -> str:
        """What became of the run of the worker that ended."""
        assert self._taking_up is not None
        code = f"{self._taking_up.code}_{what}"
        return message_text(Notice(code, (*self._taking_up.values, *values)))

    def _say(self, said: str) -> None:
        """Say it, and after it what was not done to files."""
        self._window.messages.dismiss()
        self._window.messages.tell(" ".join((said, *self._lost)), "error")
        self._lost.clear()
