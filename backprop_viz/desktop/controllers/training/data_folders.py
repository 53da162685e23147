"""Takes data sets from folders, or downloads them into the user's cache."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from backprop_viz.desktop.actions.data_menu import DOWNLOADABLE, download_action
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.training.training import TrainingController
from backprop_viz.desktop.system.background_jobs import Background, failure_notice
from backprop_viz.desktop.texts.table_texts import data_text
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.digits.downloads import cache_folder, download, present
from backprop_viz.recording.requests.progress import Progress

MEGABYTE = 1e6

# What its messages are about.
_SUBJECT = "download"


@dataclass(frozen=True, slots=True)
class _Commands:
    """What the menu offers for one data set."""

    choose_folder: Callable[[], None]
    download: Callable[[], None]


class DataFoldersController(QObject):
    """Takes data sets from folders, or downloads them; training continues meanwhile.

    ``of`` holds the menu's commands by the names of the data sets that can be downloaded.
    """

    def __init__(self, context: Context, training: TrainingController) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._training_controller = training
        self.of = SimpleNamespace(**{d.name: self._commands(d.name) for d in DOWNLOADABLE})
        self._actions = [context.actions[download_action(d)] for d in DOWNLOADABLE]
        self._wanted = ""
        self._work = Background(self)
        self._work.progressed.connect(self._show_progress)
        self._work.finished.connect(self._downloaded)
        self._work.failed.connect(self._failed)
        self._window.download_strip.cancelled.connect(self._cancel)
        self._window.closing.connect(self._work.close)
        training.root_wanted.connect(self._ask)

    def _commands(self, name: str) -> _Commands:
        return _Commands(lambda: self._choose_folder(name), lambda: self._download(name))

    def _choose_folder(self, name: str) -> None:
        """Let the user say in which folder the files are."""
        entry = DATA_SETS[name]
        assert entry.root is not None
        dialog = QFileDialog(self._window, data_text(entry.root.chooser))
        dialog.setObjectName(f"{name}Dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self._take(name, folder))
        open_(dialog)

    def _download(self, name: str) -> None:
        """Fetch what is not there yet, then train on it."""
        source, folder = DATA_SETS[name].download, cache_folder(name)
        if self._work.busy or source is None:
            return
        self._wanted = name
        self._enable(False)
        self._work.start(lambda report: download(source, folder, report))

    def _ask(self, name: str) -> None:
        """Ask for the folder of a data set that was chosen."""
        entry = DATA_SETS[name]
        if entry.download is None:
            return
        folder = cache_folder(name)
        if present(entry.download, folder):
            self._download(name)
            return
        title = data_text(entry.title)
        question = QMessageBox(self._window)
        question.setObjectName(f"{name}Question")
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(self.tr("Where are the files of {0}?").format(title))
        question.setInformativeText(
            self.tr(
                "They can be downloaded once ({0} MB) and are kept in {1}. Training continues "
                "meanwhile."
            ).format(entry.download.megabytes, folder)
        )
        roles = QMessageBox.ButtonRole
        fetch = question.addButton(self.tr("Download"), roles.AcceptRole)
        fetch.setToolTip(self.tr("Download {0} into the folder for cached files").format(title))
        fetch.clicked.connect(lambda: self._download(name))
        choose = question.addButton(self.tr("Choose a folder…"), roles.ActionRole)
        choose.setToolTip(self.tr("Use the files of {0} in a folder here").format(title))
        choose.clicked.connect(lambda: self._choose_folder(name))
        question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(fetch)
        open_(question)

    def _take(self, name: str, folder: str) -> None:
        view_state = self._session.view_state
        if view_state is not None:
            self._training_controller.want(view_state.settings.with_root(name, folder))

    def _show_progress(self, progress: Progress) -> None:
        text = self.tr("Downloading {0} ({1} of {2}): {3:.1f} of {4:.1f} MB").format(
            progress.name,
            progress.number,
            progress.count,
            progress.done / MEGABYTE,
            progress.total / MEGABYTE,
        )
        share = progress.done / progress.total if progress.total else None
        self._window.download_strip.show_progress(text, share)

    def _downloaded(self) -> None:
        self._stopped()
        self._window.messages.withdraw(_SUBJECT)
        self._take(self._wanted, str(cache_folder(self._wanted)))

    def _failed(self, error: Exception) -> None:
        self._stopped()
        self._window.messages.tell_notice(failure_notice(error, _SUBJECT))

    def _cancel(self) -> None:
        self._work.cancel()
        self._stopped()
        said = self.tr("The download was cancelled. Files that were complete are kept.")
        self._window.messages.tell(said, "info")

    def _stopped(self) -> None:
        self._enable(True)
        self._window.download_strip.hide()

    def _enable(self, enabled: bool) -> None:
        for action in self._actions:
            action.setEnabled(enabled)
