"""Chooses the language of the window: View > Language."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from backprop_viz.desktop.actions.menu_command import translated
from backprop_viz.desktop.actions.mnemonics import give_mnemonics
from backprop_viz.desktop.actions.view_menu import VIEW_MENU
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.style.language import (
    SYSTEM,
    can_be_drawn,
    language_for,
    language_in_use,
    languages,
    own_name,
)

_KEY = "language"


class LanguageController(QObject):
    """Remembers the language that is chosen; ``chosen`` carries it: its code, or "system"."""

    chosen = Signal(str)

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
        kept = str(self._store.value(_KEY, SYSTEM))
        # A language that was given at the start counts until another one is chosen.
        in_use = language_in_use()
        shown = kept if language_for(kept) == in_use else in_use
        for code in (SYSTEM, *languages()):
            text = self.tr("&System") if code == SYSTEM else own_name(code)
            action = QAction(text, self, checkable=True, checked=code == shown)
            action.setObjectName(f"actionLanguage_{code}")
            action.setToolTip(self.tr("The run goes on as it is"))
            action.triggered.connect(partial(self.choose, code))
            group.addAction(action)
            menu.addAction(action)
        give_mnemonics(menu.actions())

    def choose(self, choice: str, _: bool = True) -> None:
        """Remember a language, or that the system's is wanted, and switch to it."""
        self._store.setValue(_KEY, choice)
        code = language_for(choice)
        if not can_be_drawn(code):
            text = self.tr(
                "No font here has the letters of {0}: install one, such as Noto Sans CJK."
            )
            self._window.messages.tell(text.format(own_name(code)), "info")
        elif code != language_in_use():
            self.chosen.emit(choice)
