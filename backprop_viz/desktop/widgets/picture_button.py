"""A button that saves a picture of the panel that it is in."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget


class PictureButton(QToolButton):
    """Takes the keyboard, which says which panel is meant, and triggers the window's action."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("savePicture")
        self.setText(self.tr("Save picture…"))
        self.setAccessibleName(self.tr("Save picture"))
        self.setProperty("role", "link")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = self.tr("Save this panel as PNG, SVG or PDF ({0})")
        self.setToolTip(tip.format(keys))
        self._action = action
        self.clicked.connect(self._save)

    def _save(self) -> None:
        self.setFocus()
        self._action.trigger()
