"""The View menu: where a number comes from, which numbers are shown, the theme and the layout."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

VIEW_MENU = Menu(
    tr_noop("&View"),
    (
        MenuCommand(
            "actionOrigin",
            tr_noop("&Where does it come from?"),
            "Ctrl+E",
            tr_noop("Show the sum behind the number chosen last, or the plots again"),
            "explanations.toggle",
            checkable=True,
        ),
        MenuCommand(
            "actionPreviousSample",
            tr_noop("&Previous sample"),
            "Ctrl+PgUp",
            tr_noop("Show the numbers of the batch's previous sample in every panel"),
            "viewing.previous_sample",
            separated=True,
        ),
        MenuCommand(
            "actionNextSample",
            tr_noop("&Next sample"),
            "Ctrl+PgDown",
            tr_noop("Show the numbers of the batch's next sample in every panel"),
            "viewing.next_sample",
        ),
        MenuCommand(
            "actionSample",
            tr_noop("&Go to sample"),
            "Ctrl+J",
            tr_noop("Type which sample of the batch is shown in every panel"),
            "viewing.ask_for_sample",
        ),
        MenuCommand(
            "actionFullPrecision",
            tr_noop("&Full precision"),
            "Ctrl+Shift+P",
            tr_noop("Write numbers with every digit that tells them from their neighbours"),
            "viewing.show_full_precision",
            checkable=True,
        ),
        MenuCommand(
            "actionThemeSystem",
            tr_noop("&System theme"),
            "",
            tr_noop("Light or dark, as the system is set"),
            "theme.theme_system",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionThemeLight",
            tr_noop("&Light theme"),
            "",
            tr_noop("Use light colours"),
            "theme.theme_light",
            checkable=True,
        ),
        MenuCommand(
            "actionThemeDark",
            tr_noop("&Dark theme"),
            "",
            tr_noop("Use dark colours"),
            "theme.theme_dark",
            checkable=True,
        ),
        MenuCommand(
            "actionResetLayout",
            tr_noop("&Reset layout"),
            "Ctrl+Shift+L",
            tr_noop("Give every panel its default size"),
            "theme.reset_layout",
            separated=True,
        ),
    ),
)
