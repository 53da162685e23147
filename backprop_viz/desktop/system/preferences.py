"""What is remembered between launches, in a settings file that is checked before Qt reads it."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSettings

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import write_atomically

# Qt would build a value of any type and size from such a line; one of billions of items ends the
# process. This program stores only texts and whole numbers, so such a line is not ours.
_FOREIGN = ("@Variant(", "@DateTime(")
_LARGEST = 2**20


def settings_store() -> QSettings:
    """The settings of this user, without the lines of a damaged file that are not ours."""
    _mend(Path(_open().fileName()))
    store = _open()
    store.sync()
    return store


def _open() -> QSettings:
    kind = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    return QSettings(*kind, "backprop_viz", "backprop_viz")


def _mend(path: Path) -> None:
    # Qt goes on without a file that cannot be read or written.
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
