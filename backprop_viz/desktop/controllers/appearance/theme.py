"""Chooses the theme."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.theme import DARK, LIGHT, style_sheet


class ThemeController(QObject):
    """Chooses the theme.

    ``theme`` is the one that the command line asks for, or None. ``theme_changed`` carries the new
    Theme.
    """

    theme_changed = Signal(object)

    def __init__(self, context: Context, theme: str | None) -> None:
        super().__init__(context.window)
        self._window, self._actions, self._store = context.window, context.actions, context.store
        group = QActionGroup(self)
        for name in ("actionThemeSystem", "actionThemeLight", "actionThemeDark"):
            group.addAction(self._actions[name])
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        self.apply_theme(theme or str(self._store.value("theme", "system")))

    def theme_system(self) -> None:
        """Use light or dark colours, as the system is set."""
        self._choose_theme("system")

    def theme_light(self) -> None:
        """Use light colours."""
        self._choose_theme("light")

    def theme_dark(self) -> None:
        """Use dark colours."""
        self._choose_theme("dark")

    def _choose_theme(self, choice: str) -> None:
        self._store.setValue("theme", choice)
        self.apply_theme(choice)

    def _system_theme_changed(self) -> None:
        if self._theme_choice == "system":
            self.apply_theme("system")

    def apply_again(self) -> None:
        """Apply the same theme anew, as for another size of text."""
        self.apply_theme(self._theme_choice)

    @contextmanager
    def for_a_moment(self, choice: str) -> Iterator[None]:
        """The theme "light" or "dark" for what is painted meanwhile; "" leaves it as it is."""
        before = self._theme_choice
        other = choice and choice != ("dark" if self.theme is DARK else "light")
        if other:
            self.apply_theme(choice)
        try:
            yield
        finally:
            if other:
                self.apply_theme(before)

    def apply_theme(self, choice: str) -> None:
        """Use the theme "light" or "dark"; any other name follows the system."""
        self._theme_choice = choice if choice in ("light", "dark") else "system"
        self._actions[f"actionTheme{self._theme_choice.title()}"].setChecked(True)
        system_dark = QGuiApplication.styleHints().colorScheme() is not Qt.ColorScheme.Light
        dark = system_dark if self._theme_choice == "system" else self._theme_choice == "dark"
        self.theme = theme = DARK if dark else LIGHT
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        palette = application.palette()
        for role in (QPalette.ColorRole.Link, QPalette.ColorRole.LinkVisited):
            palette.setColor(role, QColor(theme.accent))  # a style sheet has no say in these
        if palette != application.palette():
            application.setPalette(palette)
        sheet = style_sheet(theme)
        if sheet != application.styleSheet():
            # Replacing one style sheet by another directly takes Qt twice as long.
            application.setStyleSheet("")
            application.setStyleSheet(sheet)
        self._window.set_theme(theme)
        self.theme_changed.emit(theme)
