"""Asks which numbers are exported, and in which kind of file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QLabel,
    QWidget,
)

from backprop_viz.desktop.widgets.dialog_form import named_choices, put_form


@dataclass(frozen=True, slots=True, eq=False)
class DataChoice:
    """Numbers that can be exported: what they are, a name for the file, what makes its content.

    ``writers`` are by the end of the file's name, the first one offered first.
    """

    title: str
    name: str
    writers: Mapping[str, Callable[[], bytes]]


class DataDialog(QDialog):
    """``chosen`` carries a DataChoice and the end of the file's name when the user accepts."""

    chosen = Signal(object, str)

    def __init__(self, choices: Sequence[DataChoice], current: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dataDialog")
        self.setWindowTitle(self.tr("Export data"))
        self._choices = choices
        self._what = named_choices("dataWhat", self.tr("Which numbers are exported"))
        for choice in choices:
            self._what.addItem(choice.title)
        self._format = named_choices("dataFormat", self.tr("The kind of file"))
        note = QLabel(
            self.tr("Each number has all its digits: read back, it is the same bit by bit.")
        )
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        form = QFormLayout()
        form.addRow(self.tr("&What"), self._what)
        form.addRow(self.tr("&Format"), self._format)
        form.addRow("", note)
        put_form(self, form, self._accept)
        self._what.currentIndexChanged.connect(self._show_formats)
        self._what.setCurrentIndex(current)
        self._show_formats()

    def _show_formats(self) -> None:
        names = {
            ".csv": self.tr("CSV, for spreadsheets"),
            ".npz": self.tr("NPZ, for numpy.load"),
        }
        before = self._format.currentData()
        self._format.clear()
        for suffix in self._choices[self._what.currentIndex()].writers:
            self._format.addItem(names[suffix], suffix)
        self._format.setCurrentIndex(max(0, self._format.findData(before)))

    def _accept(self) -> None:
        choice, suffix = self._choices[self._what.currentIndex()], self._format.currentData()
        self.accept()
        self.chosen.emit(choice, suffix)
