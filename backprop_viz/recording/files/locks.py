"""Locks that the system releases when their process ends, however it ends."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from backprop_viz.recording.files.private import FILE


class FileLock:
    """A file that this process has to itself; ``release`` removes it.

    Not a process id in the file, as in QLockFile: in a container the next process may well have
    the same one, and would pass for the one that is gone.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """The lock, or None if another process, or another lock of this one, has it.

        Raises OSError where the file cannot be made, or the file system has no locks.
        """
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE)
            try:
                if not _locked(descriptor):
                    os.close(descriptor)
                    return None
                if _is_at(path, descriptor):
                    return cls(path, descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # its holder removed it meanwhile: what is there now is another

    def release(self) -> None:
        """Let another process have it."""
        if sys.platform == "win32":
            os.close(self._descriptor)  # an open file cannot be removed there
            with suppress(OSError):
                self._path.unlink()
        else:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
