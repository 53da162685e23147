"""Writes a file in a thread, and reports the outcome."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.system.background_jobs import Background, failure_notice


class FileJob(QObject):
    """One file at a time. The window's closing drops it.

    ``busy`` is said while another one is written, ``saved`` when it is there: {0} is its name.
    Then what was told of a failure before, which has the same ``subject``, is withdrawn.
    """

    def __init__(
        self, context: Context, subject: str, busy: str, saved: str, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._messages = context.window.messages
        self._subject, self._busy, self._saved = subject, busy, saved
        self._name = ""
        self._background = Background(self)
        self._background.finished.connect(self._tell_saved)
        self._background.failed.connect(
            lambda error: self._messages.tell_notice(failure_notice(error, self._subject))
        )
        context.window.closing.connect(self._background.close)

    def start(self, path: Path, write: Callable[[], object]) -> None:
        """Have ``write`` write the file."""
        if self._background.busy:
            self._messages.tell(self._busy, "info")
            return
        self._name = path.name
        self._background.start(lambda _: write())

    def _tell_saved(self, _: object) -> None:
        self._messages.withdraw(self._subject)
        self._messages.tell(self._saved.format(self._name), "info")
