"""Chooses the layout, keeps the user's own, and shows, maximises and walks the panels."""

import json
from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QApplication,
    QInputDialog,
    QMenu,
    QToolButton,
    QWidget,
)

from backprop_viz.desktop.actions.mnemonics import give_mnemonics
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.dialogs import open_
from backprop_viz.desktop.panels.registry import LAYOUT_NAMES
from backprop_viz.desktop.style.action_texts import action_label
from backprop_viz.desktop.widgets.corner_row import CornerRow
from backprop_viz.desktop.widgets.presenting import Presenting
from backprop_viz.desktop.window.dock_layout import places_from
from backprop_viz.desktop.window.panel_dock import PanelDock

_OWN = "window/own_layouts"
_MOST_OWN, _LONGEST_NAME = 20, 40


class LayoutsController(QObject):
    """The layouts at the menu bar's right and in the View menu, and its list of panels.

    ``presented`` tells whether the layout is that for a projector.
    """

    presented = Signal(bool)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._store, self._context = context.window, context.store, context
        self._presenting = Presenting(self._window)
        self._actions = {name: context.actions[_action(name)] for name in LAYOUT_NAMES}
        group = QActionGroup(self)
        for action in self._actions.values():
            group.addAction(action)
        self._own = _own_layouts(self._store.value(_OWN))
        self._own_actions: list[QAction] = []
        self._list_own()
        self._list_panels(_menu_with(context, "actionNextPanel"))
        self._add_buttons()

    def _add_buttons(self) -> None:
        corner = CornerRow(self._window.menuBar())
        for action in self._actions.values():
            button = QToolButton()
            button.setDefaultAction(action)
            button.setProperty("role", "switch")
            button.setAccessibleName(self.tr("Layout {0}").format(action_label(action)))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            # A button does not follow its action in this.
            action.visibleChanged.connect(
                lambda button=button, action=action: button.setVisible(action.isVisible())
            )
            corner.row.addWidget(button)

    def _list_panels(self, menu: QMenu) -> None:
        menu.addSeparator()
        for dock in self._window.docks.docks.values():
            toggle = dock.toggleViewAction()
            toggle.triggered.connect(lambda shown, dock=dock: self._toggled(dock, shown))
            dock.availability_changed.connect(
                lambda dock=dock: dock.toggleViewAction().setVisible(dock.available)
            )
            toggle.setVisible(dock.available)
            toggle.setToolTip(self.tr("Show or close this panel"))
            menu.addAction(toggle)
        give_mnemonics(menu.actions())

    def _toggled(self, dock: PanelDock, shown: bool) -> None:
        docks = self._window.docks
        dock.wanted = shown
        if docks.maximized_dock is dock or (shown and self._window.is_large(dock)):
            docks.restore_maximized()
            dock.setVisible(shown)
        if shown:
            docks.reveal(dock)
            if self._window.is_large(dock):
                docks.toggle_maximized(dock)

    # -- layouts -----------------------------------------------------------------------------

    def show_chosen(self) -> None:
        """Mark the layout that the window has."""
        self._actions[self._window.layout_name].setChecked(True)
        self._presenting.switch(self._window.layout_name == "present")
        self.presented.emit(self._window.layout_name == "present")

    def learn(self) -> None:
        """Show all panels."""
        self._show("learn")

    def debug(self) -> None:
        """Show what helps to find a fault."""
        self._show("debug")

    def draw(self) -> None:
        """Show a large drawing pad."""
        self._show("draw")

    def present(self) -> None:
        """Show few panels."""
        self._show("present")

    def reset(self) -> None:
        """Place every panel as the layout has it at first."""
        self._window.reset_layout()

    def _show(self, name: str) -> None:
        self._window.show_layout(name)
        self.show_chosen()

    def save_as(self) -> None:
        """Ask for a name, and keep the panels' places under it."""
        dialog = QInputDialog(self._window)
        dialog.setObjectName("layoutName")
        dialog.setWindowTitle(self.tr("Save layout as"))
        dialog.setLabelText(self.tr("Name of the layout:"))
        dialog.textValueSelected.connect(self._save)
        open_(dialog)

    def _save(self, text: str) -> None:
        name = text.strip()[:_LONGEST_NAME]
        if not name:
            return
        if len(self._own) >= _MOST_OWN and name not in self._own:
            text = self.tr("There are {0} layouts of yours already: give one of them another name.")
            self._window.messages.tell(text.format(_MOST_OWN), "error")
            return
        self._own[name] = self._window.layout_state()
        self._store.setValue(_OWN, json.dumps(self._own))
        self._list_own()

    def _list_own(self) -> None:
        # Looked up: Python's part of a menu that Qt owns may be gone while the menu is there.
        menu = _menu_with(self._context, "actionSaveLayout")
        for action in self._own_actions:
            menu.removeAction(action)
            action.deleteLater()
        self._own_actions = []
        for name in self._own:
            action = QAction(name.replace("&", "&&"), self)
            action.setToolTip(self.tr("Place the panels as in your layout"))
            action.triggered.connect(lambda _=False, name=name: self._show_own(name))
            menu.addAction(action)
            self._own_actions.append(action)
        give_mnemonics(menu.actions())

    def _show_own(self, name: str) -> None:
        self._window.apply_layout(self._own[name])

    # -- panels ------------------------------------------------------------------------------

    def maximize(self) -> None:
        """Maximise the panel that has the keyboard, or restore it."""
        docks = self._window.docks
        if docks.maximized_dock is not None:
            docks.restore_maximized()
            return
        dock = self._in_use()
        if dock is None:
            text = self.tr("Choose a panel first: click it, or press Ctrl+F6.")
            self._window.messages.tell(text, "info")
        else:
            docks.toggle_maximized(dock)

    def next_panel(self) -> None:
        """Give the keyboard to the next panel."""
        self._walk(1)

    def previous_panel(self) -> None:
        """Give the keyboard to the previous panel."""
        self._walk(-1)

    def _in_use(self) -> PanelDock | None:
        widget = QApplication.focusWidget()
        docks = self._window.docks.docks.values()
        return next((d for d in docks if widget is not None and d.isAncestorOf(widget)), None)

    def _walk(self, step: int) -> None:
        shown = [d for d in self._window.docks.docks.values() if not d.isHidden()]
        if not shown:
            return
        now = self._in_use()
        at = shown.index(now) + step if now in shown else (0 if step > 0 else -1)
        dock = shown[at % len(shown)]
        dock.raise_()
        dock.activateWindow()
        first = next((w for w in _in_order(dock) if _takes_keys(w)), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)


def _action(layout: str) -> str:
    return f"actionLayout{layout.title()}"


def _menu_with(context: Context, name: str) -> QMenu:
    action = context.actions[name]
    menus = context.window.findChildren(QMenu)
    return next(menu for menu in menus if action in menu.actions())


def _own_layouts(stored: object) -> dict[str, dict[str, list[int]]]:
    """The user's own layouts; what is damaged is left out."""
    try:
        found = json.loads(stored) if isinstance(stored, str) else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, Mapping):
        return {}
    layouts = {str(name)[:_LONGEST_NAME]: places_from(state) for name, state in found.items()}
    return {
        name: {dock: place.numbers() for dock, place in places.items()}
        for name, places in [*layouts.items()][:_MOST_OWN]
        if places
    }


def _in_order(dock: PanelDock) -> list[QWidget]:
    """The dock's content in the order in which Tab goes through it."""
    found = [dock.panel]
    widget = dock.panel.nextInFocusChain()
    while widget is not None and widget is not dock.panel:
        if dock.panel.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    # The menu of the panel's place comes last: it is not what the panel is about.
    return sorted(found, key=lambda each: each.objectName() == "panelMenu")


def _takes_keys(widget: QWidget) -> bool:
    keys = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return keys and widget.isVisible() and widget.isEnabled()
