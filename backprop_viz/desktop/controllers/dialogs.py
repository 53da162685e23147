"""How controllers open dialogs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog


def open_(dialog: QDialog) -> None:
    """Open a window-modal dialog that deletes itself when closed; the caller does not wait."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
