"""Keeps the run safe from a crash, and offers it again afterwards."""

import os
from contextlib import suppress
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QTimer
from PySide6.QtWidgets import QMessageBox

from ..core.records import Frame, Notice
from ..messages import Filed
from .context import Context
from .dialogs import open_
from .files import SUFFIX, Files

INTERVAL_MS = 30_000
# Where the autosaves are, in place of the user's own folder.
VARIABLE = "BACKPROP_VIZ_STATE"
_numbers = count(1)


def folder() -> Path:
    """Where the autosaves of all windows are."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path("backprop_viz", appauthor=False)


class Autosave(QObject):
    """Saves what is new every half minute, in a file of this window's own.

    The file goes with a window that is closed; one whose window is gone without is offered.
    """

    def __init__(self, context: Context, files: Files) -> None:
        super().__init__(context.window)
        self._window, self._session, self._files = context.window, context.session, files
        self._lock: QLockFile | None = None
        # Of an autosave that is offered: held until the user has said what becomes of it.
        self._offered: tuple[Path, QLockFile] | None = None
        self._first: tuple[Any, ...] | None = None
        self._written: tuple[Any, ...] | None = None
        self._waiting = self._refused = self._taking_up = self._restarted = False
        self._looked = False
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.save)
        self._timer.start()
        self._session.filed.connect(self._filed)
        self._session.told.connect(self._told)

    @cached_property
    def _path(self) -> Path:
        # Not before the window is painted: what finds the folder out has to be imported first.
        return folder() / f"autosave-{os.getpid()}-{next(_numbers)}{SUFFIX}"

    def show_frame(self, frame: Frame) -> None:
        """The first time, see whether a run was left behind."""
        if self._looked:
            return
        self._looked = True
        self._first = self._files.stand()
        self._offer()

    def save(self) -> None:
        """Save if there is something new, and the last time is done with."""
        state = self._files.state()
        if state is None or self._waiting:
            return
        stand = self._files.stand()
        if stand in (self._first, self._written) or not self._own():
            return
        self._waiting = True
        self._written = stand
        self._session.save(str(self._path), state, auto=True)

    def finish(self) -> None:
        """The window is closed, and its worker gone: nothing is left behind."""
        self._timer.stop()
        if self._offered is not None:
            self._offered[1].unlock()
        if self._lock is not None:
            for left in (self._path, *self._path.parent.glob(f".{self._path.name}.*.part")):
                with suppress(OSError):
                    left.unlink(missing_ok=True)
            self._lock.unlock()

    def _own(self) -> bool:
        """Whether the file is this window's; so long as it lives no other one takes it."""
        if self._lock is None:
            with suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = _lock(self._path)
            if not lock.tryLock(0):
                self._tell_refused()
                return False
            self._lock = lock
        return True

    def _told(self, notice: Notice) -> None:
        """A worker that ended has left the run behind, as a window does."""
        if notice.code == "worker_restarted":
            self._waiting = False
            # Not twice: it may be what the worker ended of.
            if self._path.is_file() and not self._taking_up:
                self._taking_up = self._restarted = True
                self._files.open_kept(str(self._path), self._files.path)

    def _filed(self, filed: Filed) -> None:
        if filed.what == "opened" and filed.path == str(self._path) and filed.refusal is None:
            self._taking_up = False
            if self._restarted:
                self._tell_taken_up()
        if filed.what == "autosaved":
            self._waiting = False
            if filed.refusal is not None:
                self._tell_refused()

    def _tell_taken_up(self) -> None:
        """In place of the message that a fresh network was made."""
        self._restarted = False
        self._window.messages.dismiss()
        said = self.tr(
            "The process that runs torch ended, perhaps for lack of memory. It was restarted, and "
            "the run continues from its last autosave, at most half a minute old."
        )
        self._window.messages.tell(said, "error")

    def _tell_refused(self) -> None:
        """Say it once: it will be so again in half a minute."""
        if not self._refused:
            self._refused = True
            said = self.tr(
                "This run cannot be autosaved, because nothing can be written in {0}: "
                "save it yourself."
            )
            self._window.messages.tell(said.format(self._path.parent), "error")

    # -- after a crash -----------------------------------------------------------------------

    def _offer(self) -> None:
        """Ask about the newest run whose window is gone, if there is one."""
        found = sorted(_left(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in found:
            lock = _lock(path)
            if lock.tryLock(0):
                self._offered = (path, lock)
                self._ask()
                return

    def _ask(self) -> None:
        question = QMessageBox(self._window)
        question.setObjectName("autosaveQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Restore the unsaved run?"))
        question.setInformativeText(
            self.tr(
                "The program ended before that run was saved. Its last autosave is at most half a "
                "minute older."
            )
        )
        role = QMessageBox.ButtonRole
        go_on = question.addButton(self.tr("Restore"), role.AcceptRole)
        discard = question.addButton(self.tr("Discard"), role.DestructiveRole)
        later = question.addButton(self.tr("Ask again later"), role.RejectRole)
        go_on.clicked.connect(self._take_up)
        discard.clicked.connect(self._discard)
        later.clicked.connect(self._leave)
        question.setDefaultButton(go_on)
        question.setEscapeButton(later)
        open_(question)

    def _take_up(self) -> None:
        """Make the file this window's own, and go on with it: it is never without a file."""
        assert self._offered is not None
        if not self._own():
            return
        path, lock = self._offered
        self._offered = None
        with suppress(OSError):
            os.replace(path, self._path)
        lock.unlock()
        self._taking_up = True
        self._files.open_kept(str(self._path), None)

    def _discard(self) -> None:
        assert self._offered is not None
        path, lock = self._offered
        self._offered = None
        with suppress(OSError):
            path.unlink()
        lock.unlock()

    def _leave(self) -> None:
        assert self._offered is not None
        self._offered[1].unlock()
        self._offered = None


def _left() -> list[Path]:
    with suppress(OSError):
        return list(folder().glob(f"autosave-*{SUFFIX}"))
    return []


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(".lock")))
    # Only a process that is gone has left its lock behind, however old it is.
    lock.setStaleLockTime(0)
    return lock
