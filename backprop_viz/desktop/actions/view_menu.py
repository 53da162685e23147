"""The View menu: where a number comes from, which numbers are shown, the theme and the layout."""

from backprop_viz.desktop.actions.layout_menu import LAYOUT_MENU, PANELS_MENU, TEXT_SIZE_MENU
from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

VIEW_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&View"),
    (
        MenuCommand(
            "actionOrigin",
            QT_TRANSLATE_NOOP("actions", "&Where does it come from?"),
            "Ctrl+E",
            QT_TRANSLATE_NOOP(
                "actions", "Show the sum behind the number chosen last, or the plots again"
            ),
            "explanations.toggle",
            checkable=True,
        ),
        MenuCommand(
            "actionPreviousSample",
            QT_TRANSLATE_NOOP("actions", "&Previous sample"),
            "Ctrl+PgUp",
            QT_TRANSLATE_NOOP(
                "actions", "Show the numbers of the batch's previous sample in every panel"
            ),
            "viewing.previous_sample",
            separated=True,
        ),
        MenuCommand(
            "actionNextSample",
            QT_TRANSLATE_NOOP("actions", "&Next sample"),
            "Ctrl+PgDown",
            QT_TRANSLATE_NOOP(
                "actions", "Show the numbers of the batch's next sample in every panel"
            ),
            "viewing.next_sample",
        ),
        MenuCommand(
            "actionSample",
            QT_TRANSLATE_NOOP("actions", "&Go to sample"),
            "Ctrl+J",
            QT_TRANSLATE_NOOP("actions", "Type which sample of the batch is shown in every panel"),
            "viewing.ask_for_sample",
        ),
        MenuCommand(
            "actionPreviousRank",
            QT_TRANSLATE_NOOP("actions", "Pre&vious rank"),
            "Ctrl+Shift+PgUp",
            QT_TRANSLATE_NOOP("actions", "Show the rank before in every panel"),
            "viewing.previous_rank",
        ),
        MenuCommand(
            "actionNextRank",
            QT_TRANSLATE_NOOP("actions", "Ne&xt rank"),
            "Ctrl+Shift+PgDown",
            QT_TRANSLATE_NOOP("actions", "Show the next rank in every panel"),
            "viewing.next_rank",
        ),
        MenuCommand(
            "actionFullPrecision",
            QT_TRANSLATE_NOOP("actions", "&Full precision"),
            "Ctrl+Shift+P",
            QT_TRANSLATE_NOOP(
                "actions", "Write numbers with every digit that tells them from their neighbours"
            ),
            "viewing.show_full_precision",
            checkable=True,
        ),
        MenuCommand(
            "actionThemeSystem",
            QT_TRANSLATE_NOOP("actions", "&System theme"),
            "",
            QT_TRANSLATE_NOOP("actions", "Light or dark, as the system is set"),
            "theme.theme_system",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionThemeLight",
            QT_TRANSLATE_NOOP("actions", "&Light theme"),
            "",
            QT_TRANSLATE_NOOP("actions", "Use light colours"),
            "theme.theme_light",
            checkable=True,
        ),
        MenuCommand(
            "actionThemeDark",
            QT_TRANSLATE_NOOP("actions", "&Dark theme"),
            "",
            QT_TRANSLATE_NOOP("actions", "Use dark colours"),
            "theme.theme_dark",
            checkable=True,
        ),
    ),
    submenus=(LAYOUT_MENU, PANELS_MENU, TEXT_SIZE_MENU),
)
