"""Opens windows of their own: on a model, a recording file, or a training that listens."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QInputDialog, QLineEdit

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import file_chooser, open_
from backprop_viz.desktop.controllers.own_loops.same_look import look_options
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.rank_files import by_rank
from backprop_viz.recording.files.recording_file import check_recording_file
from backprop_viz.recording.files.remote_path import any_path
from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.stream.own_processes import program_command
from backprop_viz.stream.script_address import script_address

RECORDING_SUFFIX, MODEL_SUFFIX = ".bprec", ".py"


class OtherWindowsController(QObject):
    """Opens each thing in a process of its own: the run in this window stays as it is."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._window, self._session = context.window, context.session
        context.window.panel(RanksView).other_ranks_wanted.connect(self.open_other_ranks)

    def open_model(self) -> None:
        """Let the user choose a Python file that makes a model."""
        title, files = self.tr("Open a model"), self.tr("Python files (*.py)")
        dialog = file_chooser(self._window, "openModelDialog", title, files)
        dialog.fileSelected.connect(self.show_model)
        open_(dialog)

    def show_model(self, path: str) -> None:
        """Open a window on the training of a file's model."""
        if path.endswith(MODEL_SUFFIX) and Path(path).is_file():
            # Its own files are beside it: the user has named no other folder.
            self._start((path,), folder=str(Path(path).parent))
            opens = self.tr("{0} opens in a window of its own.")
            self._window.messages.tell(opens.format(Path(path).name), "info")
            return
        said = self.tr("{0} is not a Python file: choose one whose name ends in .py.")
        self._window.messages.tell(said.format(Path(path).name), "error")

    def open_recording(self) -> None:
        """Let the user choose a recording file."""
        title, files = self.tr("Open a recording"), self.tr("Recordings (*.bprec)")
        dialog = file_chooser(self._window, "openRecordingDialog", title, files)
        dialog.fileSelected.connect(self.show_recording)
        open_(dialog)

    def show_recording(self, path: str) -> None:
        """Open a window on a recording file; say why, if it cannot be read."""
        try:
            check_recording_file(Path(path))
        except UserError as error:
            self._window.messages.tell_notice(notice_of(error))
        else:
            self._start((path,))

    def open_other_ranks(self) -> None:
        """Let the user choose the files of the ranks that are not open."""
        title, files = self.tr("Open the other ranks’ files"), self.tr("Recordings (*.bprec)")
        dialog = file_chooser(self._window, "openRanksDialog", title, files, many=True)
        dialog.filesSelected.connect(self.show_with_ranks)
        open_(dialog)

    def show_with_ranks(self, others: Sequence[str]) -> None:
        """Open a window on the files of this one and others; say why, if they do not belong so."""
        ranks = self._session.shown.ranks
        paths = (*(() if ranks is None else ranks.paths), *others)
        try:
            by_rank([any_path(path) for path in paths])
        except UserError as error:
            self._window.messages.tell_notice(notice_of(error))
        else:
            self._start(paths)

    def attach(self) -> None:
        """Ask where a training listens."""
        dialog = QInputDialog(self._window)
        dialog.setObjectName("attachDialog")
        dialog.setWindowTitle(self.tr("Attach to a training"))
        dialog.setLabelText(self.tr('The address that bv.watch(..., to="tcp://HOST:PORT") prints:'))
        dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
        dialog.setTextValue("tcp://127.0.0.1:")
        dialog.textValueSelected.connect(self.attach_to)
        open_(dialog)

    def attach_to(self, url: str) -> None:
        """Open a window on a training that listens; say why, if the address is none."""
        try:
            script_address(url)
        except UserError as error:
            self._window.messages.tell_notice(notice_of(error))
        else:
            self._start((url,), "attach")

    def _start(self, what: Sequence[str], *of_program: str, folder: str = "") -> None:
        """Start the program again, looking as this window does, in a folder or in this one's own.

        ``of_program`` is what comes before the options, as "attach".
        """
        command, *rest = program_command(*of_program, *look_options(self._context), *what)
        QProcess.startDetached(command, rest, folder)
