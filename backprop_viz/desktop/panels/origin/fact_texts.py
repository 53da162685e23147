"""A sentence for each fact about a number: which branch was taken, what went into it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.recording.number_explanation import Fact

# No more numbers of a list are written out than these.
_LISTED = 9


def fact_text(fact: Fact) -> str | None:
    """The sentence, in the user's language; None for a code that has none."""
    if fact.code in _WITH_LIST:
        return _WITH_LIST[fact.code](fact)
    text = _sentences().get(fact.code)
    return None if text is None else text.format(*map(_written, fact.values))


def _written(value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    # A number that was chosen, such as a slope of 0.2, as it was written.
    plain = f"{value:.4g}"
    return plain if float(plain) == value and "e" not in plain else short(value)


def _sentences() -> Mapping[str, str]:
    say = QCoreApplication.translate
    return {
        # -- activations
        "relu_passed": say("facts", "Pre-activation {0}, above 0: it passes."),
        "relu_stopped": say("facts", "Pre-activation {0}, so 0."),
        "relu_gradient_passed": say("facts", "ReLU: its input was {0}, so × 1."),
        "relu_gradient_stopped": say("facts", "ReLU stopped it: its input was {0}."),
        "leaky_passed": say("facts", "Pre-activation {0}, above 0: × 1."),
        "leaky_scaled": say("facts", "Pre-activation {0}, not above 0: × {1}."),
        "threshold_passed": say("facts", "Pre-activation {0}, above {1}: it passes."),
        "threshold_stopped": say("facts", "Pre-activation {0}, not above {1}: it is replaced."),
        "elu_line": say("facts", "Pre-activation {0}, above 0: on the line."),
        "elu_curve": say("facts", "Pre-activation {0}, not above 0: on the curve."),
        "saturated": say("facts", "Saturated: at {0} the slope is only {1}."),
        "clamp_inside": say("facts", "{0} is between the bounds: it passes."),
        "clamp_low": say("facts", "{0} is at or below the lower bound {1}: it stops there."),
        "clamp_high": say("facts", "{0} is at or above the upper bound {1}: it stops there."),
        # -- dropout
        "dropout_kept": say("facts", "Dropout kept it, scaled by {1} (p = {0})."),
        "dropout_dropped": say("facts", "Dropout dropped it (p = {0}), so 0."),
        "dropout_of_zero": say("facts", "It is 0 whether dropout (p = {0}) kept it or not."),
        "dropout_off": say("facts", "Dropout is off: it passes."),
        # -- pooling and extremes
        "pool_average": say("facts", "The mean of a window of {0}."),
        "pool_unused": say("facts", "No window has this element, so 0."),
        "largest_of": say("facts", "The largest of {0}: {1}."),
        "smallest_of": say("facts", "The smallest of {0}: {1}."),
        "extreme_won": say("facts", "{0} won against {1}, so the gradient is passed on here."),
        "extreme_lost": say("facts", "{1} won against {0}, so 0."),
        "extreme_shared": say("facts", "Both are {0}: they share the gradient."),
        # -- softmax and losses
        "log_of_exponentials": say("facts", "ln Σ exp(x) of {1} numbers is {0}."),
        "own_probability": say("facts", "Its own probability is {0}."),
        "probability_of_label": say(
            "facts", "Class {1} is the label; the network gave it the probability {0}."
        ),
        "probability_of_other": say(
            "facts", "Class {1} is not the label (that is {2}); its probability is {0}."
        ),
        "label_class": say("facts", "Class {0} is this sample's label, so its gradient is passed."),
        "other_class": say("facts", "Class {0} is not this sample's label ({1}), so 0."),
        "label_probability": say("facts", "The label is {0}; its probability is {1}."),
        "sample_ignored": say("facts", "This sample is ignored, so 0."),
        "samples_ignored": say("facts", "Samples that are ignored: {0}."),
        "error_of_element": say("facts", "Output {1}, target {2}: the error is {0}."),
        "error_near": say(
            "facts", "Output {2}, target {3}: the error {0} is within {1}, so it counts squared."
        ),
        "error_far": say(
            "facts", "Output {2}, target {3}: the error {0} is not within {1}; its sign counts."
        ),
        "probability_and_target": say("facts", "Probability {0}, target {1}."),
        # -- norms and reductions
        "layer_statistics": say("facts", "Of {2} features: mean {0}, σ {1}. Here x is {3}."),
        "group_statistics": say("facts", "Of a group of {2}: mean {0}, σ {1}. Here x is {3}."),
        "instance_statistics": say(
            "facts", "Of this sample's channel ({2}): mean {0}, σ {1}. Here x is {3}."
        ),
        "batch_statistics": say(
            "facts", "The batch's own statistics ({2} numbers): mean {0}, σ {1}. Here x is {3}."
        ),
        "running_statistics": say(
            "facts", "The running statistics: mean {0}, σ {1}. Here x is {3}."
        ),
        "root_mean_square": say("facts", "Root mean square of {1}: {0}. Here x is {2}."),
        "mean_of": say("facts", "The mean of {0} numbers."),
        "variance_of": say("facts", "The mean of {1} numbers is {0}; divided by {2}."),
        "norm_of": say("facts", "The squares of {0} numbers sum to {1}."),
        # -- lookups
        "looked_up_row": say("facts", "Row {0} of the table."),
        "row_looked_up": say("facts", "Row {0} was looked up {1} times."),
        "where_first": say("facts", "The condition holds: taken from the first."),
        "where_second": say("facts", "The condition does not hold: taken from the second."),
        "where_passed": say("facts", "It was chosen, so the gradient is passed on here."),
        "where_stopped": say("facts", "The other was chosen, so 0."),
        "attention_largest": say(
            "facts", "Of {2} keys, {0} has the most attention: {1}. Without any: {3}."
        ),
        # -- the engine's
        "depends_on": say("facts", "It depends on {0} numbers."),
        "backward_starts": say("facts", "Backward starts here: the loss's own gradient is 1."),
        "intervention": say("facts", "An experiment changed it: {0} ({1}). Without it: {2}."),
        "update_step": say("facts", "{0} = {1} = {2}"),
    }


def _listed(values: tuple[float | int | str, ...]) -> str:
    numbers = [signed(value) for value in values[:_LISTED]]
    return ", ".join((*numbers, "…") if len(values) > _LISTED else numbers)


def _winner(fact: Fact) -> str:
    say = QCoreApplication.translate
    text = say("facts", "Max pool: {1} won of the {0} in its window. The others: {2}.")
    winner, *others = fact.values
    return text.format(len(fact.values), signed(winner), _listed(tuple(others)))


def _passed(fact: Fact) -> str:
    say = QCoreApplication.translate
    won, windows, size = fact.values[:3]
    if windows == 1:
        text = say("facts", "Max pool: this of the {0} won, so the gradient is passed on here.")
        return text.format(size)
    text = say("facts", "Max pool: this won in {0} of the {1} windows that have it.")
    return text.format(won, windows)


def _stopped(fact: Fact) -> str:
    say = QCoreApplication.translate
    windows, size, _, winner = fact.values[:4]
    if windows == 1:
        text = say("facts", "Max pool: another of the {0} won ({1}), so 0.")
        return text.format(size, signed(winner))
    text = say("facts", "Max pool: others won in all of the {0} windows that have it, so 0.")
    return text.format(windows)


def _exponentials(fact: Fact) -> str:
    say = QCoreApplication.translate
    total, count, *each = fact.values
    if not each:
        return say("facts", "Σ exp(x) of {1} numbers is {0}.").format(short(total), count)
    listed = " + ".join(short(value) for value in each[:_LISTED])
    more = " + …" if len(each) > _LISTED else ""
    return say("facts", "Σ exp(x) = {0} = {1}").format(short(total), listed + more)


def _probabilities(fact: Fact) -> str:
    say = QCoreApplication.translate
    mean, lowest, count, *_ = fact.values
    text = say("facts", "The labels' probabilities ({0}): {1} on average, at least {2}.")
    return text.format(count, short(mean), short(lowest))


# Facts whose values are a list.
_WITH_LIST: Mapping[str, Callable[[Fact], str]] = {
    "pool_winner": _winner,
    "pool_gradient_passed": _passed,
    "pool_gradient_stopped": _stopped,
    "sum_of_exponentials": _exponentials,
    "label_probabilities": _probabilities,
}
