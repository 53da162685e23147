"""Texts on a race: its lanes, its results, and why it ended."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.optimizers import OPTIMIZERS
from backprop_viz.analysis.race_standings import MEAN_OF, LaneResult
from backprop_viz.desktop.style.numbers import full, short
from backprop_viz.desktop.texts.table_texts import optimizer_text
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.requests.race import RaceLane
from backprop_viz.recording.settings.quantities import written


def lane_text(lane: RaceLane) -> str:
    """A lane by its optimizer, its learning rate and its options that are not usual ones."""
    settings = lane.settings
    title = optimizer_text(OPTIMIZERS[settings.optimizer].title)
    options = [f"{name} {_value(value)}" for name, value in settings.optimizer_options.items()]
    return ", ".join((f"{title}, lr {written(settings.lr)}", *options))


def seeds_text(lane: RaceLane) -> str:
    """The seeds of a lane: ``0``, ``0–4`` or ``0, 7``."""
    seeds = lane.seeds
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))


def result_texts(result: LaneResult, seeds: int) -> tuple[str, str, str, str]:
    """Loss, accuracy, time and where it diverged, as the table has them."""
    translate = QCoreApplication.translate
    loss = short(result.loss, 4) if result.loss == result.loss else "–"
    low, high = result.loss_range
    if seeds > 1 and low == low and high == high:
        loss = translate("race", "{0} ({1}…{2})").format(loss, short(low, 3), short(high, 3))
    accuracy = _share(result.accuracy)
    low, high = result.accuracy_range
    if seeds > 1 and result.accuracy == result.accuracy:
        accuracy = translate("race", "{0} ({1}…{2})").format(accuracy, _share(low), _share(high))
    time = translate("race", "{0:.1f} s").format(result.seconds) if result.seconds else "–"
    diverged = ", ".join(f"{i:,}" for i in result.diverged)
    if diverged and seeds > 1:
        text = translate("race", "{0} of {1}: {2}")
        diverged = text.format(len(result.diverged), seeds, diverged)
    return loss, accuracy, time, diverged


def result_numbers(result: LaneResult) -> tuple[float, float, float]:
    """Loss, accuracy (0..1) and seconds, unrounded; NaN where there is nothing yet."""
    return result.loss, result.accuracy, result.seconds or float("nan")


def told_result(column: int, value: float) -> str:
    """What a number of the table is: of the loss (0), the accuracy (1) or the time (2)."""
    translate = QCoreApplication.translate
    texts = (
        translate(
            "race",
            "{0}: the mean loss of the last 10 iterations. A race keeps no iteration: run these "
            "settings in the window to see where a loss comes from.",
        ),
        translate("race", "{0}: correct / all of the validation set, after the last iteration."),
        translate("race", "{0} seconds in the iterations themselves, without loading data."),
    )
    return texts[column].format(full(value))


def told_reading(iteration: int) -> str:
    """What the numbers are that the plot reads at an iteration, from 1."""
    text = QCoreApplication.translate(
        "race",
        "Each is the mean loss of iterations {0} to {1}, of all seeds of the lane (in brackets "
        "the lowest and the highest). A race keeps no iteration: run these settings in the window "
        "to see where a loss comes from.",
    )
    return text.format(max(1, iteration - MEAN_OF + 1), iteration)


def race_ended_text(reason: Fact, begun: bool) -> str:
    """Why a race is not whole, and what to do; ``begun``: it has curves."""
    translate = QCoreApplication.translate
    if reason.code == "refused":
        text, *values = map(str, reason.values)
        return translate("errors", text).format(*values) if values else translate("errors", text)
    if reason.code == "cancelled" and not begun:
        return translate("race", "Cancelled before an iteration had run.")
    texts = {
        "cancelled": translate("race", "Cancelled: the curves end there."),
        "worker_ended": translate(
            "race", "The process of the race has ended ({0}): start the race again."
        ),
        "failed": translate("race", "The race could not go on. {0}: {1}"),
    }
    return texts[reason.code].format(*reason.values)


def _share(accuracy: float) -> str:
    return f"{100 * accuracy:.1f} %" if accuracy == accuracy else "–"


def _value(value: object) -> str:
    return written(value) if isinstance(value, int | float) else str(value)
