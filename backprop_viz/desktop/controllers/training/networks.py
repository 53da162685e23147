"""Runs networks that were edited, and asks before the code of a session file is run."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer, Signal

from backprop_viz.desktop.controllers.appearance.theme import ThemeController
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.saving.autosave import AutosaveController
from backprop_viz.desktop.controllers.saving.autosave_files import folder
from backprop_viz.desktop.controllers.training.edited_copy import copy_beside
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.program.code_question import CodeQuestion
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.commands import OpenSessionFile, RunNetwork
from backprop_viz.stream.messages import CodeFound, NetworkTried

# When code takes longer than this the user is told: it is the user's own, and may loop.
UNANSWERED_S = 2.5
_LOOK_MS = 500
_SUBJECT = "network"
# The height in which a class of thirty lines can be read.
_ROOM = QSize(540, 470)


class NetworksController(QObject):
    """Runs the text of the editor, marks its mistakes, and tells when code does not come back.

    ``began``: a run with another network has begun. ``stop_wanted``: its process is to be ended.
    ``model_wanted`` carries the path of a model's file that is to be run in a window of its own.
    """

    began = Signal()
    stop_wanted = Signal()
    model_wanted = Signal(str)

    def __init__(
        self, context: Context, theme: ThemeController, autosave: AutosaveController
    ) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._actions = context.actions
        self._theme, self._autosave = theme, autosave
        self._view = context.window.panel(ProgramView)
        self._page = self._view.network
        self._source: str | None = None
        self._origin: RunOrigin | None = None
        self._trying = self._told = False
        self._heard = time.monotonic()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._view.run_network_wanted.connect(self._run)
        self._page.stop_wanted.connect(self._stop)
        self._page.editing.connect(self._make_room)
        # The layout that is stored is the one without the editor.
        self._window.closing.connect(self._page.close_editor)
        self._session.network_tried.connect(self._tried)
        self._session.code_found.connect(self._found)

    def show_view_state(self, view_state: ViewState) -> None:
        """Note that the process that runs torch has answered."""
        self._source, self._origin = view_state.settings.network, view_state.origin
        self._hear()
        if self._source is not None and not self._timer.isActive():
            self._timer.start()

    # -- commands ----------------------------------------------------------------------------

    def edit(self) -> None:
        """Edit the network's class."""
        docks = self._window.docks
        docks.reveal(docks.dock_of(self._view))
        self._view.edit_network()

    def run(self) -> None:
        """Run the text of the editor."""
        self._page.run()

    def revert(self) -> None:
        """Run the tutorial's network again."""
        self._page.revert()

    # ----------------------------------------------------------------------------------------

    def _make_room(self, editing: bool) -> None:
        docks = self._window.docks
        if editing:
            area = docks.size()
            share = QSize(round(area.width() * 0.36), round(area.height() * 0.64))
            # In a low window the column is too short for the editor and the pad.
            pad = docks.dock_of(self._window.panel(DrawPanel))
            low = share.height() < _ROOM.height()
            docks.give_room(docks.dock_of(self._view), _ROOM.boundedTo(share), pad if low else None)
        else:
            docks.take_room_back()

    def _run(self, source: str | None) -> None:
        """Begin a run with a network; the run before is saved, as its code may end the process."""
        if self._origin is not None:
            self._run_file(self._origin, source)
            return
        if source is not None:
            self._autosave.save()
        self._trying = True
        self._hear()
        self._timer.start()
        self._session.send(RunNetwork(source))

    def _run_file(self, origin: RunOrigin, text: str | None) -> None:
        """Run a model's file in another window; a text that differs from it as a copy beside it."""
        path = Path(origin.path)
        try:
            if text is not None:
                path = copy_beside(path, text)
        except UserError as error:
            self._window.messages.tell_notice(notice_of(error))
        else:
            self.model_wanted.emit(str(path))

    def _tried(self, tried: NetworkTried) -> None:
        self._trying = False
        self._hear()
        if tried.refusal is not None:
            self._page.show_mistake(message_text(tried.refusal), tried.line)
            return
        self._page.show_no_mistake()
        self._window.messages.dismiss()
        self.began.emit()

    # -- code that does not come back --------------------------------------------------------

    def _hear(self) -> None:
        self._heard = time.monotonic()
        if self._told:
            self._told = False
            self._window.messages.withdraw(_SUBJECT)
            self._page.show_answered()

    def _look(self) -> None:
        if not self._session.has_worker or not (self._trying or self._source is not None):
            self._timer.stop()
            return
        view_state = self._session.view_state
        training = view_state is not None and view_state.training
        if self._session.idle and not training:
            self._hear()
        elif not self._told and time.monotonic() - self._heard > UNANSWERED_S:
            self._told = True
            self._page.show_unanswered()
            self._actions["actionStartAgain"].setEnabled(True)
            said = self.tr(
                "The network's code has not come back yet: wait, or choose Run > Start torch again."
            )
            self._window.messages.tell(said, "error", _SUBJECT)

    def _stop(self) -> None:
        self._trying = False
        self._hear()
        self.stop_wanted.emit()

    # -- code in files -----------------------------------------------------------------------

    def _found(self, found: CodeFound) -> None:
        """Open the file if its code is what runs already, else ask."""
        if found.code == self._source:
            self._session.send(OpenSessionFile(found.path, found.code))
            return
        path = Path(found.path)
        name = self.tr("The autosaved run") if path.parent == folder() else path.name
        question = CodeQuestion(name, found.code, self._theme.theme, self._window)
        question.accepted.connect(
            lambda: self._session.send(OpenSessionFile(found.path, found.code))
        )
        question.rejected.connect(lambda: self._session.decline(found))
        question.open()
