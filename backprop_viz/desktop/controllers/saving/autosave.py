"""Saves the run automatically and offers to restore it at the next launch."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.saving.autosave_files import (
    VARIABLE,
    KeptRun,
    folder,
    newest_left,
)
from backprop_viz.desktop.controllers.saving.files import FilesController
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.restore_offer import RestoreOffer
from backprop_viz.recording.files.about import read_about
from backprop_viz.stream.commands import OpenSessionFile
from backprop_viz.stream.messages import Filed

__all__ = ["INTERVAL_MS", "VARIABLE", "AutosaveController"]

INTERVAL_MS = 30_000
# How long a closing window waits for its autosave.
_CLOSING_S = 5.0


class AutosaveController(QObject):
    """Saves changes every half minute in a file that belongs to this window.

    If the window closes with unsaved work, or is killed, the file stays and is offered at the next
    launch. Nothing is kept of a run that the user has saved, or in which no iteration is finished
    and nothing drawn.

    When a worker has ended, ``taken_up`` says that its run continues in the next worker; it carries
    the path of the user's file, or "" for the autosave. ``not_taken_up`` says that the run could
    not be restored; it carries the path of the file that has it.
    """

    taken_up = Signal(str)
    not_taken_up = Signal(str)

    def __init__(self, context: Context, files: FilesController) -> None:
        super().__init__(context.window)
        self._window, self._session, self._files = context.window, context.session, files
        self._own: KeptRun | None = None
        # The offered run, and this window's own runs before it restored that one.
        self._offered: KeptRun | None = None
        self._offer: RestoreOffer | None = None
        self._before: list[KeptRun] = []
        self._first: tuple[Any, ...] | None = None
        self._written: tuple[Any, ...] | None = None
        # The user's file and its iteration count, while no autosave is newer.
        self._saved: tuple[str, int] | None = None
        # Why the last autosave was refused.
        self._refusal = ""
        self._waiting = self._told_refused = self._restoring = self._taking_up = False
        self._looked = self._kept = False
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.save)
        self._timer.start()
        self._session.filed.connect(self._filed)
        self._session.run_began.connect(self._forget)

    def show_view_state(self, view_state: ViewState) -> None:
        """At the first view state, look for a run that was left behind."""
        if not self._looked and view_state.origin is None:
            self._looked = True
            self._first = self._files.stand()
            self._ask()

    def take_over(self, before: "AutosaveController") -> None:
        """Go on with the file of a window whose place this one takes."""
        before._timer.stop()
        self._own, before._own = before._own, None
        self._offered, before._offered = before._offered, None
        self._before, before._before = before._before, []
        self._first, self._written, self._saved = before._first, before._written, before._saved
        self._waiting, self._looked = before._waiting, before._looked
        if self._offered is not None:
            self._show_offer(self._offered)

    def save(self) -> None:
        """Save if something has changed and no save is under way."""
        state = self._files.state()
        if state is None or self._waiting or not self._session.has_worker:
            return
        if self._session.run_is_aside or not self._looked:
            return  # saved when it was put aside, and unchanged since
        if not self._worth_keeping:
            return
        stand = self._files.stand()
        if stand in (self._first, self._written) or not self._has_file():
            return
        assert self._own is not None
        self._waiting = True
        self._written = stand
        self._session.save(str(self._own.path), state, self._files.about(), auto=True)

    def keep(self) -> str:
        """Save the run of a window that is about to close; returns why not, or ""."""
        self._kept = False
        if not self._worth_keeping:
            return ""
        self._refusal = ""
        self._until_written()  # an earlier save may be under way
        self.save()
        self._until_written()
        if not self._worth_keeping:
            return ""
        self._kept = self._own is not None and self._own.path.is_file()
        if self._kept and not self._refusal:
            return ""  # at worst half a minute old
        return self._refusal or self.tr("The process that runs torch does not answer.")

    def finish(self) -> None:
        """Clean up after the window is closed and its worker has ended; leave only what is kept."""
        self._timer.stop()
        self._let_go()
        if self._offered is not None:
            self._offered.leave()
        if self._own is not None:
            if self._kept:
                self._own.leave()
            else:
                self._own.discard()
        self._offered = self._own = None

    def take_up(self) -> bool:
        """Let a new worker continue the run of the one that ended.

        Returns whether there is a run to continue; ``taken_up`` or ``not_taken_up`` follows.
        """
        self._waiting = False
        self._written = None
        has_own = self._own is not None and self._own.path.is_file()
        if (
            self._taking_up
        ):  # no second attempt by itself: restoring it may be what ended the worker
            if has_own and self._own is not None:
                self._before.append(self._own)
                self.not_taken_up.emit(str(self._own.path))
                self._own = None
            return has_own
        view_state = self._session.view_state
        if has_own and self._own is not None:
            self._files.open_kept(str(self._own.path), self._files.path)
        elif (
            self._saved is not None
            and view_state is not None
            and view_state.iteration >= self._saved[1]
        ):
            self._session.send(OpenSessionFile(self._saved[0]))
        else:
            return False
        self._taking_up = True
        return True

    def try_again(self) -> None:
        """Try once more to restore a run that may have ended the worker."""
        self._taking_up = False
        if self._own is None and self._before:
            self._own = self._before.pop()

    @property
    def _worth_keeping(self) -> bool:
        """Whether closing now would lose anything."""
        view_state = self._session.view_state
        if view_state is None or not self._files.modified:
            return False
        return view_state.iteration > 0 or bool(self._window.panel(DrawPanel).strokes())

    def _until_written(self) -> None:
        self._session.wait_until(lambda: not self._waiting, _CLOSING_S)

    def _has_file(self) -> bool:
        """Whether this window has an autosave file; no other window uses it meanwhile."""
        if self._own is None:
            try:
                self._own = KeptRun.new()
            except OSError as error:
                self._refused(f"{folder()}: {error.strerror or error}")
                return False
        return True

    def _filed(self, filed: Filed) -> None:
        if filed.what == "opened":
            self._opened(filed)
        elif filed.what == "saved" and filed.state is not None:
            self._saved = (filed.path, filed.state[0])
            if not self._waiting:
                self._drop()
        elif filed.what == "autosaved":
            self._waiting = False
            self._let_go()
            if filed.refusal is None:
                self._autosaved()
            else:
                self._written = None
                if not filed.lost:
                    self._refused(message_text(filed.refusal))

    def _autosaved(self) -> None:
        if self._files.modified:
            self._saved = None
        else:  # the user has saved the run meanwhile
            self._drop()

    def _drop(self) -> None:
        """Delete the autosave of a run that the user has saved or replaced."""
        if self._own is not None and not self._taking_up:
            self._own.discard()
            self._own = self._written = None

    def _forget(self) -> None:
        """Another run began: no worker is to continue the one before in its place."""
        if self._session.run_is_aside:
            return
        if not self._taking_up:
            self._saved = None
            self._drop()

    def _let_go(self) -> None:
        """Leave this window's earlier runs to be offered at the next launch."""
        for before in self._before:
            before.leave()
        self._before.clear()

    def _refused(self, refusal: str) -> None:
        """Say once why autosaving fails: it would fail again in half a minute."""
        self._refusal = refusal
        if not self._told_refused:
            self._told_refused = True
            said = self.tr("This run cannot be autosaved, so save it yourself. {0}")
            self._window.messages.tell(said.format(refusal), "error")

    # -- the next launch ---------------------------------------------------------------------

    def _ask(self) -> None:
        """Offer the newest run whose window is gone."""
        self._offered = newest_left()
        if self._offered is not None:
            self._show_offer(self._offered)

    def _show_offer(self, offered: KeptRun) -> None:
        path = offered.path
        self._offer = offer = RestoreOffer(read_about(path), path.stat().st_mtime, self._window)
        offer.restore.connect(self._restore)
        offer.discard.connect(self._discard)
        offer.later.connect(self._leave)
        offer.open_in_window()

    def _restore(self) -> None:
        """Continue the offered run in its own file; this window's run is left for later."""
        assert self._offered is not None
        worth_keeping = self._worth_keeping
        if worth_keeping:
            self.save()
        if self._own is not None and worth_keeping:
            self._before.append(self._own)
        elif self._own is not None:
            self._own.discard()
        if not self._waiting:
            self._let_go()
        self._own, self._offered = self._offered, None
        self._restoring = True
        name = read_about(self._own.path).get("file")
        self._files.open_kept(str(self._own.path), None if not name else Path(name))

    def _opened(self, filed: Filed) -> None:
        """Note whether the restored run could be opened, or that another one replaces it."""
        own = self._own is not None and filed.path == str(self._own.path)
        saved = self._saved is not None and filed.path == self._saved[0]
        again = self._taking_up and (own or saved)
        restoring = self._restoring and own
        self._restoring = self._restoring and not own
        if filed.refusal is None:
            self._taking_up = self._taking_up and not (own or again)
            if not again:
                self._saved = None
            if again:
                self.taken_up.emit("" if own else filed.path)
            elif not own:
                self._drop()
        elif restoring or (again and not filed.lost):
            # It may succeed later, for example if its data is on a disk that is not mounted now.
            if own and self._own is not None:
                self._own.leave()
                self._own = None
            if again:
                self._taking_up = False
                self.not_taken_up.emit(filed.path)

    def _discard(self) -> None:
        assert self._offered is not None
        self._offered.discard()
        self._offered = None
        self._ask()

    def _leave(self) -> None:
        assert self._offered is not None
        self._offered.leave()
        self._offered = None
