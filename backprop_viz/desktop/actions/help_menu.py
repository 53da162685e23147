"""The Help menu."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

HELP_MENU = Menu(
    tr_noop("&Help"),
    (
        MenuCommand(
            "actionCheatSheet",
            tr_noop("&Keyboard shortcuts"),
            "F1",
            tr_noop("All keyboard shortcuts on one page"),
            "help.cheat_sheet",
        ),
        MenuCommand(
            "actionShowLog",
            tr_noop("Show &log"),
            "Shift+F1",
            tr_noop("What has gone wrong in this program so far, and where"),
            "help.show_log",
        ),
        MenuCommand(
            "actionAbout",
            tr_noop("&About backprop_viz"),
            "",
            tr_noop("Version and licence"),
            "help.about",
            separated=True,
        ),
    ),
)
