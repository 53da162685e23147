"""Copies and saves the run so far as a script, or as a notebook."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QGuiApplication

from backprop_viz.analysis.notebook_texts import NOTEBOOK_TEXTS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import ask_where_to_save
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
        ask_where_to_save(
            "saveScriptDialog",
            self.tr("Save as script"),
            [self.tr("Python scripts (*.py)")],
            f"{self.tr('training')}.py",
            lambda path: self._session.send(SaveScript(str(path))),
            self._window,
        )

    def save_notebook(self) -> None:
        """Let the user choose a file to save the run in as a notebook."""
        ask_where_to_save(
            "saveNotebookDialog",
            self.tr("Save as notebook"),
            [self.tr("Jupyter notebooks (*.ipynb)")],
            f"{self.tr('training')}.ipynb",
            self._save_notebook,
            self._window,
        )

    def _save_notebook(self, path: Path) -> None:
        texts = {
            name: QCoreApplication.translate("notebook", text)
            for name, text in NOTEBOOK_TEXTS.items()
        }
        self._session.send(SaveScript(str(path), texts))

    def _scripted(self, made: Scripted) -> None:
        messages = self._window.messages
        if made.text is None and made.path is None:
            said = self.tr(
                "The samples of {0:,} iterations are too many for the clipboard: choose File > "
                "Export > Script."
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
                "The session file does not record everything done in iteration {0:,}: the script's "
                "losses may differ from there on."
            ),
        }
        return sentences[what].format(iteration)
