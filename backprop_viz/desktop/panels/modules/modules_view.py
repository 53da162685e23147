"""The modules of the network as a tree, with a search field."""

from PySide6.QtCore import QCoreApplication, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeView, QWidget

from backprop_viz.analysis.cursor.clearing import before_last_clearing
from backprop_viz.analysis.module_tree import last_layer_in
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.breakpoints.break_menu import BreakMenu
from backprop_viz.desktop.panels.modules.tree_model import COUNT, NAME, NORM, ModuleTreeModel
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_measures import (
    gradient_length,
    told_gradients_length,
)
from backprop_viz.recording.run.breakpoint import Breakpoint

# Trees of so few modules are unfolded at first.
_FEW = 40
# The built-in network has its layers and its parameters in other panels already.
_SMALL = 8


class ModulesView(Panel):
    """A tree of modules and parameters; ``picked`` carries the kind and name of what is chosen.

    A click on a norm asks where it comes from: ``number_picked``. ``breakpoint_toggled`` carries
    the Breakpoint to set or remove.
    """

    picked = Signal(str, object)
    number_picked = Signal(object)
    breakpoint_toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("ModulesView", "Modules"), parent)
        self.search = QLineEdit()
        self.search.setObjectName("findModule")
        self.search.setPlaceholderText(self.tr("Find…"))
        self.search.setAccessibleName(self.tr("Find a module"))
        self.search.setToolTip(self.tr("Show only modules with this in their name (Ctrl+Shift+M)"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(110)
        self.search.textChanged.connect(self._find)
        self.header.addWidget(self.search)
        key = QShortcut(QKeySequence("Ctrl+Shift+M"), self)
        key.activated.connect(self._focus_find)
        self.rows = ModuleTreeModel(self)
        self.tree = QTreeView()
        self.tree.setObjectName("moduleTree")
        self.tree.setProperty("role", "plain")
        self.tree.setAccessibleName(self.tr("Modules and parameters"))
        self.tree.setModel(self.rows)
        self.tree.setUniformRowHeights(True)
        self.tree.setMinimumHeight(8)
        self.tree.setIndentation(12)
        self.tree.setFont(body_font(12))
        self.tree.setIconSize(QSize(0, 0))
        self.tree.setExpandsOnDoubleClick(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((COUNT, 62), (NORM, 58)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self.tree.selectionModel().currentChanged.connect(self._chosen)
        self.tree.clicked.connect(self._ask)
        self.body.addWidget(self.tree, 1)
        self._view_state: ViewState | None = None
        self._selection: Selection | None = None
        self._quiet = False  # while the selection of another panel is taken over
        self.hide()  # until there is a network that has need of it
        self.set_theme(DARK)

    # -- what is shown -----------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the modules at the cursor; the built-in network has no need of the panel."""
        self._view_state = view_state
        large = len(view_state.cursor.recording.modules) > _SMALL
        self.setVisible(large or view_state.origin is not None)
        if self.isVisible():
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what came while hidden."""
        super().showEvent(event)
        self._refresh()
        self._show_selected()

    def _refresh(self) -> None:
        if self._view_state is None:
            return
        cursor = self._view_state.cursor
        if self.rows.show_recording(cursor.recording, before_last_clearing(cursor).position):
            self._unfold()
            count = sum(p.value.size for p in cursor.recording.parameters)
            text = self.tr("{name} · {count} parameters")
            text = text.format(name=cursor.recording.model, count=f"{count:,}")
            self.subtitle.setText("" if self.rows.tree is None else text)
        self.tree.viewport().update()

    def _unfold(self) -> None:
        self.tree.expand(self.rows.index(0, 0))
        tree = self.rows.tree
        if self.search.text().strip():
            self.tree.expandToDepth(6)
        elif tree is not None and len(tree.nodes) <= _FEW:
            self.tree.expandToDepth(1)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.rows.theme = theme

    # -- choosing ----------------------------------------------------------------------------

    def select(self, selection: Selection | None) -> None:
        """Show the module or parameter that is selected; while hidden, only remember it."""
        self._selection = selection
        if self.isVisible():
            self._show_selected()

    def _show_selected(self) -> None:
        selection = self._selection
        if selection is None:
            return
        kind, name = selection.kind, selection.key
        if kind not in ("module", "parameter"):
            if len(selection.parameters) == 0:
                return
            kind, name = "parameter", min(selection.parameters)
        index = self.rows.index_of(kind, name)
        if index.isValid() and index != self.tree.currentIndex():
            self._quiet = True
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
            self._quiet = False

    def _chosen(self, current: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            row = self.rows.row(current)
            self.picked.emit(row.kind, row.name)

    def _ask(self, index: QModelIndex) -> None:
        """Ask about the norm that was clicked."""
        if index.column() != NORM or self._view_state is None or self._view_state.training:
            return
        row, cursor = self.rows.row(index), before_last_clearing(self._view_state.cursor)
        names = self.rows.parameters(row)
        if self.rows.norm(row) is None:
            return
        if row.kind == "parameter":
            self.number_picked.emit(gradient_length(cursor, row.name))
        else:
            named = row.name or cursor.recording.model
            self.number_picked.emit(told_gradients_length(cursor, named, names))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the row under the mouse or with the keyboard focus."""
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        viewport = self.tree.viewport()
        place = viewport.mapFromGlobal(event.globalPos())
        index = self.tree.currentIndex() if by_key else self.tree.indexAt(place)
        menu = self.menu_of(index)
        if menu is not None:
            if by_key:
                place = self.tree.visualRect(index).center()
            menu.popup(viewport.mapToGlobal(place))

    def menu_of(self, index: QModelIndex) -> BreakMenu | None:
        """Where training can stop for a row; the menu deletes itself when it closes."""
        if not index.isValid() or self._view_state is None:
            return None
        row = self.rows.row(index)
        offers = self._offers(row.kind, row.name)
        if not offers:
            return None
        menu = BreakMenu(offers, self._view_state.breakpoints, self)
        menu.toggled.connect(self.breakpoint_toggled)
        return menu

    def _offers(self, kind: str, name: str) -> list[tuple[str, Breakpoint]]:
        if kind == "parameter":
            texts = {
                "parameter": self.tr("Break when {name} is &accumulated"),
                "grad_zero": self.tr("Break when {name}.grad is exactly &zero everywhere"),
                "grad_none": self.tr("Break when {name}.grad is still &None after backward"),
            }
            return [(t.format(name=name), Breakpoint(kind, name)) for kind, t in texts.items()]
        assert self._view_state is not None
        recording = self._view_state.cursor.recording
        last = last_layer_in(recording, name)
        if last is None:  # it has computed nothing, or not yet
            return []
        # A ReLU that follows a module by itself belongs to its layer.
        computed = last.titled() if last.name == name else name or recording.model
        text = self.tr("&Break when {name} is computed").format(name=computed)
        return [(text, Breakpoint("layer", last.name))]

    def _find(self, text: str) -> None:
        self.rows.find(text)
        self._unfold()

    def _focus_find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
