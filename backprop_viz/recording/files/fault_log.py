"""The log of faults: the tracebacks of all processes, in a file that is its owner's alone.

The window's process writes it, and that of a script which is recorded; what goes wrong in the
worker's comes over the connection as text.
"""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from backprop_viz.recording.files.private import FILE, make_private_folder

# Of the log, and of each of the older ones that are kept beside it.
LOG_BYTES = 512 * 1024
OLDER = 2


def path() -> Path:
    """Where the log is."""
    if given := os.environ.get("BACKPROP_VIZ_STATE"):  # as the autosaves, for tests
        return Path(given) / "backprop_viz.log"
    from platformdirs import user_log_path

    return user_log_path("backprop_viz", appauthor=False) / "backprop_viz.log"


class FaultLog:
    """Appends to the log. A fault that cannot be logged is not worth another one."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def note(self, said: str, details: str) -> None:
        """Log what was said of a fault, and its traceback."""
        file = self._file or path()
        try:
            make_private_folder(file.parent)
            handler = _PrivateFile(file, maxBytes=LOG_BYTES, backupCount=OLDER, encoding="utf-8")
        except OSError:
            return
        # Closed again at once: other windows write to the same file, and may rename it.
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        text = "\n".join(part for part in (said, details.rstrip()) if part)
        handler.handle(logging.LogRecord("backprop_viz", logging.ERROR, "", 0, text, None, None))
        handler.close()

    def text(self, most: int = 200_000) -> str:
        """The end of the log, at most this many characters; "" where there is none."""
        try:
            return (self._file or path()).read_text(encoding="utf-8", errors="replace")[-most:]
        except OSError:
            return ""


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> Any:
        opened = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE)
        return os.fdopen(opened, self.mode, encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A disk that is full is no reason to print a second traceback."""
