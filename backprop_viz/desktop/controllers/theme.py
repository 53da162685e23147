"""Colours and layout."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.theme import DARK, LIGHT, style_sheet


class ThemeController(QObject):
    """Colours and layout; ``theme`` is what the command line asks for, if it does.

    ``theme_changed`` carries the Theme that all is painted in from now on.
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

    def reset_layout(self) -> None:
        """Give every panel its first size again."""
        self._window.reset_layout()

    def theme_system(self) -> None:
        """Light or dark, as the system is."""
        self._choose_theme("system")

    def theme_light(self) -> None:
        """Light colours."""
        self._choose_theme("light")

    def theme_dark(self) -> None:
        """Dark colours."""
        self._choose_theme("dark")

    def _choose_theme(self, choice: str) -> None:
        self._store.setValue("theme", choice)
        self.apply_theme(choice)

    def _system_theme_changed(self) -> None:
        if self._theme_choice == "system":
            self.apply_theme("system")

    def apply_theme(self, choice: str) -> None:
        """Paint the window as chosen: "light", "dark", or else as the system is."""
        self._theme_choice = choice if choice in ("light", "dark") else "system"
        self._actions[f"actionTheme{self._theme_choice.title()}"].setChecked(True)
        system_dark = QGuiApplication.styleHints().colorScheme() is not Qt.ColorScheme.Light
        dark = system_dark if self._theme_choice == "system" else self._theme_choice == "dark"
        self.theme = theme = DARK if dark else LIGHT
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        sheet = style_sheet(theme)
        if sheet != application.styleSheet():
            # Qt takes twice as long to change one sheet for another.
            application.setStyleSheet("")
            application.setStyleSheet(sheet)
        self._window.set_theme(theme)
        self.theme_changed.emit(theme)
