"""A sentence for each fact about a number: which branch was taken, what went into it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.update_rules import NEW
from backprop_viz.desktop.style.numbers import short, signed
from backprop_viz.recording.explanations.number_explanation import Fact

# No more numbers of a list are written out than these.
_LISTED = 9


def fact_text(fact: Fact) -> str | None:
    """The sentence, in the user's language; None for a code that has none."""
    if fact.code in SENTENCES_WITH_LIST:
        return SENTENCES_WITH_LIST[fact.code](fact)
    text = fact_sentences().get(fact.code)
    return None if text is None else text.format(*map(in_words, fact.values))


def in_words(value: float | int | str) -> str:
    """A value as a sentence has it."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    # A number that was chosen, such as a slope of 0.2, as it was written.
    plain = f"{value:.4g}"
    return plain if float(plain) == value and "e" not in plain else short(value)


def fact_sentences() -> Mapping[str, str]:
    """The sentences by the codes of their facts, whose values take the places in braces."""
    translate = QCoreApplication.translate
    return {
        # -- activations
        "relu_passed": translate("facts", "Pre-activation {0}, above 0: it passes."),
        "relu_stopped": translate("facts", "Pre-activation {0}, so 0."),
        "relu_gradient_passed": translate("facts", "ReLU: its input was {0}, so × 1."),
        "relu_gradient_stopped": translate("facts", "ReLU stopped it: its input was {0}."),
        "leaky_passed": translate("facts", "Pre-activation {0}, above 0: × 1."),
        "leaky_scaled": translate("facts", "Pre-activation {0}, not above 0: × {1}."),
        "threshold_passed": translate("facts", "Pre-activation {0}, above {1}: it passes."),
        "threshold_stopped": translate(
            "facts", "Pre-activation {0}, not above {1}: it is replaced."
        ),
        "elu_line": translate("facts", "Pre-activation {0}, above 0: on the line."),
        "elu_curve": translate("facts", "Pre-activation {0}, not above 0: on the curve."),
        "saturated": translate("facts", "Saturated: at {0} the slope is only {1}."),
        "clamp_inside": translate("facts", "{0} is between the bounds: it passes."),
        "clamp_low": translate("facts", "{0} is at or below the lower bound {1}: it stops there."),
        "clamp_high": translate("facts", "{0} is at or above the upper bound {1}: it stops there."),
        # -- ranks
        "all_reduced": translate("facts", "All-reduce, bucket {0} of {1}, by {2}: DDP averages."),
        "other_ranks": translate(
            "facts", "Only this rank is known: open the files of the other {0} with it."
        ),
        # -- dropout
        "dropout_kept": translate("facts", "Dropout kept it, scaled by {1} (p = {0})."),
        "dropout_dropped": translate("facts", "Dropout dropped it (p = {0}), so 0."),
        "dropout_of_zero": translate("facts", "It is 0 whether dropout (p = {0}) kept it or not."),
        "dropout_off": translate("facts", "Dropout is off: it passes."),
        # -- pooling and extremes
        "pool_average": translate("facts", "The mean of a window of {0}."),
        "pool_unused": translate("facts", "No window has this element, so 0."),
        "largest_of": translate("facts", "The largest of {0}: {1}."),
        "smallest_of": translate("facts", "The smallest of {0}: {1}."),
        "extreme_won": translate(
            "facts", "{0} won against {1}, so the gradient is passed on here."
        ),
        "extreme_lost": translate("facts", "{1} won against {0}, so 0."),
        "extreme_shared": translate("facts", "Both are {0}: they share the gradient."),
        # -- softmax and losses
        "log_of_exponentials": translate("facts", "ln Σ exp(x) of {1} numbers is {0}."),
        "own_probability": translate("facts", "Its own probability is {0}."),
        "probability_of_label": translate(
            "facts", "Class {1} is the label; the network gave it the probability {0}."
        ),
        "probability_of_other": translate(
            "facts", "Class {1} is not the label (that is {2}); its probability is {0}."
        ),
        "label_class": translate(
            "facts", "Class {0} is this sample's label, so its gradient is passed."
        ),
        "other_class": translate("facts", "Class {0} is not this sample's label ({1}), so 0."),
        "label_probability": translate("facts", "The label is {0}; its probability is {1}."),
        "sample_ignored": translate("facts", "This sample is ignored, so 0."),
        "samples_ignored": translate("facts", "Samples that are ignored: {0}."),
        "error_of_element": translate("facts", "Output {1}, target {2}: the error is {0}."),
        "error_near": translate(
            "facts", "Output {2}, target {3}: the error {0} is within {1}, so it counts squared."
        ),
        "error_far": translate(
            "facts", "Output {2}, target {3}: the error {0} is not within {1}; its sign counts."
        ),
        "probability_and_target": translate("facts", "Probability {0}, target {1}."),
        # -- norms and reductions
        "layer_statistics": translate("facts", "Of {2} features: mean {0}, σ {1}. Here x is {3}."),
        "group_statistics": translate(
            "facts", "Of a group of {2}: mean {0}, σ {1}. Here x is {3}."
        ),
        "instance_statistics": translate(
            "facts", "Of this sample's channel ({2}): mean {0}, σ {1}. Here x is {3}."
        ),
        "batch_statistics": translate(
            "facts", "The batch's own statistics ({2} numbers): mean {0}, σ {1}. Here x is {3}."
        ),
        "running_statistics": translate(
            "facts", "The running statistics: mean {0}, σ {1}. Here x is {3}."
        ),
        "root_mean_square": translate("facts", "Root mean square of {1}: {0}. Here x is {2}."),
        "mean_of": translate("facts", "The mean of {0} numbers."),
        "variance_of": translate("facts", "The mean of {1} numbers is {0}; divided by {2}."),
        "norm_of": translate("facts", "The squares of {0} numbers sum to {1}."),
        # -- measures of a whole tensor
        "measure_norm": translate(
            "facts", "The root of the sum of {0} squares, which is {1}: computed here, in float64."
        ),
        "measure_mean": translate("facts", "The mean of {0} numbers: computed here, in float64."),
        "measure_min": translate("facts", "The smallest of {0} numbers."),
        "measure_max": translate("facts", "The largest of {0} numbers."),
        "measure_others": translate(
            "facts", "The {1} largest are listed; the other {0} are one term."
        ),
        # -- lookups
        "looked_up_row": translate("facts", "Row {0} of the table."),
        "row_renormed": translate(
            "facts",
            "The row's norm was {0}, more than max_norm {1}: the embedding multiplied it by {2}.",
        ),
        "clipped": translate(
            "facts",
            "The norm of all gradients together was {0}: clipping multiplied each by {2}, and it "
            "is {1} now.",
        ),
        "scaled_by_hook": translate("facts", "A hook multiplied every element of it by {0}."),
        "scaled_by_function": translate(
            "facts", "{0} multiplied every element of what arrived by {1}."
        ),
        "passed_by_function": translate(
            "facts",
            "{0} multiplied {2} of {3} elements of what arrived by {1}, this one too. It sent 0 "
            "for the others.",
        ),
        "stopped_by_function": translate(
            "facts",
            "{0} sent 0 for this element. It multiplied {2} of {3} elements of what arrived "
            "by {1}.",
        ),
        "clip_idle": translate(
            "facts", "The total norm {0} was below max_norm {1}: clipping left all as it was."
        ),
        "total_norm": translate("facts", "torch found the norm of {0} numbers to be {1}."),
        "beyond_limit": translate("facts", "{0} was beyond the limit that clipping allows."),
        "row_not_read": translate("facts", "No sample has read this row: {0} leaves it as it is."),
        "step_ended": translate("facts", "{0} ended its step without another move."),
        "put_back": translate(
            "facts", "{0} has put it back to where this search for a step began."
        ),
        "row_looked_up": translate("facts", "Row {0} was looked up {1} times."),
        "where_first": translate("facts", "The condition holds: taken from the first."),
        "where_second": translate("facts", "The condition does not hold: taken from the second."),
        "where_passed": translate("facts", "It was chosen, so the gradient is passed on here."),
        "where_stopped": translate("facts", "The other was chosen, so 0."),
        "attention_largest": translate(
            "facts", "Of {2} keys, number {0} gets the most attention, {1}; {3} get none."
        ),
        # -- the engine's
        "depends_on": translate("facts", "It depends on {0} numbers."),
        "intermediate": translate(
            "facts", "{0} returns only its result: this is a step on the way, in float64."
        ),
        "intermediate_closes": translate(
            "facts",
            "{0} returns only its result, {1}: this is a step on the way, in float64. "
            "It leads to that result within {2}.",
        ),
        "backward_starts": translate(
            "facts", "Backward starts here: the loss's own gradient is 1."
        ),
        "backward_starts_given": translate(
            "facts", "Backward started from this given gradient: it was put in, not computed."
        ),
        "written_through_view": translate(
            "facts", "{0} wrote to it in place through a view: a part of it, or all of it."
        ),
        "no_way_here": translate(
            "facts", "Nothing that arrived at {0} has to do with this element, so 0."
        ),
        "complex_gradient": translate(
            "facts",
            "z is complex: torch's gradient is ∂L/∂Re z + i·∂L/∂Im z, twice the conjugate "
            "Wirtinger derivative ∂L/∂z*. Its {0} part is how fast the loss changes with {0} z.",
        ),
        "intervention": translate("facts", "An experiment changed it: {0} ({1}). Without it: {2}."),
    }


def _listed(values: tuple[float | int | str, ...]) -> str:
    numbers = [signed(value) for value in values[:_LISTED]]
    return ", ".join((*numbers, "…") if len(values) > _LISTED else numbers)


def _winner(fact: Fact) -> str:
    translate = QCoreApplication.translate
    text = translate("facts", "Max pool: {1} won of the {0} in its window. The others: {2}.")
    winner, *others = fact.values
    return text.format(len(fact.values), signed(winner), _listed(tuple(others)))


def _passed(fact: Fact) -> str:
    translate = QCoreApplication.translate
    won, windows, size, own, *others = fact.values
    if others:
        text = translate(
            "facts",
            "Max pool: this, {0}, won of the {1} in its window, so the gradient is passed on "
            "here. The others: {2}.",
        )
        return text.format(signed(own), size, _listed(tuple(others)))
    if windows == 1:
        text = translate(
            "facts", "Max pool: this of the {0} won, so the gradient is passed on here."
        )
        return text.format(size)
    text = translate("facts", "Max pool: this won in {0} of the {1} windows that have it.")
    return text.format(won, windows)


def _stopped(fact: Fact) -> str:
    translate = QCoreApplication.translate
    windows, size, _, winner = fact.values[:4]
    if windows == 1:
        text = translate("facts", "Max pool: another of the {0} won ({1}), so 0.")
        return text.format(size, signed(winner))
    text = translate("facts", "Max pool: others won in all of the {0} windows that have it, so 0.")
    return text.format(windows)


def _exponentials(fact: Fact) -> str:
    translate = QCoreApplication.translate
    total, count, *each = fact.values
    if not each:
        return translate("facts", "Σ exp(x) of {1} numbers is {0}.").format(short(total), count)
    listed = " + ".join(short(value) for value in each[:_LISTED])
    more = " + …" if len(each) > _LISTED else ""
    return translate("facts", "Σ exp(x) = {0} = {1}").format(short(total), listed + more)


def _probabilities(fact: Fact) -> str:
    translate = QCoreApplication.translate
    mean, lowest, count, *_ = fact.values
    text = translate("facts", "The labels' probabilities ({0}): {1} on average, at least {2}.")
    return text.format(count, short(mean), short(lowest))


def _update_step(fact: Fact) -> str:
    """A step of an optimizer's rule; the new weight in all of float32's digits: it moves little."""
    symbol, formula, value = fact.values[:3]
    digits = 7 if symbol == NEW else 4
    text = QCoreApplication.translate("facts", "{0} = {1} = {2}")
    return text.format(symbol, formula, short(value, digits))


# Facts whose values are more than numbers in a sentence.
SENTENCES_WITH_LIST: Mapping[str, Callable[[Fact], str]] = {
    "pool_winner": _winner,
    "update_step": _update_step,
    "pool_gradient_passed": _passed,
    "pool_gradient_stopped": _stopped,
    "sum_of_exponentials": _exponentials,
    "label_probabilities": _probabilities,
}
