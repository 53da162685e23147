"""How every dialog of the controllers is opened."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog


def open_(dialog: QDialog) -> None:
    """Show a dialog that goes when it is closed; the window waits for it, the program does not."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
