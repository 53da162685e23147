"""The ready-made layouts: where each registered panel stands, and whether it is shown."""

from collections.abc import Sequence
from enum import Enum

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
_LESSON, _REST = (300, 0), (900, 1)
ORIGIN_HEIGHT = 440
# Where the area for the panels is narrower, or lower, at 100 % of the text size.
_NARROW, _LOW = 1000, 330
_FLAT = 480  # pixels of height below which panels have no room below each other
_SIDE_WIDTH, _FLAT_SIDE_WIDTH, _MAIN_WIDTH = 400, 310, 840
_TAB_ROW = 55  # what the row of tabs takes from the plots


class Crowding(Enum):
    """How much room there is for the panels."""

    NONE = "all panels have room beside each other"
    FLAT = "they share columns of tabs: none stand below each other"
    NARROW = "they share two columns, in tabs"
    SMALL = "so do the plots"


def crowding_of(width: int, height: int, text: float) -> Crowding:
    """How crowded the panels are in an area of this many pixels; ``text`` is the size of text."""
    if height < _LOW * text:
        return Crowding.SMALL
    if width < _NARROW * text:
        return Crowding.NARROW
    return Crowding.NONE if height >= _FLAT else Crowding.FLAT


def layout_tree(
    entries: Sequence[PanelEntry], layout: str, crowding: Crowding = Crowding.NONE
) -> DockNode:
    """Where every docked panel stands in a layout, also those that it does not show."""
    name = layout if layout in LAYOUT_NAMES else LAYOUT_NAMES[0]
    if crowding is not Crowding.NONE:
        return _crowded_tree(entries, name, crowding)
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


def _crowded_tree(entries: Sequence[PanelEntry], layout: str, crowding: Crowding) -> DockNode:
    """Columns of tabs: what is read at the left, the pictures at the right.

    A lesson has a column of its own where there is the width: it points at what it would hide.
    """
    main = [PanelPlace.MIDDLE, PanelPlace.ORIGIN]
    if crowding is Crowding.SMALL:
        main.append(PanelPlace.PLOTS)
    apart = crowding is Crowding.FLAT
    lesson = _in_tabs(entries, layout, (PanelPlace.LESSON,), _LESSON[0], 0) if apart else None
    read = (*(() if apart else (PanelPlace.LESSON,)), PanelPlace.LEFT, PanelPlace.RIGHT)
    side = _in_tabs(entries, layout, read, _FLAT_SIDE_WIDTH if apart else _SIDE_WIDTH)
    pictures = [_in_tabs(entries, layout, main, _COLUMNS_HEIGHT[0])]
    if crowding is not Crowding.SMALL:
        height = _PLOTS_HEIGHT[0] + _TAB_ROW
        pictures.append(_in_tabs(entries, layout, (PanelPlace.PLOTS,), height))
    tree = _joined(True, (lesson, side, _joined(False, pictures, _MAIN_WIDTH, 1)), 1580, 1)
    assert tree is not None
    return tree


def _in_tabs(
    entries: Sequence[PanelEntry],
    layout: str,
    places: Sequence[PanelPlace],
    size: int,
    stretch: int = 1,
) -> DockTabs | None:
    """The panels of some places as tabs; those that the layout shows come first."""
    here = [e for e in entries if e.places.get(layout, e.place) in places]
    here.sort(key=lambda e: (layout not in e.layouts, places.index(e.places.get(layout, e.place))))
    return DockTabs(tuple(e.id for e in here), size, stretch) if here else None


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
