"""The Help menu."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

HELP_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&Help"),
    (
        MenuCommand(
            "actionFirstSteps",
            QT_TRANSLATE_NOOP("actions", "&First steps"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "The first lesson: what the network is, and what its gradients are"
            ),
            "lessons.first_steps",
            built_in=True,
        ),
        MenuCommand(
            "actionLessons",
            QT_TRANSLATE_NOOP("actions", "&Lessons…"),
            "Ctrl+L",
            QT_TRANSLATE_NOOP(
                "actions",
                "All lessons, or back to your own run and its panels as they were",
            ),
            "lessons.toggle_list",
            built_in=True,
        ),
        MenuCommand(
            "actionCheatSheet",
            QT_TRANSLATE_NOOP("actions", "&Keyboard shortcuts"),
            "F1",
            QT_TRANSLATE_NOOP("actions", "All keyboard shortcuts on one page"),
            "help.cheat_sheet",
        ),
        MenuCommand(
            "actionShowLog",
            QT_TRANSLATE_NOOP("actions", "Show lo&g"),
            "Shift+F1",
            QT_TRANSLATE_NOOP("actions", "What has gone wrong in this program so far, and where"),
            "help.show_log",
        ),
        MenuCommand(
            "actionAbout",
            QT_TRANSLATE_NOOP("actions", "&About backprop_viz"),
            "",
            QT_TRANSLATE_NOOP("actions", "Version and licence"),
            "help.about",
            separated=True,
        ),
    ),
)
