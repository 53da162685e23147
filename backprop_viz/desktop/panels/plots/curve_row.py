"""The description of a plot's curve."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QColor

from backprop_viz.desktop.panels.plots.extremes import Doubles
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.history import Curves

# A curve's values, and the iterations they belong to (None: 1, 2, 3, ...).
CurveData = tuple[Doubles, Doubles | None]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """The description of a curve: its name, its values and its look.

    ``short`` is the name where there is little room. ``color`` is a role of the theme; ``faint``
    mixes it with the panel's colour. Earlier runs show only the ``main`` curve.
    """

    name: str
    tip: str
    series: Callable[[Curves], CurveData]
    color: str
    smoothing: float = 0.0
    scale: float = 1.0
    width: float = 1.0
    faint: bool = False
    marked: bool = False
    main: bool = False
    short: str = ""


def line_color(row: CurveRow, theme: Theme) -> QColor:
    """The colour of a curve in its plot and legend."""
    color = QColor(getattr(theme, row.color))
    return theme.tint(color, 0.5) if row.faint else color
