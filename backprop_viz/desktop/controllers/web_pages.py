"""Exports the iteration that is shown as a web page."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QFileDialog

from backprop_viz import __version__
from backprop_viz.analysis.web_page.page import save_page
from backprop_viz.analysis.web_page.page_texts import PAGE_TEXTS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.style.language import language_in_use
from backprop_viz.desktop.system.background_jobs import Background, failure_notice
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices import Notice


class WebPagesController(QObject):
    """Writes a page in a thread: the numbers of a large model take seconds to pack."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._path = Path()
        self._background = Background(self)
        self._background.finished.connect(self._saved)
        self._background.failed.connect(self._failed)
        self._window.closing.connect(self._background.close)

    def export(self) -> None:
        """Ask for a file for the iteration that is shown."""
        recording = self._recording()
        if recording is None:
            self._window.messages.tell(
                self.tr("Nothing is recorded yet: run an iteration (F11), then export it."), "info"
            )
            return
        dialog = QFileDialog(self._window, self.tr("Export a web page"))
        dialog.setObjectName("exportPageDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Web pages (*.html)"))
        dialog.setDefaultSuffix("html")
        dialog.selectFile(f"{self.tr('iteration')}_{recording.iteration}.html")
        dialog.fileSelected.connect(lambda path: self.save(recording, Path(path)))
        open_(dialog)

    def save(self, recording: Recording, path: Path) -> None:
        """Write a recording as a page to a file; said when it is done."""
        if self._background.busy:
            self._window.messages.tell(self.tr("Another page is still being written."), "info")
            return
        self._path = path
        options = {
            "sample": self._session.sample,
            "texts": {
                name: QCoreApplication.translate("web page", text)
                for name, text in PAGE_TEXTS.items()
            },
            "language": language_in_use(),
            "version": __version__,
        }
        self._background.start(lambda _: save_page(recording, path, **options))

    def _recording(self) -> Recording | None:
        view_state = self._session.view_state
        recording = None if view_state is None else view_state.cursor.recording
        return None if recording is None or recording.preview else recording

    def _saved(self, _: object) -> None:
        said = self.tr("Saved as {0}; any browser opens it.").format(self._path.name)
        self._window.messages.tell(said, "info")

    def _failed(self, error: Exception) -> None:
        notice: Notice = failure_notice(error, self._path.name)
        self._window.messages.tell_notice(notice)
