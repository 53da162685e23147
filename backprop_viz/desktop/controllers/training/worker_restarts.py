"""Reports why a worker ended and what was lost, and starts another one."""

import os
import signal
from pathlib import Path

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.saving.autosave import AutosaveController
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.messages import Filed


class WorkerRestartsController(QObject):
    """Reports why a worker ended and what was lost, and starts another one."""

    def __init__(self, context: Context, autosave: AutosaveController) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._autosave = autosave
        self._action = context.actions["actionStartAgain"]
        self._lost: list[str] = []
        # Why the worker ended whose run is being restored.
        self._taking_up: Notice | None = None
        # Why its run could not be restored; the new worker reports that later.
        self._failed = ""
        self._strip = self._window.starting_strip
        self._strip.tell_what_cancel_does(self.tr("Do without torch: what is recorded stays"))
        self._strip.cancelled.connect(self._give_up)
        self._session.told.connect(self._told)
        self._session.filed.connect(self._filed)
        autosave.taken_up.connect(self._taken_up)
        autosave.not_taken_up.connect(self._not_taken_up)

    def show_view_state(self, view_state: ViewState) -> None:
        """Note that the new worker is running."""
        if self._action.isEnabled() and self._session.has_worker:
            self._action.setEnabled(False)
        if self._session.shown_command >= 0:  # it has said something
            self._strip.hide()

    def start_again(self) -> None:
        """Start another worker, and continue the run from its last autosave."""
        self._autosave.try_again()
        self._session.start_again()

    def _give_up(self) -> None:
        """End the process that is being started; that it could not start is told then."""
        if self._session.has_worker and self._session.shown_command < 0:
            os.kill(self._session.worker_pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def _filed(self, filed: Filed) -> None:
        if not filed.lost or filed.what == "autosaved":
            return
        name = Path(filed.path).name
        reading = filed.what in ("opened", "weights_loaded")
        said = self.tr("{0} was not opened.") if reading else self.tr("{0} was not saved.")
        self._lost.append(said.format(name))  # reported together with the end of the worker

    def _told(self, notice: Notice) -> None:
        if notice.code in ("worker_ended", "worker_not_started", "no_worker"):
            self._action.setEnabled(True)
            self._strip.hide()
        elif notice.code in ("worker_restarted", "started_again"):
            self._action.setEnabled(True)  # until it has begun
            self._strip.show_progress(self.tr("Loading PyTorch…"), None)
            self._taking_up, self._failed = notice, ""
            if not self._autosave.take_up():
                self._say(self._outcome("new"), notice)
            return  # told when that is done
        elif notice.subject == "OpenSessionFile" and self._failed:
            # Replaces the worker's message about a file that the user did not choose.
            said, self._failed = self._failed, ""
            self._say(said, self._taking_up)
            return
        else:
            return
        self._say(message_text(notice), notice)

    def _taken_up(self, saved: str) -> None:
        how = ("reopened", Path(saved).name) if saved else ("taken_up",)
        self._say(self._outcome(*how), self._taking_up)

    def _not_taken_up(self, path: str) -> None:
        self._failed = self._outcome("not_taken_up", path)
        self._say(self._failed, self._taking_up)

    def _outcome(self, what: str, *values: str) -> str:
        """What happened to the run of the worker that ended."""
        assert self._taking_up is not None
        code = f"{self._taking_up.code}_{what}"
        return message_text(Notice(code, (*self._taking_up.values, *values)))

    def _say(self, said: str, notice: Notice | None) -> None:
        """Report it and what was not saved or loaded, with the details of the notice."""
        details = "" if notice is None else notice.details
        self._window.messages.dismiss()
        self._window.messages.tell(" ".join((said, *self._lost)), "error", details=details)
        self._lost.clear()
