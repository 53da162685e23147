"""Chooses the language of the window: View > Language."""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from backprop_viz.desktop.actions.menu_command import translated
from backprop_viz.desktop.actions.view_menu import VIEW_MENU
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.language import (
    SYSTEM,
    can_be_drawn,
    language_for,
    languages,
    own_name,
)

_KEY = "language"


class LanguageController(QObject):
    """Remembers the language that is chosen, for the next launch: the run goes on as it is."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._store = context.window, context.store
        bar = self._window.menuBar()
        view = next(
            menu for menu in bar.findChildren(QMenu) if menu.title() == translated(VIEW_MENU.title)
        )
        menu = view.addMenu(self.tr("Lang&uage"))
        menu.setObjectName("languageMenu")
        group = QActionGroup(self)
        chosen = str(self._store.value(_KEY, SYSTEM))
        for code in (SYSTEM, *languages()):
            text = self.tr("&System") if code == SYSTEM else own_name(code)
            action = QAction(text, self, checkable=True, checked=code == chosen)
            action.setObjectName(f"actionLanguage_{code}")
            action.setToolTip(self.tr("Takes effect when the program is started again"))
            action.triggered.connect(partial(self.choose, code))
            group.addAction(action)
            menu.addAction(action)

    def choose(self, choice: str, _: bool = True) -> None:
        """Remember a language, or that the system's is wanted."""
        self._store.setValue(_KEY, choice)
        code = language_for(choice)
        if can_be_drawn(code):
            text = self.tr("The window speaks {0} when the program is started again.")
        else:
            text = self.tr(
                "No font here has the letters of {0}: install one, such as Noto Sans CJK."
            )
        self._window.messages.tell(text.format(own_name(code)), "info")
