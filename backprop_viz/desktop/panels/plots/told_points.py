"""What a point of a curve is: the loss, the accuracy, their moving averages and evaluations."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.panels.plots.curve_row import CurveRow
from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_number import ToldNumber, ToldPart
from backprop_viz.recording.settings.run_settings import Settings

# This many of the newest numbers of an average are listed.
_LISTED = 8


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a curve: the curve's place among the rows, the iteration and the value."""

    row: int
    iteration: int
    value: float


def told_point(
    row: CurveRow, point: CurvePoint, view_state: ViewState, title: str, percent: bool
) -> ToldNumber:
    """What a point is made of, as far as the curves know it."""
    translate = QCoreApplication.translate
    series, at = row.series(view_state.curves)
    unit = " %" if percent else ""
    name = translate("curve numbers", "{0}, {1}").format(title, row.name)
    of = translate("curve numbers", "iteration {0}").format(f"{point.iteration:,}")
    ends = short(point.value) + unit, full(point.value) + unit
    formula, where, parts = "", "", list[ToldPart]()
    if row.told:
        text = row.tip + "."
    elif at is not None:
        text = translate(
            "curve numbers",
            "The mean over the validation set with the weights as they were after iteration {0}. "
            "The samples browser (Ctrl+D) has each sample's share for the weights of now.",
        ).format(f"{point.iteration:,}")
        if percent:
            text = _of_validation(point)
    elif row.smoothing:
        formula, parts, text = _average(row, point, series, percent, view_state.settings)
        where = translate("curve numbers", "w: weight of a batch · x: what the batch had")
    else:
        text = translate(
            "curve numbers",
            "The loss as torch computed it. This iteration is not kept, so what it was computed "
            "from is gone: choose one that the strip above the timeline shows.",
        )
    return ToldNumber(name, *ends, text, formula, where, parts=tuple(parts), of=of, color="loss")


def _of_validation(point: CurvePoint) -> str:
    text = QCoreApplication.translate(
        "curve numbers",
        "Correct answers / all samples of the validation set, with the weights as they were after "
        "iteration {0}. The confusion matrix (Ctrl+Shift+D) counts them for the weights of now.",
    )
    return text.format(f"{point.iteration:,}")


def _average(
    row: CurveRow, point: CurvePoint, series: np.ndarray, percent: bool, settings: Settings
) -> tuple[str, list[ToldPart], str]:
    """A moving average: the newest of what it is of, each with the weight that it has."""
    translate = QCoreApplication.translate
    values = series[: point.iteration] * row.scale
    ages = np.arange(len(values))[::-1]
    weights = np.where(np.isfinite(values), row.smoothing**ages, 0.0)
    weights /= weights.sum()
    parts = []
    for i in range(len(values) - 1, max(len(values) - 1 - _LISTED, -1), -1):
        text = translate("curve numbers", "iteration {0}, weight {1}")
        named = text.format(f"{i + 1:,}", short(float(weights[i])))
        if percent:
            named = _with_counts(named, float(series[i]), settings)
        parts.append(ToldPart(named, float(values[i])))
    said = translate(
        "curve numbers",
        "The mean of all batches up to this one; each has {0} % less weight than the next. The "
        "newest are listed.",
    )
    formula = "y[n] = Σᵢ wᵢ·x[i]"
    return formula, parts, said.format(f"{100 * (1 - row.smoothing):.3g}")


def _with_counts(named: str, share: float, settings: Settings) -> str:
    """With how many of the batch were correct, where the batch's size tells that."""
    correct = share * settings.batch_size
    if not np.isfinite(correct) or abs(correct - round(correct)) > 1e-6:
        return named
    text = QCoreApplication.translate("curve numbers", "{0}: {1} of {2} correct")
    return text.format(named, round(correct), settings.batch_size)
