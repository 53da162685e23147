"""Closes the window after the run is saved."""

import sys

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.controllers.saving.autosave import AutosaveController
from backprop_viz.desktop.controllers.saving.files import FilesController


class ClosingController(QObject):
    """Closes the window once the run is autosaved; asks the user if it cannot be."""

    def __init__(
        self, context: Context, files: FilesController, autosave: AutosaveController
    ) -> None:
        super().__init__(context.window)
        self._window, self._files, self._autosave = context.window, files, autosave
        self._keeping = self._closed = False
        self._regardless = False
        self._window.may_close = self._may_close
        self._window.closing.connect(self._note_closed)

    def end(self) -> None:
        """Close the window without asking anything, as on a signal."""
        self._regardless = True
        self._window.close()

    def _may_close(self) -> bool:
        if self._closed:
            return True
        if self._keeping:  # asked to close again while the run is being saved
            return False
        self._keeping = True
        try:
            self._files.finish_saving()
            refusal = self._autosave.keep()
        finally:
            self._keeping = False
        if refusal and self._regardless:
            print(f"backprop_viz: the run could not be kept. {refusal}", file=sys.stderr)
        elif refusal:
            self._ask(refusal)
            return False
        return True

    def _note_closed(self) -> None:
        self._closed = True

    def _ask(self, refusal: str) -> None:
        question = QMessageBox(self._window)
        question.setObjectName("closeQuestion")
        question.setIcon(QMessageBox.Icon.Warning)
        question.setText(self.tr("Close and lose this run?"))
        question.setInformativeText(
            self.tr("It was not saved, and it cannot be kept for the next launch. {0}").format(
                refusal
            )
        )
        lose = question.addButton(self.tr("Close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = question.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        lose.clicked.connect(self.end)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        open_(question)
