"""How the monkey user answers dialogs, menus and lists."""

import random
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QMenu,
    QWidget,
)

MOST_MEGABYTES = 256


def answer(dialog: QDialog, draw: random.Random, paths: Sequence[Path]) -> str:
    """Say yes, say no, or press one of its buttons."""
    if isinstance(dialog, QInputDialog):
        # The machine's memory is not what is tested.
        dialog.setIntMaximum(MOST_MEGABYTES)
    if isinstance(dialog, QFileDialog) and draw.random() < 0.7:
        return answer_file(dialog, draw, paths)
    how = draw.choice(("accept", "reject", "button", "button", "close"))
    buttons = [b for b in dialog.findChildren(QAbstractButton) if b.isVisible()]
    if how == "button" and buttons:
        button = draw.choice(buttons)
        button.click()
        return f"{button.text()!r} in {name_of(dialog)}"
    {"accept": dialog.accept, "reject": dialog.reject}.get(how, dialog.close)()
    return f"{how} {name_of(dialog)}"


def confine_file_dialogs(folder: Path) -> None:
    """Have the open file dialogs stay in a folder, and leave all files as they are.

    Qt's own dialog creates, renames and deletes, and the Delete key and Return are enough for that.
    """
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QFileDialog):
            dialog.setOption(QFileDialog.Option.ReadOnly)
            if not Path(dialog.directory().absolutePath()).is_relative_to(folder):
                dialog.setDirectory(str(folder))


def answer_file(dialog: QFileDialog, draw: random.Random, paths: Sequence[Path]) -> str:
    path = draw.choice(paths)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    return f"{path.name} for {name_of(dialog)}"


def answer_popup(popup: QWidget, draw: random.Random) -> str:
    """Choose from an open menu or list, or leave it."""
    if isinstance(popup, QMenu) and draw.random() < 0.6:
        actions = [a for a in popup.actions() if a.isEnabled() and not a.isSeparator()]
        if actions:
            action = draw.choice(actions)
            at = popup.actionGeometry(action).center()
            QTest.mouseClick(popup, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
            return f"{action.text()!r} in a menu"
    key = draw.choice(("Up", "Down", "Return", "Escape", "Escape", "Left", "Right"))
    QTest.keyClick(popup, getattr(Qt.Key, f"Key_{key}"))
    return f"key {key} in {name_of(popup)}"


def name_of(widget: QWidget) -> str:
    """What a person would call it."""
    return widget.objectName() or widget.accessibleName() or type(widget).__name__
