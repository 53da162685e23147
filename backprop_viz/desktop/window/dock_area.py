"""The part of the window in which panels are docked, and the layouts that they can have."""

import itertools
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QStyle, QTabBar, QTabWidget, QWidget

from backprop_viz.desktop.style.window_geometry import on_a_screen
from backprop_viz.desktop.window.dock_layout import (
    DockNode,
    DockPlace,
    DockSplit,
    DockTabs,
    dock_ids,
    shared_out,
    tree_of,
    with_hidden,
)
from backprop_viz.desktop.window.dock_lines import let_go_of_lines
from backprop_viz.desktop.window.panel_dock import PanelDock

_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
# So often in a row bars of tabs are dressed at once, though no dock has moved; then so late.
_AT_ONCE, _LATER_MS = 8, 250


class DockArea(QMainWindow):
    """Docks for panels, by the panels' ids.

    ``maximized_changed`` tells when one takes all, ``resized`` that there is other room.
    ``moved_by_user`` is whether the user has put a dock elsewhere since they were arranged.
    """

    maximized_changed = Signal(bool)
    resized = Signal()

    def __init__(self, panels: Mapping[str, QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dockArea")
        self.setAccessibleName(self.tr("Panels"))
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.docks = {name: PanelDock(panel, _title(panel), self) for name, panel in panels.items()}
        for dock in self.docks.values():
            dock.maximize_wanted.connect(lambda dock=dock: self.toggle_maximized(dock))
            dock.availability_changed.connect(self.share_out)
            dock.topLevelChanged.connect(self._note_move)
            dock.dockLocationChanged.connect(self._note_move)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.setEnabled(False)
        self._escape.activated.connect(self.restore_maximized)
        # A message is dismissed by the same key.
        self._escape.activatedAmbiguously.connect(self.restore_maximized)
        self.maximized_changed.connect(self._escape.setEnabled)
        # Qt knows what docks need only when it has shown them: then the sizes are given again.
        self._again = QTimer(self, interval=0, singleShot=True)
        self._again.timeout.connect(self._share_again)
        # It makes bars of tabs, too, when it lays the docks out.
        self._laid_out = QTimer(self, interval=0, singleShot=True)
        self._laid_out.timeout.connect(self._dress_tabs)
        self._dressed: list[tuple[QRect, bool]] = []  # where all was when the bars were dressed
        self._times_dressed = 0  # since anything moved
        self._tree: DockNode | None = None
        self.moved_by_user = False
        self._arranging = False
        self._aside: list[PanelDock] = []  # hidden while another has all the room
        self._to_float: list[PanelDock] = []  # shown when the window is
        self._restored: DockNode | None = None  # sizes that are to be given again
        self._drags_line = False
        self._places_before: dict[str, DockPlace] = {}
        self.maximized_dock: PanelDock | None = None
        # A dock that was given room, its size before, and how large it is at least.
        self._roomy: tuple[PanelDock, QSize, QSize] | None = None
        self._gave_way: PanelDock | None = None  # hidden meanwhile
        self._places_without: dict[str, DockPlace] = {}  # of all, before it was given room

    def dock_of(self, panel: QWidget) -> PanelDock:
        """The dock around a panel. Raises LookupError if the panel is not docked."""
        for dock in self.docks.values():
            if dock.panel is panel:
                return dock
        raise LookupError(f"{panel.objectName()} is not docked")

    # -- layouts -----------------------------------------------------------------------------

    def arrange(self, tree: DockNode, shown: Sequence[str]) -> None:
        """Place all docks of a tree, and show these of them that are available."""
        self.restore_maximized()
        self._arranging = True
        let_go_of_lines(self)
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.docks[next(dock_ids(tree))])
        self._fill(tree)
        for name in dock_ids(tree):
            dock = self.docks[name]
            dock.wanted = name in shown
            dock.setVisible(dock.wanted and dock.available)
        self._raise_first(tree)
        self._tree = tree
        self._arranging = self.moved_by_user = False
        self.share_out()

    def _dress_tabs(self) -> None:
        places = [(dock.geometry(), dock.isVisible()) for dock in self.docks.values()]
        # To hide a bar has Qt lay the docks out again, and it may then show the bar again, without
        # anything having moved: where it does, it has its way, or that would go on for ever.
        moved, self._dressed = places != self._dressed, places
        self._times_dressed = 0 if moved else self._times_dressed + 1
        for bar in self.findChildren(QTabBar):
            bar.setDrawBase(False)
            if bar.elideMode() != Qt.TextElideMode.ElideNone:  # to set it lays the docks out
                bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
            bar.setAccessibleName(self.tr("Panels that share a place"))
            # Qt puts those of a single panel out of sight, where a screen reader still finds them.
            if moved or bar.count() == 0:  # one without any is not used: Qt does not show it
                bar.setVisible(bar.count() > 1)

    def _note_move(self) -> None:
        if not self._arranging:
            self.moved_by_user = True
            self._tree = None  # its sizes are those of other places

    @property
    def is_as_arranged(self) -> bool:
        """Whether all docks stand, and are as large, as they were placed."""
        return self._tree is not None and not self.moved_by_user

    def _fill(self, node: DockNode) -> None:
        """Place what follows the first dock of each part; that one is placed already."""
        if isinstance(node, DockTabs):
            for before, name in zip(node.ids, node.ids[1:], strict=False):
                self.tabifyDockWidget(self.docks[before], self.docks[name])
            return
        heads = [next(dock_ids(part)) for part in node.parts]
        for before, name in itertools.pairwise(heads):
            direction = _HORIZONTAL if node.horizontal else _VERTICAL
            self.splitDockWidget(self.docks[before], self.docks[name], direction)
        for part in node.parts:
            self._fill(part)

    def _raise_first(self, node: DockNode) -> None:
        if isinstance(node, DockSplit):
            for part in node.parts:
                self._raise_first(part)
        elif len(node.ids) > 1:
            self.docks[node.ids[0]].raise_()

    def share_out(self) -> bool:
        """Give the docks the sizes of the layout; False if the user has given them others."""
        if self._tree is None or self._arranging:
            return False
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._share(self._tree)
        self._again.start()
        return True

    def _share(self, tree: DockNode | None) -> None:
        if tree is not None:
            self._resize(tree, self.width(), self.height())
        self._enlarge()

    def _share_again(self) -> None:
        self._share(self._tree or self._restored)
        self._restored = None

    def _resize(self, node: DockNode, width: int, height: int) -> None:
        if isinstance(node, DockTabs):
            return
        parts = [part for part in node.parts if self._head(part) is not None]
        metric = QStyle.PixelMetric.PM_DockWidgetSeparatorExtent
        between = self.style().pixelMetric(metric, None, self) * (len(parts) - 1)
        sizes = shared_out(parts, (width if node.horizontal else height) - between)
        handles = [self._handle(part, node.horizontal) for part in parts]
        known = [(dock, n) for dock, n in zip(handles, sizes, strict=True) if dock is not None]
        if len(parts) > 1 and known:
            # One that is missing gets what the others leave.
            docks, wanted = zip(*known, strict=True)
            direction = _HORIZONTAL if node.horizontal else _VERTICAL
            self.resizeDocks(list(docks), list(wanted), direction)
        for part, size in zip(parts, sizes, strict=True):
            self._resize(
                part, size if node.horizontal else width, height if node.horizontal else size
            )

    def _head(self, node: DockNode) -> PanelDock | None:
        """The first dock of a part that takes room."""
        docks = (self.docks[name] for name in dock_ids(node))
        return next((dock for dock in docks if _takes_room(dock)), None)

    def _handle(self, node: DockNode, horizontal: bool) -> PanelDock | None:
        """A dock by which Qt resizes a part of a split: with it go all that share its place there.

        None where every dock of the part is in a split of the same direction within it: Qt would
        resize it there. What is hidden splits nothing.
        """
        if isinstance(node, DockTabs):
            return self._head(node)
        parts = [part for part in node.parts if self._head(part) is not None]
        if node.horizontal == horizontal and len(parts) > 1:
            return None
        found = (self._handle(part, horizontal) for part in parts)
        return next((dock for dock in found if dock is not None), None)

    def places(self) -> dict[str, DockPlace]:
        """Where each dock is that is shown, when none has all the room, or was given more."""
        if self.is_maximized:
            return self._places_before
        if self._roomy is not None:
            return self._places_without
        shown = {name: dock for name, dock in self.docks.items() if not dock.isHidden()}
        return {name: self._place(dock) for name, dock in shown.items()}

    def _place(self, dock: PanelDock) -> DockPlace:
        if dock.isFloating():
            box = dock.geometry()
            return DockPlace(box.x(), box.y(), box.width(), box.height(), floats=True)
        group = [dock, *(d for d in self.tabifiedDockWidgets(dock) if not d.isFloating())]
        front = next((d for d in group if not d.visibleRegion().isEmpty()), group[0])
        box = front.geometry()
        return DockPlace(box.x(), box.y(), box.width(), box.height(), in_front=front is dock)

    def apply_places(self, places: Mapping[str, DockPlace], base: DockNode) -> None:
        """Give the docks these places; those that have none are hidden, where ``base`` has them.

        Nothing happens where no place is that of a dock.
        """
        known = {name: place for name, place in places.items() if name in self.docks}
        tree = tree_of({name: place for name, place in known.items() if not place.floats})
        if tree is None:
            return
        shown = list(dock_ids(tree))
        others = [name for name in dock_ids(base) if name not in shown]
        waiting = [name for name in others if not self.docks[name].available]
        keep = [name for name in waiting if self.docks[name].wanted]
        self.arrange(with_hidden(tree, base), [*shown, *keep])
        self.moved_by_user = True
        for name, place in known.items():
            dock = self.docks[name]
            if place.floats and dock.available:
                dock.setFloating(True)
                box = QRect(place.x, place.y, place.width, place.height)
                dock.setGeometry(on_a_screen(box))
                dock.wanted = True
                self._to_float.append(dock)
        if self.isVisible():
            self._show_floating()

    def _show_floating(self) -> None:
        for dock in self._to_float:
            dock.show()
        self._to_float = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new room out as the layout says."""
        super().resizeEvent(event)
        self.share_out()
        self.resized.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Share out the room that is known now, and show what floats."""
        super().showEvent(event)
        self.share_out()
        # Shown before the window is, it would lie below it.
        QTimer.singleShot(0, self, self._show_floating)
        self.resized.emit()

    def event(self, event: QEvent) -> bool:
        """Keep the sizes that the user gave by dragging a line between docks; dress new tabs."""
        done = super().event(event)
        asks = event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.ChildPolished)
        if asks and not self._laid_out.isActive():
            self._laid_out.start(0 if self._times_dressed < _AT_ONCE else _LATER_MS)
        # A click anywhere in a panel may come here too: only a line that was pressed is dragged.
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self._drags_line = self.isSeparator(event.position().toPoint())
        elif event.type() == QEvent.Type.MouseButtonRelease and self._drags_line:
            self._drags_line = False
            self._tree = None
        return done

    # -- one dock --------------------------------------------------------------------------------

    def reveal(self, dock: PanelDock) -> None:
        """Show a dock, in front of those in tabs with it; another has all the room no longer."""
        dock.wanted = True
        if self.is_maximized and self.maximized_dock is not dock and not dock.isFloating():
            self.restore_maximized()
        if dock.available:
            dock.show()
            dock.raise_()
            self.share_out()

    def bring_forward(self, dock: PanelDock) -> None:
        """Show a dock in front of those in tabs with it, unless the user has closed it."""
        if dock.wanted and dock.available:
            dock.raise_()

    def give_room(self, dock: PanelDock, least: QSize, from_: PanelDock | None = None) -> None:
        """Make a dock at least this large, as far as there is room, until ``take_room_back``.

        Until then ``from_`` is hidden, if it takes room.
        """
        if self.is_maximized or dock.isFloating() or self._roomy is not None:
            return
        self._places_without = self.places()
        self._roomy = (dock, dock.size(), least)
        if from_ is not None and _takes_room(from_):
            self._gave_way = from_
            from_.hide()
        if not self.share_out():
            self._enlarge()
            self._again.start()

    def _enlarge(self) -> None:
        """Give the dock that has room its room again."""
        if self._roomy is None or self.is_maximized or self._roomy[0].isFloating():
            return
        dock, _, least = self._roomy
        wanted = dock.size().expandedTo(least)
        self.resizeDocks([dock], [wanted.width()], _HORIZONTAL)
        self.resizeDocks([dock], [wanted.height()], _VERTICAL)

    def take_room_back(self) -> None:
        """Give a dock the size again that it had before ``give_room``."""
        if self._roomy is None:
            return
        (dock, size, _), self._roomy = self._roomy, None
        back, self._gave_way = self._gave_way, None
        if back is not None:
            back.setVisible(back.wanted and back.available)
        if not self.share_out():
            self.resizeDocks([dock], [size.width()], _HORIZONTAL)
            self.resizeDocks([dock], [size.height()], _VERTICAL)

    @property
    def is_maximized(self) -> bool:
        """Whether one dock has all the room."""
        return self.maximized_dock is not None

    def toggle_maximized(self, dock: PanelDock) -> None:
        """Give a dock all the room, or no longer."""
        if self.is_maximized:
            self.restore_maximized()
        elif not dock.isFloating():
            self._places_before = self.places()
            self.maximized_dock = dock
            dock.show_maximized(True)
            self._aside = [d for d in self.docks.values() if d is not dock and _takes_room(d)]
            for other in self._aside:
                other.hide()
            dock.raise_()
            self.maximized_changed.emit(True)

    def restore_maximized(self) -> None:
        """Show all again as it was before a dock took all the room."""
        if self.maximized_dock is None:
            return
        # Not by Qt's own saved state: it ends the process where a dock was dragged before.
        self.maximized_dock.show_maximized(False)
        self.maximized_dock = None
        docked = {name: place for name, place in self._places_before.items() if not place.floats}
        for dock in self._aside:
            dock.setVisible(dock.available)
        for name, place in docked.items():
            if place.in_front and not self.docks[name].isHidden():
                self.docks[name].raise_()
        bar = max((bar.height() for bar in self.findChildren(QTabBar)), default=0)
        self._restored = tree_of(docked, bar)
        self._share(self._tree or self._restored)
        self._again.start()
        self.maximized_changed.emit(False)


def _takes_room(dock: PanelDock) -> bool:
    return not dock.isHidden() and not dock.isFloating()


def _title(panel: QWidget) -> str:
    return panel.accessibleName() or panel.windowTitle() or panel.objectName()
