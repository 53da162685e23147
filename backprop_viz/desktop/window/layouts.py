"""The layouts that are ready made: where each registered panel stands, and whether it is shown."""

from collections.abc import Sequence

from backprop_viz.desktop.panels.registry import LAYOUT_NAMES, PanelEntry, PanelPlace
from backprop_viz.desktop.window.dock_layout import DockNode, DockSplit, DockTabs, dock_ids

# Width in pixels of each column, and its share of what is added when the window grows.
_COLUMNS = {
    "learn": {PanelPlace.LEFT: (290, 1), PanelPlace.MIDDLE: (785, 3), PanelPlace.RIGHT: (285, 1)},
    "debug": {PanelPlace.LEFT: (390, 1), PanelPlace.MIDDLE: (760, 3), PanelPlace.RIGHT: (360, 1)},
    "draw": {PanelPlace.LEFT: (560, 2), PanelPlace.MIDDLE: (700, 3), PanelPlace.RIGHT: (300, 1)},
    "present": {PanelPlace.LEFT: (420, 1), PanelPlace.MIDDLE: (840, 3), PanelPlace.RIGHT: (300, 1)},
}
_COLUMNS_HEIGHT, _PLOTS_HEIGHT = (640, 4), (200, 1)
_LESSON, _REST = (300, 0), (1280, 1)
ORIGIN_HEIGHT = 330


def layout_tree(entries: Sequence[PanelEntry], layout: str) -> DockNode:
    """Where every docked panel stands in a layout, also those that it does not show."""
    name = layout if layout in LAYOUT_NAMES else LAYOUT_NAMES[0]
    columns = [
        _beside(entries, name, place, False, *share) for place, share in _COLUMNS[name].items()
    ]
    rows = (
        _joined(True, columns, *_COLUMNS_HEIGHT),
        _beside(entries, name, PanelPlace.PLOTS, True, *_PLOTS_HEIGHT),
        _beside(entries, name, PanelPlace.ORIGIN, True, ORIGIN_HEIGHT, 0),
    )
    rest = _joined(False, rows, *_REST)
    tree = _joined(
        True, (_beside(entries, name, PanelPlace.LESSON, False, *_LESSON), rest), 1580, 1
    )
    assert tree is not None
    return tree


def shown_in(entries: Sequence[PanelEntry], layout: str) -> tuple[str, ...]:
    """The panels that a layout shows."""
    docked = dock_ids(layout_tree(entries, layout))
    by_id = {entry.id: entry for entry in entries}
    return tuple(name for name in docked if layout in by_id[name].layouts)


def _beside(
    entries: Sequence[PanelEntry],
    layout: str,
    place: PanelPlace,
    horizontal: bool,
    size: int,
    stretch: int,
) -> DockNode | None:
    here = [entry for entry in entries if entry.places.get(layout, entry.place) is place]
    parts = [
        DockTabs(_tabs(entry, here), entry.size, entry.stretch)
        for entry in here
        if not entry.tab_of
    ]
    return _joined(horizontal, parts, size, stretch)


def _tabs(entry: PanelEntry, here: Sequence[PanelEntry]) -> tuple[str, ...]:
    """The panels of a place, the one in front first."""
    tabs = [entry, *(other for other in here if other.tab_of == entry.id)]
    return tuple(tab.id for tab in sorted(tabs, key=lambda tab: not tab.in_front))


def _joined(
    horizontal: bool, parts: Sequence[DockNode | None], size: int, stretch: int
) -> DockNode | None:
    found = tuple(part for part in parts if part is not None)
    return DockSplit(horizontal, found, size, stretch) if found else None
