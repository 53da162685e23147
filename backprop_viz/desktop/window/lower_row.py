"""Room for the panel that explains a number: where space is short, it takes that of the plots."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from backprop_viz.desktop.window.dock_area import DockArea
from backprop_viz.desktop.window.dock_layout import DockPlace
from backprop_viz.desktop.window.layouts import ORIGIN_HEIGHT
from backprop_viz.desktop.window.panel_dock import PanelDock

# The dock area's height in pixels from which the explaining panel has a row of its own.
_ROOMY = 1100
# The height below which what else could wait makes room too.
_CROWDED = 640


class LowerRow:
    """Opens and closes the explaining panel's dock; the plots' docks make room for it.

    So does ``pad``, the dock of the drawing, where there is little and it stands below another:
    its column is the highest.
    """

    def __init__(
        self, area: DockArea, plots: Sequence[PanelDock], explaining: PanelDock, pad: PanelDock
    ) -> None:
        self._area, self._plots, self.dock, self._pad = area, plots, explaining, pad
        self._moved: list[PanelDock] = []
        self._height = 0
        self._before: dict[str, DockPlace] = {}

    @property
    def explaining(self) -> bool:
        """Whether the explaining panel is shown."""
        return not self.dock.isHidden()

    def explain(self) -> None:
        """Show the explaining panel where there is room."""
        if self.explaining:
            return
        self._area.restore_maximized()
        self._before = self._area.places()
        self._moved = []
        if self._area.height() < _ROOMY:
            self._moved = [d for d in self._plots if not d.isHidden() and not d.isFloating()]
        self._height = self._moved[0].height() if self._moved else 0
        if self._pad_makes_room():
            self._moved.append(self._pad)
        for dock in self._moved:
            dock.hide()
        self._area.reveal(self.dock)
        if not self._area.share_out():
            self._give(self.dock, max(ORIGIN_HEIGHT, self._height))

    def _pad_makes_room(self) -> bool:
        pad = self._pad
        if pad.isHidden() or pad.isFloating() or self._area.height() >= _CROWDED:
            return False
        # What was clicked in the pad is not taken from under the mouse.
        return pad.y() > pad.height() // 2 and not pad.underMouse() and bool(self._moved)

    def show_plots(self) -> None:
        """Close the explaining panel and show again what made room for it."""
        if not self.explaining:
            return
        self._area.restore_maximized()
        in_front = not self.dock.visibleRegion().isEmpty()
        beside = self._area.tabifiedDockWidgets(self.dock) if in_front else []
        self.dock.hide()
        moved, self._moved = self._moved, []
        for dock in moved:
            self._area.reveal(dock)
        # Of docks in tabs, those that were in front are again.
        for name, place in self._before.items():
            was_there = self._area.docks[name]
            if place.in_front and was_there in (*beside, *moved):
                self._area.bring_forward(was_there)
        if moved and not self._area.share_out():
            self._give(moved[0], self._height)

    def places(self) -> dict[str, DockPlace]:
        """The docks' places while the explaining panel is closed: it is asked for anew."""
        if self.explaining and self._moved:
            return self._before
        places = self._area.places()
        return {name: places[name] for name in places if self._area.docks[name] is not self.dock}

    def maximize(self, wanted: bool) -> None:
        """Give the explaining panel all the room, or no longer."""
        if self.explaining and wanted != self._area.is_maximized:
            self._area.toggle_maximized(self.dock)

    def _give(self, dock: PanelDock, height: int) -> None:
        if not dock.isFloating():
            self._area.resizeDocks([dock], [height], Qt.Orientation.Vertical)
