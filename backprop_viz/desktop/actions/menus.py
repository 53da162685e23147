"""All menus of the window, and the actions made of their commands."""

from collections.abc import Iterator

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from backprop_viz.desktop.actions.data_menu import DATA_MENU
from backprop_viz.desktop.actions.drawing_menu import DRAWING_MENU
from backprop_viz.desktop.actions.file_menu import FILE_MENU
from backprop_viz.desktop.actions.help_menu import HELP_MENU
from backprop_viz.desktop.actions.history_menu import HISTORY_MENU
from backprop_viz.desktop.actions.menu_command import MenuCommand, translated
from backprop_viz.desktop.actions.run_menu import RUN_MENU
from backprop_viz.desktop.actions.view_menu import VIEW_MENU
from backprop_viz.desktop.style.action_texts import native_key, without_mnemonic

MENUS = (FILE_MENU, RUN_MENU, HISTORY_MENU, DATA_MENU, DRAWING_MENU, VIEW_MENU, HELP_MENU)
MENU_COMMANDS = tuple(command for menu in MENUS for command in menu.all_commands())


def make_actions(parent: QObject) -> Iterator[tuple[MenuCommand, QAction]]:
    """Each command with its action, whose tooltip names the shortcut."""
    for command in MENU_COMMANDS:
        action = QAction(translated(command.text).format(*command.names), parent)
        action.setIconText(command.button_text or without_mnemonic(action.text()))
        action.setObjectName(command.id)
        action.setShortcut(QKeySequence(command.key))
        action.setCheckable(command.checkable)
        tip = translated(command.tip).format(*command.names)
        key = native_key(action)
        action.setToolTip(f"{tip} ({key})" if key else tip)
        action.setStatusTip(tip)
        yield command, action
