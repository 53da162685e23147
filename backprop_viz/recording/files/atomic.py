"""Files that are written whole or not at all, and errors of files as sentences."""

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.private import FILE
from backprop_viz.recording.files.remote_path import AnyPath
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# A temporary file unchanged for this many seconds was left by a program that was killed.
_LEFT_S = 600.0
WRITE_BYTES = 2**20


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace the file by ``content``, or leave it as it was, whatever happens on the way.

    Only the owner can read a ``private`` file, even where others could read the one that it
    replaces; any other file keeps its readers. Raises UserError if it cannot be written.
    """
    with written_beside(path, private=private) as temporary:
        _write(temporary, content, private)


@contextmanager
def written_beside(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Where to write a file that takes the place of the one at ``path`` once it is whole.

    Whatever happens on the way, that one is as it was. Raises UserError if it cannot be written.
    """
    with errors_as_sentences(path):
        path = path.resolve()  # through a link to the file, not in the link's place
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        _remove_leftovers(path)
        # Not by a process id, which two containers that share the folder may have in common.
        temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
        try:
            yield temporary
            if path.exists() and not private:
                shutil.copymode(path, temporary)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(path.parent)


def stamp_of(path: Path) -> str:
    """What tells a file from another one that takes its place; "" if it cannot be told."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"


def size_of(path: Path) -> int:
    """The size in bytes of a regular file that can be read.

    Raises UserError for anything else.
    """
    with errors_as_sentences(path):
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        # Anything else may never end, or never begin to answer.
        if not stat.S_ISREG(found.st_mode):
            raise UserError(
                QT_TRANSLATE_NOOP("errors", "{0} is not a readable file: choose another one."),
                path.name,
            )
        with path.open("rb"):
            return found.st_size


def _create(path: Path, private: bool) -> IO[bytes]:
    """A new file; a private one is that from the first, not only when it is written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, FILE if private else 0o666), "wb")


def _write(path: Path, content: bytes, private: bool) -> None:
    with _create(path, private) as file:
        # In parts: a write that is too large for the disk fails at the first part that is.
        for start in range(0, len(content), WRITE_BYTES):
            file.write(content[start : start + WRITE_BYTES])
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too; not every system can, and the file is whole anyway."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_leftovers(path: Path) -> None:
    prefix = f".{path.name[:100]}."
    for left in path.parent.iterdir():
        if left.name.startswith(prefix) and left.suffix == ".part":
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_S:
                    left.unlink()


_NO_PERMISSION = QT_TRANSLATE_NOOP(
    "errors", "There is no permission for {0}: choose another folder or file."
)
# {0} is the path, {1} the name, {2} the folder, {3} what the system says.
_SENTENCES = {
    errno.ENOSPC: QT_TRANSLATE_NOOP(
        "errors", "The disk is full: make room, or choose a folder on another disk."
    ),
    errno.EDQUOT: QT_TRANSLATE_NOOP(
        "errors", "Your disk quota is used up: make room, or choose another folder."
    ),
    errno.EFBIG: QT_TRANSLATE_NOOP(
        "errors", "{1} is too large for this disk: choose a folder on another one."
    ),
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.EROFS: QT_TRANSLATE_NOOP("errors", "The folder {2} is read-only: choose another one."),
    errno.ENOENT: QT_TRANSLATE_NOOP("errors", "{0} does not exist: choose another folder or file."),
    errno.ENOTDIR: QT_TRANSLATE_NOOP("errors", "{2} is not a folder: choose another one."),
    errno.EISDIR: QT_TRANSLATE_NOOP("errors", "{0} is a folder: choose a file, or another name."),
    errno.ENAMETOOLONG: QT_TRANSLATE_NOOP(
        "errors", "The name {1} is too long: choose a shorter one."
    ),
}
_NO_FOLDER = QT_TRANSLATE_NOOP(
    "errors", "The folder {2} does not exist: make it, or choose another one."
)
_OTHERWISE = QT_TRANSLATE_NOOP("errors", "{0} cannot be used ({3}): choose another folder or file.")


@contextmanager
def errors_as_sentences(path: AnyPath) -> Iterator[None]:
    """Raise UserError for an OSError of what is done here with the file at ``path``."""
    try:
        yield
    except OSError as error:
        text = _SENTENCES.get(error.errno or 0, _OTHERWISE)
        said = error.strerror or error
        folder = path.parent if isinstance(path, Path) else path
        if error.errno == errno.ENOENT and isinstance(folder, Path) and not folder.is_dir():
            text = _NO_FOLDER
        raise UserError(text, path, path.name, folder, said) from error
