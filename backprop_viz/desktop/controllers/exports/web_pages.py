"""Exports the iteration that is shown as a web page."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject

from backprop_viz import __version__
from backprop_viz.analysis.web_page.page import save_page
from backprop_viz.analysis.web_page.page_texts import PAGE_TEXTS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save
from backprop_viz.desktop.controllers.exports.file_job import FileJob
from backprop_viz.desktop.style.language import language_in_use
from backprop_viz.recording.iteration import Recording


class WebPagesController(QObject):
    """Writes a page in a thread: the numbers of a large model take seconds to pack."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        busy = self.tr("Another page is still being written.")
        saved = self.tr("Saved as {0}; any browser opens it.")
        self._file = FileJob(context, "web page", busy, saved, self)

    def export(self) -> None:
        """Ask for a file for the iteration that is shown."""
        recording = self._recording()
        if recording is None:
            self._window.messages.tell(
                self.tr("Nothing is recorded yet: run an iteration (F11), then export it."), "info"
            )
            return
        ask_where_to_save(
            "exportPageDialog",
            self.tr("Export a web page"),
            [self.tr("Web pages (*.html)")],
            f"{self.tr('iteration')}_{recording.iteration}.html",
            lambda path: self.save(recording, path),
            self._window,
        )

    def save(self, recording: Recording, path: Path) -> None:
        """Write a recording as a page to a file; a message says when it is done."""
        options = {
            "sample": self._session.shown.sample,
            "texts": {
                name: QCoreApplication.translate("web page", text)
                for name, text in PAGE_TEXTS.items()
            },
            "language": language_in_use(),
            "version": __version__,
        }
        self._file.start(path, lambda: save_page(recording, path, **options))

    def _recording(self) -> Recording | None:
        view_state = self._session.view_state
        recording = None if view_state is None else view_state.cursor.recording
        return None if recording is None or recording.preview else recording
