"""Copies and saves the run so far as a script."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.stream.commands import CopyScript, SaveScript
from backprop_viz.stream.messages import Scripted


class ScriptsController(QObject):
    """Copies and saves the run so far as a script that needs torch alone."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._window.panel(ProgramView).copy_wanted.connect(self.copy)
        self._session.scripted.connect(self._scripted)

    def copy(self) -> None:
        """Copy the run so far to the clipboard, as a script."""
        self._session.send(CopyScript())

    def save(self) -> None:
        """Let the user choose a file to save the script in."""
        dialog = QFileDialog(self._window, self.tr("Save as script"))
        dialog.setObjectName("saveScriptDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Python scripts (*.py)"))
        dialog.setDefaultSuffix("py")
        dialog.selectFile(self.tr("training") + ".py")
        dialog.fileSelected.connect(lambda path: self._session.send(SaveScript(path)))
        open_(dialog)

    def _scripted(self, made: Scripted) -> None:
        messages = self._window.messages
        if made.text is None and made.path is None:
            said = self.tr(
                "The samples of {0:,} iterations are too many for the clipboard: choose Run > Save "
                "as script."
            )
            messages.tell(said.format(made.iterations), "info")
            return
        if made.text is not None:
            QGuiApplication.clipboard().setText(made.text)
            self._window.panel(ProgramView).show_copied()
        if made.foreign is not None:
            messages.tell(self._what_it_leaves_out(*made.foreign), "info")
        elif self._session.iteration == 0:
            said = self.tr("Nothing has run yet: the script runs {0:,} iterations.")
            messages.tell(said.format(made.iterations), "info")
        elif made.path is not None and made.data is not None:
            said = self.tr("Saved as {0}; it reads its samples from {1}: keep the two together.")
            names = Path(made.path).name, Path(made.data).name
            messages.tell(said.format(*names), "info")
        elif made.path is not None:
            messages.tell(self.tr("Saved as {0}.").format(Path(made.path).name), "info")

    def _what_it_leaves_out(self, iteration: int, what: str) -> str:
        sentences = {
            "intervention": self.tr(
                "The script does not repeat the gradient altered in iteration {0:,}: its losses "
                "differ after that."
            ),
            "weights": self.tr(
                "The script does not load the weights that the run took from a file before "
                "iteration {0:,}: its losses differ from there on."
            ),
            "unknown": self.tr(
                "The session file does not tell all that was done in iteration {0:,}: the script's "
                "losses may differ from there on."
            ),
        }
        return sentences[what].format(iteration)
