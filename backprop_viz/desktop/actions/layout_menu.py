"""The submenus of View: layouts, text size, and panels."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

LAYOUT_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "La&yout"),
    (
        MenuCommand(
            "actionLayoutLearn",
            QT_TRANSLATE_NOOP("actions", "&Learn"),
            "Alt+1",
            QT_TRANSLATE_NOOP("actions", "All panels, with the lesson at the left"),
            "layouts.learn",
            checkable=True,
        ),
        MenuCommand(
            "actionLayoutDebug",
            QT_TRANSLATE_NOOP("actions", "&Debug"),
            "Alt+2",
            QT_TRANSLATE_NOOP("actions", "Program, graph, inspector and findings"),
            "layouts.debug",
            checkable=True,
        ),
        MenuCommand(
            "actionLayoutDraw",
            QT_TRANSLATE_NOOP("actions", "D&raw"),
            "Alt+3",
            QT_TRANSLATE_NOOP("actions", "A large drawing pad beside the network"),
            "layouts.draw",
            checkable=True,
            built_in=True,
        ),
        MenuCommand(
            "actionLayoutPresent",
            QT_TRANSLATE_NOOP("actions", "&Present"),
            "Alt+4",
            QT_TRANSLATE_NOOP("actions", "Few panels, for a projector"),
            "layouts.present",
            checkable=True,
        ),
        MenuCommand(
            "actionSaveLayout",
            QT_TRANSLATE_NOOP("actions", "&Save layout as…"),
            "",
            QT_TRANSLATE_NOOP("actions", "Keep the panels' places under a name"),
            "layouts.save_as",
            separated=True,
        ),
        MenuCommand(
            "actionResetLayout",
            QT_TRANSLATE_NOOP("actions", "R&eset layout"),
            "Ctrl+Shift+L",
            QT_TRANSLATE_NOOP("actions", "Place every panel as the layout has it at first"),
            "layouts.reset",
        ),
    ),
)
TEXT_SIZE_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&Text size"),
    (
        MenuCommand(
            "actionTextLarger",
            QT_TRANSLATE_NOOP("actions", "&Larger text"),
            "Ctrl++",
            QT_TRANSLATE_NOOP("actions", "Make all text larger, up to 200 %"),
            "text_size.larger",
        ),
        MenuCommand(
            "actionTextSmaller",
            QT_TRANSLATE_NOOP("actions", "&Smaller text"),
            "Ctrl+-",
            QT_TRANSLATE_NOOP("actions", "Make all text smaller, down to 80 %"),
            "text_size.smaller",
        ),
        MenuCommand(
            "actionTextNormal",
            QT_TRANSLATE_NOOP("actions", "&Normal text"),
            "Ctrl+0",
            QT_TRANSLATE_NOOP("actions", "Text at 100 %"),
            "text_size.normal",
        ),
    ),
)
PANELS_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "P&anels"),
    (
        MenuCommand(
            "actionMaximizePanel",
            QT_TRANSLATE_NOOP("actions", "Ma&ximise panel"),
            "Ctrl+M",
            QT_TRANSLATE_NOOP("actions", "Maximise the panel in use, or restore it; Esc"),
            "layouts.maximize",
        ),
        MenuCommand(
            "actionNextPanel",
            QT_TRANSLATE_NOOP("actions", "&Next panel"),
            "Ctrl+F6",
            QT_TRANSLATE_NOOP("actions", "Give the keyboard to the next panel"),
            "layouts.next_panel",
        ),
        MenuCommand(
            "actionPreviousPanel",
            QT_TRANSLATE_NOOP("actions", "&Previous panel"),
            "Ctrl+Shift+F6",
            QT_TRANSLATE_NOOP("actions", "Give the keyboard to the previous panel"),
            "layouts.previous_panel",
        ),
    ),
)
