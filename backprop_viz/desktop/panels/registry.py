"""The registry of panels: what a panel's folder declares, and how the window finds it.

A folder of ``panels`` adds its panels to the window by a module ``panel`` that holds a tuple
``PANELS`` of ``PanelEntry``. Nothing else has to change.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Protocol, runtime_checkable

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from backprop_viz.analysis.numbers.number_marks import NumberMarks
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop import panels
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.desktop.view_state import ViewState


class PanelPlace(Enum):
    """Where a panel stands in the window at first; panels of one place share it.

    Those between TOP and BOTTOM but for NOTICE are docks, which the user can move.
    """

    TOP = "top"  # a row above the columns
    NOTICE = "notice"  # the line that also shows messages
    LESSON = "lesson"  # a column at the left of all below the notices
    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    PLOTS = "plots"  # the row below the columns
    ORIGIN = "origin"  # a row below the plots, hidden until a number is explained
    BOTTOM = "bottom"  # a row below all others
    WINDOW = "window"  # a window of its own, hidden at first


DOCKED = (
    PanelPlace.LESSON,
    PanelPlace.LEFT,
    PanelPlace.MIDDLE,
    PanelPlace.RIGHT,
    PanelPlace.PLOTS,
    PanelPlace.ORIGIN,
)
LAYOUT_NAMES = ("learn", "debug", "draw", "present")
PAD_LAYOUT = "draw"  # for the drawing pad, which runs have that the program makes itself


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """A panel of the window.

    ``id`` becomes the widget's objectName. ``factory`` makes the widget, which has the methods
    of ``ViewPanel`` and sets its own accessible name. ``order`` sorts the panels of one place
    from left to right or from top to bottom; ``size`` is the panel's share of the place in
    pixels, ``stretch`` its share of what is added when the window grows. A panel whose content
    depends on more than the cursor, as curves do, ``sees_every_state``; the others are only
    shown a new view state when the cursor, the settings or the breakpoints change.
    A ``built_in`` panel is not there for a run that the program did not make itself. A docked panel
    is shown in ``layouts``; in those that ``places`` names it stands elsewhere. With ``tab_of`` it
    is a tab behind the panel of that id, in the same place, or ``in_front`` of it. A ``large``
    panel takes all the room when it is opened from the menu.
    """

    id: str
    place: PanelPlace
    factory: Callable[[], QWidget]
    order: int = 0
    size: int = 300
    stretch: int = 1
    sees_every_state: bool = False
    built_in: bool = False
    layouts: tuple[str, ...] = LAYOUT_NAMES
    tab_of: str = ""
    in_front: bool = False
    large: bool = False
    places: Mapping[str, PanelPlace] = field(default_factory=dict)


class ViewPanel(Protocol):
    """What every panel can do."""

    def show_view_state(self, view_state: ViewState) -> None:
        """Show a view state."""

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""


@runtime_checkable
class SelectingPanel(Protocol):
    """A panel that marks what is selected, wherever it was selected."""

    def select(self, selection: Selection | None) -> None:
        """Mark what belongs to the selection."""


@runtime_checkable
class PickingPanel(Protocol):
    """A panel in which the user selects: ``picked`` carries the selection's kind and its key."""

    picked: SignalInstance


@runtime_checkable
class NumberPickingPanel(Protocol):
    """A panel whose numbers can be asked about: ``number_picked`` carries a Number.

    It is one of the recording that the view state shows; or a ToldNumber, which is of none.
    """

    number_picked: SignalInstance


@runtime_checkable
class NumberMarkingPanel(Protocol):
    """A panel that lights up the numbers that take part in the one that is explained."""

    def mark_numbers(self, marks: NumberMarks | None) -> None:
        """Light these up; None: no number is explained."""


@runtime_checkable
class ActionPanel(Protocol):
    """A panel that shows or offers actions of the window."""

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Take actions from those of the window, which are given by objectName."""


@runtime_checkable
class UrgentPanel(Protocol):
    """A panel that sometimes cannot wait for its turn while training runs."""

    def is_urgent(self, view_state: ViewState) -> bool:
        """Whether this view state is to be shown before anything else happens."""


def find_panels() -> tuple[PanelEntry, ...]:
    """The panels that the folders of ``panels`` declare, in the order in which they stand."""
    return _panels_in(tuple(panels.__path__))


@cache
def _panels_in(folders: tuple[str, ...]) -> tuple[PanelEntry, ...]:
    entries: list[PanelEntry] = []
    for folder in pkgutil.iter_modules(folders):
        name = f"{panels.__name__}.{folder.name}"
        if folder.ispkg and _has_panels(name):
            entries += import_module(f"{name}.panel").PANELS
    places = list(PanelPlace)
    return tuple(sorted(entries, key=lambda e: (places.index(e.place), e.order, e.id)))


def _has_panels(folder: str) -> bool:
    return any(m.name == "panel" for m in pkgutil.iter_modules(import_module(folder).__path__))
