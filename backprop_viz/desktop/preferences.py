"""What is remembered between launches, in a settings file of which Qt is given no foreign bytes."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSettings

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import write_atomically

# What Qt would make a value of any type of, of the size that it says: one of billions ends the
# process. Only texts and whole numbers are kept here, so such a line is not ours.
_FOREIGN = ("@Variant(", "@DateTime(")
_LARGEST = 2**20


def settings_store() -> QSettings:
    """The settings of this user; a file that is damaged loses the lines that are not ours."""
    _mend(Path(_open().fileName()))
    store = _open()
    store.sync()
    return store


def _open() -> QSettings:
    kind = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    return QSettings(*kind, "backprop_viz", "backprop_viz")


def _mend(path: Path) -> None:
    # One that cannot be read or written is left to Qt, which does without.
    with suppress(OSError, UserError):
        if not path.is_file():
            return
        if path.stat().st_size > _LARGEST:
            write_atomically(path, b"")
            return
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = text.splitlines(keepends=True)
        ours = [line for line in lines if not any(foreign in line for foreign in _FOREIGN)]
        if len(ours) < len(lines):
            write_atomically(path, "".join(ours).encode())
