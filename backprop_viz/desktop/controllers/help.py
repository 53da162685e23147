"""The Help menu's commands: the keyboard shortcuts, the log, and about this program."""

from PySide6.QtCore import QObject, QSize, Qt

from backprop_viz.desktop.actions.menu_command import translated
from backprop_viz.desktop.actions.menus import MENUS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.action_texts import native_key, without_mnemonic
from backprop_viz.desktop.system.versions import versions
from backprop_viz.desktop.widgets.keyboard_shortcuts import CheatSheet, panel_keys
from backprop_viz.desktop.widgets.text_dialog import TextDialog
from backprop_viz.recording.files import fault_log
from backprop_viz.recording.files.fault_log import FaultLog

# One line of text.
_ABOUT = QSize(560, 190)


class HelpController(QObject):
    """Shows the keyboard shortcuts, the log of faults, and what this program is."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions

    def cheat_sheet(self) -> None:
        """Show all keyboard shortcuts on one page."""
        rows = [
            (
                without_mnemonic(translated(menu.title)),
                [
                    (
                        without_mnemonic(translated(command.text)),
                        native_key(self._actions[command.id]),
                    )
                    for command in menu.all_commands()
                    if command.key
                ],
            )
            for menu in MENUS
        ]
        sheet = CheatSheet([*rows, *panel_keys()], self._window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def show_log(self) -> None:
        """Show the end of the log of faults."""
        text, file = FaultLog().text(), fault_log.path()
        said = self.tr("Faults of this program and where they arose, the newest last: {0}")
        nothing = self.tr("Nothing has gone wrong so far. The log would be {0}")
        dialog = TextDialog(
            self.tr("Log"), (said if text else nothing).format(file), text, self._window
        )
        dialog.setObjectName("logDialog")
        dialog.open()

    def about(self) -> None:
        """Say what this program is, and its versions, which a report of a fault needs."""
        said = self.tr(
            "See what back-propagation does, on a real PyTorch network, while it does it. "
            "MIT licence. Please include these versions in a bug report:"
        )
        dialog = TextDialog(self.tr("About backprop_viz"), said, versions(), self._window)
        dialog.setObjectName("aboutDialog")
        dialog.resize(_ABOUT)
        dialog.open()
