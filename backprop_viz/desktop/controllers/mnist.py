"""Takes MNIST from a folder, or downloads it into the user's cache."""

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backprop_viz.desktop.background_jobs import Background, failure_notice
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.training import TrainingController
from backprop_viz.desktop.message_texts import message_text
from backprop_viz.digits.downloads import MNIST, cache_folder, download, present
from backprop_viz.recording.progress import Progress
from backprop_viz.recording.settings import Settings

_MEGABYTE = 1e6

# What its messages are about.
_SUBJECT = "mnist"


class MnistController(QObject):
    """Takes MNIST from a folder, or downloads it; training goes on meanwhile."""

    def __init__(self, context: Context, running: TrainingController) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._action = context.actions["actionDownloadMnist"]
        self._training_controller = running
        self._work = Background(self)
        self._work.progressed.connect(self._show_progress)
        self._work.finished.connect(self._downloaded)
        self._work.failed.connect(self._failed)
        self._window.download_strip.cancelled.connect(self._cancel)
        self._window.closing.connect(self._work.close)
        running.mnist_wanted.connect(self._ask)

    def choose_folder(self) -> None:
        """Let the user say in which folder MNIST's files are."""
        dialog = QFileDialog(self._window, self.tr("The folder with MNIST's four files"))
        dialog.setObjectName("mnistDialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take)
        open_(dialog)

    def download(self) -> None:
        """Fetch what is not there yet, then train on it."""
        if self._work.busy:
            return
        folder, source = cache_folder(), MNIST
        self._action.setEnabled(False)
        self._work.start(lambda report: download(source, folder, report))

    def _ask(self) -> None:
        """MNIST was chosen, and nobody said yet where it is."""
        if present(MNIST, cache_folder()):
            self.download()
            return
        question = QMessageBox(self._window)
        question.setObjectName("mnistQuestion")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Where are MNIST's four files?"))
        question.setInformativeText(
            self.tr(
                "They can be downloaded once (12 MB) and are kept in {0}. Training continues "
                "meanwhile."
            ).format(cache_folder())
        )
        roles = QMessageBox.ButtonRole
        fetch = question.addButton(self.tr("Download"), roles.AcceptRole)
        fetch.setToolTip(self.tr("Download MNIST into the folder for cached files"))
        fetch.clicked.connect(self.download)
        choose = question.addButton(self.tr("Choose a folder…"), roles.ActionRole)
        choose.setToolTip(self.tr("Use MNIST's files in a folder on this computer"))
        choose.clicked.connect(self.choose_folder)
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(fetch)
        open_(question)

    def _take(self, folder: str) -> None:
        settings = self._settings()
        if settings is not None:
            self._training_controller.want(replace(settings, data="mnist", mnist_root=folder))

    def _settings(self) -> Settings | None:
        view_state = self._session.view_state
        return None if view_state is None else view_state.settings

    def _show_progress(self, progress: Progress) -> None:
        text = self.tr("Downloading {0} ({1} of {2}): {3:.1f} of {4:.1f} MB").format(
            progress.name,
            progress.number,
            progress.count,
            progress.done / _MEGABYTE,
            progress.total / _MEGABYTE,
        )
        share = progress.done / progress.total if progress.total else None
        self._window.download_strip.show_progress(text, share)

    def _downloaded(self) -> None:
        self._stopped()
        self._window.messages.withdraw(_SUBJECT)
        self._take(str(cache_folder()))

    def _failed(self, error: Exception) -> None:
        self._stopped()
        self._window.messages.tell(message_text(failure_notice(error)), "error", _SUBJECT)

    def _cancel(self) -> None:
        self._work.cancel()
        self._stopped()
        said = self.tr("The download was cancelled. Files that were complete are kept.")
        self._window.messages.tell(said, "info")

    def _stopped(self) -> None:
        self._action.setEnabled(True)
        self._window.download_strip.hide()
