"""The files in which windows keep their runs, each held by its window for as long as it lives."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backprop_viz.desktop.controllers.files import SESSION_SUFFIX
from backprop_viz.recording.files.locks import FileLock
from backprop_viz.recording.files.private import make_private, make_private_folder

# Where the autosaves are, in place of the user's own folder.
VARIABLE = "BACKPROP_VIZ_STATE"
_PREFIX = "autosave-"


def folder() -> Path:
    """Where the autosaves of all windows are."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path("backprop_viz", appauthor=False)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The file of a run, and the lock that holds it; nobody else has both."""

    path: Path
    lock: FileLock

    @classmethod
    def new(cls) -> "KeptRun":
        """A file that is not there yet. Raises OSError if none can be had."""
        where = folder()
        make_private_folder(where)
        while True:
            path = where / f"{_PREFIX}{secrets.token_hex(8)}{SESSION_SUFFIX}"
            lock = FileLock.take(path.with_suffix(".lock"))
            if lock is not None:
                return cls(path, lock)

    def leave(self) -> None:
        """Have it offered the next time."""
        self.lock.release()

    def discard(self) -> None:
        """Have nothing of it left."""
        for left in (self.path, *self.path.parent.glob(f".{self.path.name}.*.part")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        self.lock.release()


def newest_left() -> KeptRun | None:
    """The newest run whose window is gone, if there is one; what else is left is cleared up."""
    with suppress(OSError):  # as where there is no folder yet
        if folder().is_dir():
            make_private_folder(folder())
        _clear_up()
        found = {
            path: path.stat().st_mtime for path in folder().glob(f"{_PREFIX}*{SESSION_SUFFIX}")
        }
        for path in sorted(found, key=lambda p: found[p], reverse=True):
            with suppress(OSError):
                lock = FileLock.take(path.with_suffix(".lock"))
                if lock is None:
                    continue
                if path.exists():  # its window may have discarded it just now
                    make_private(path)
                    return KeptRun(path, lock)
                lock.release()
    return None


def _clear_up() -> None:
    """Remove what windows without a run, or in the middle of writing one, have left behind."""
    for path in folder().glob(f"{_PREFIX}*.lock"):
        if not path.with_suffix(SESSION_SUFFIX).exists():
            _remove_unheld(path)
    for part in folder().glob(f".{_PREFIX}*{SESSION_SUFFIX}.*.part"):
        name = part.name[1:].split(SESSION_SUFFIX)[0]
        _remove_unheld(part.with_name(f"{name}.lock"), part)


def _remove_unheld(lock_file: Path, *others: Path) -> None:
    with suppress(OSError):
        lock = FileLock.take(lock_file)
        if lock is not None:
            for other in others:
                other.unlink(missing_ok=True)
            lock.release()
