"""The View menu: the theme and the layout."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

VIEW_MENU = Menu(
    tr_noop("&View"),
    (
        MenuCommand(
            "actionThemeSystem",
            tr_noop("&System theme"),
            "",
            tr_noop("Light or dark, as the system is set"),
            "theme.theme_system",
            checkable=True,
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
