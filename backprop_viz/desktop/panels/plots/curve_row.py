"""What a curve of a plot is, without what draws it."""

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
    """A curve of a plot: what it is called, where its numbers are, and how it looks.

    ``color`` is a role of the theme; ``faint`` mixes it into the panel. The curve that is
    ``main`` is the one also shown of earlier runs.
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


def line_color(row: CurveRow, theme: Theme) -> QColor:
    """The colour that a curve is drawn in, in the plot and in its legend."""
    color = QColor(getattr(theme, row.color))
    return theme.tint(color, 0.5) if row.faint else color
