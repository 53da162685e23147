"""The losses of a script whose backwards run on several lines, or several times on one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from backprop_viz.desktop.panels.plots.curve_row import SMOOTHING, CurveData, CurveRow
from backprop_viz.desktop.style.language import translate
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.scalar_curves import line_of_loss

# Colours that can be told apart also by those who see few; of more lines they begin again.
_COLORS = ("accent", "second_curve", "loss", "update")
# How a loss is given to a backward, as in scaler.scale(loss).backward(); the likelier first.
_GIVEN = (
    re.compile(r"\.scale\((\w+)\)\.backward\("),
    re.compile(r"\.(?:manual_)?backward\((\w+)\s*[,)]"),
    re.compile(r"([A-Za-z_][\w.]*)\.backward\((?!\s*\w+\s*[,)])"),
)


@dataclass(frozen=True, slots=True)
class LossLine:
    """A line that calls backward: the name of its losses' curve, and what it is called there.

    ``summed``: its curve is the sum over the backwards before a step.
    """

    curve: str
    number: int
    variable: str
    summed: bool

    @property
    def title(self) -> str:
        """``d_loss, line 15``."""
        if self.summed:
            text = translate("LossPlot", "sum of {0}, line {1}")
            text = text if self.variable else translate("LossPlot", "sum, line {1}")
        else:
            text = translate("LossPlot", "{0}, line {1}")
            text = text if self.variable else translate("LossPlot", "line {1}")
        return text.format(self.variable, self.number)

    @property
    def tip(self) -> str:
        """What its curve shows."""
        text = translate(
            "LossPlot",
            "What backward in line {0} started from in each iteration, before a GradScaler scaled "
            "it",
        )
        if self.summed:
            text = translate(
                "LossPlot",
                "The sum of what the backwards in line {0} started from before a step, as over "
                "micro-batches, before a GradScaler scaled it",
            )
        return text.format(self.number)


def loss_lines(view_state: ViewState) -> tuple[LossLine, ...]:
    """The lines with a curve of their own, from the first one on; () where there is one loss."""
    found = []
    for curve in view_state.scalars:
        line = line_of_loss(curve)
        if line is not None:
            number, summed = line
            found.append(LossLine(curve, number, _variable(view_state.program, number), summed))
    return tuple(sorted(found, key=lambda line: line.number))


def rows_of_lines(
    lines: Sequence[LossLine], series: Callable[[str, Curves], CurveData]
) -> tuple[CurveRow, ...]:
    """Two rows for each line: its losses, and their moving average."""
    rows: list[CurveRow] = []
    for number, line in enumerate(lines):
        of_line, color = partial(series, line.curve), _COLORS[number % len(_COLORS)]
        shorter = line.variable or str(line.number)
        rows.append(
            CurveRow(line.title, line.tip, of_line, color, faint=True, short=shorter, told=True)
        )
        smoothed = translate("LossPlot", "smoothed")
        rows.append(
            CurveRow(
                smoothed if len(lines) == 1 else f"{shorter}, {smoothed}",
                translate("LossPlot", "The moving average of this loss"),
                of_line,
                color,
                smoothing=SMOOTHING,
                width=2.0,
                main=True,
                late=True,
                short=translate("LossPlot", "smooth"),
                told=True,
            )
        )
    return tuple(rows)


def before_lines(view_state: ViewState, lines: Sequence[LossLine]) -> int:
    """How many iterations had one loss before the first that has those of lines."""
    first = min((float(view_state.scalars[line.curve][0][0]) for line in lines), default=1.0)
    return max(int(first) - 1, 0)


def _variable(program: Program, number: int) -> str:
    """What the loss of a line is called in it; "" where it has no name, or there are several."""
    text = next((line.text for line in program.lines if line.source_line == number), "")
    for given in _GIVEN:
        names = given.findall(text)
        if names:
            return str(names[0]) if len(names) == 1 else ""
    return ""
