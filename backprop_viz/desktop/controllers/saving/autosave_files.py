"""The autosave files; each window locks its own for as long as it lives."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backprop_viz.desktop.controllers.saving.files import SESSION_SUFFIX
from backprop_viz.recording.files.locks import FileLock
from backprop_viz.recording.files.private import make_private, make_private_folder

# Overrides the folder of the autosaves.
VARIABLE = "BACKPROP_VIZ_STATE"
_PREFIX = "autosave-"


def folder() -> Path:
    """The folder of all windows' autosaves."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    from platformdirs import user_state_path

    return user_state_path("backprop_viz", appauthor=False)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """An autosave file together with the lock that this process holds on it."""

    path: Path
    lock: FileLock

    @classmethod
    def new(cls) -> "KeptRun":
        """A new, unused file. Raises OSError if none can be created."""
        where = folder()
        make_private_folder(where)
        while True:
            path = where / f"{_PREFIX}{secrets.token_hex(8)}{SESSION_SUFFIX}"
            lock = FileLock.take(path.with_suffix(".lock"))
            if lock is not None:
                return cls(path, lock)

    def leave(self) -> None:
        """Release the file, so that the next launch offers it."""
        self.lock.release()

    def discard(self) -> None:
        """Delete the file."""
        for left in (self.path, *self.path.parent.glob(f".{self.path.name}.*.part")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        self.lock.release()


def newest_left() -> KeptRun | None:
    """The newest autosave whose window is gone, or None; also removes leftovers."""
    with suppress(OSError):  # there may be no folder yet
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
                if path.exists():  # its window may have deleted it just now
                    make_private(path)
                    return KeptRun(path, lock)
                lock.release()
    return None


def _clear_up() -> None:
    """Remove locks without a file and files that were never finished."""
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
