"""The description of a plot's curve."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QColor

from backprop_viz.desktop.panels.plots.extremes import Doubles
from backprop_viz.desktop.style.theme import Theme
from backprop_viz.recording.run.history import Curves

# A moving average of fewer points than this still remembers how the run began.
FEW = 30
# Each iteration has 5 % less weight in a moving average than the next one.
SMOOTHING = 0.95
# The width of a line that is faint when it has more points.
_STRONG = 2.0

# A curve's values, and the iterations they belong to (None: 1, 2, 3, ...).
CurveData = tuple[Doubles, Doubles | None]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """The description of a curve: its name, its values and its look.

    ``short`` is the name where there is little room. ``color`` is a role of the theme; ``faint``
    mixes it with the panel's colour. Earlier runs show only the ``main`` curve. ``late``: it says
    little of a few points, so until there are ``FEW`` it is faint, and the ``faint`` curve is not.
    ``recorded``: its points are numbers that their iterations hold; ``told``: its tip says what
    they are.
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
    late: bool = False
    short: str = ""
    recorded: bool = False
    told: bool = False


def is_faint(row: CurveRow, points: int) -> bool:
    """Whether a curve of this many points is painted faint."""
    few = points < FEW
    return few if row.late else row.faint and not few


def line_look(row: CurveRow, theme: Theme, points: int) -> tuple[QColor, float]:
    """The colour and the width in pixels, in plot and legend, of a curve of this many points."""
    color = QColor(getattr(theme, row.color))
    if is_faint(row, points):
        return theme.tint(color, 0.5), 1.0
    return color, _STRONG if row.faint else row.width
