"""How controllers open dialogs."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget


def open_(dialog: QDialog) -> None:
    """Open a window-modal dialog that deletes itself when closed; the caller does not wait."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def file_chooser(
    parent: QWidget, name: str, title: str, files: str, many: bool = False
) -> QFileDialog:
    """A dialog that chooses a file to open, or ``many``.

    ``name`` is its object name, ``files`` its filter.
    """
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(name)
    modes = QFileDialog.FileMode
    dialog.setFileMode(modes.ExistingFiles if many else modes.ExistingFile)
    dialog.setNameFilter(files)
    return dialog


def ask_where_to_save(
    name: str,
    title: str,
    kinds: list[str],
    proposed: str,
    take: Callable[[Path], object],
    parent: QWidget,
) -> None:
    """Ask for a file to write; ``take`` is given it.

    ``name`` is the dialog's object name, ``kinds`` are its filters. A name without a suffix gets
    that of the ``proposed`` one.
    """
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(kinds)
    dialog.setDefaultSuffix(Path(proposed).suffix[1:])
    dialog.selectFile(proposed)
    dialog.fileSelected.connect(lambda path: take(Path(path)))
    open_(dialog)
