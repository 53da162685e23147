"""The losses over classes in symbols, with each of torch's options."""

from backprop_viz.analysis.operations.class_samples import (
    ClassSamples,
    class_axis,
    has_labels,
    samples_of,
    smoothing_of,
)
from backprop_viz.analysis.operations.elementwise_losses import reduction_of
from backprop_viz.analysis.operations.index_forms import bracket, number_text, summed
from backprop_viz.analysis.operations.recorded_call import RecordedCall


def nll_form(call: RecordedCall) -> str:
    """The negative log-likelihood of log-probabilities x."""
    return _form(call, "x{}")


def _form(call: RecordedCall, score: str) -> str:
    """The loss in symbols; ``score`` with ``{}`` in the place of an element's brackets."""
    own = _letters(call)
    of_sample = [letter for letter in own if letter != "k"]
    label = f"t{bracket(of_sample)}"
    samples, reduction = samples_of(call, None), reduction_of(call)
    weight = "" if samples.weight is None else f"w[{label}]·"
    labelled = bracket([label if letter == "k" else letter for letter in own])
    term = f"{weight}{score.format(labelled)}"
    smoothing = smoothing_of(call)
    if smoothing:
        others = bracket(["m" if letter == "k" else letter for letter in own])
        each = "" if samples.weight is None else "w[m]·"
        spread = f"{number_text(smoothing)}·Σₘ {each}{score.format(others)} / {samples.classes}"
        term = f"({number_text(1 - smoothing)}·{term} + {spread})"
    if samples.ignored:
        term = f"({label} ≠ {number_text(_ignored(call))})·{term}"
    if reduction == "none":
        return f"L{bracket(of_sample)} = −{term}"
    sign = f"{summed(*of_sample)} " if of_sample else ""
    return f"L = −{sign}{term}{_divisor(samples, reduction)}"


def _letters(call: RecordedCall) -> list[str]:
    """A letter for each axis of the scores; ``k`` is the class."""
    ndim = call.tensor("input", 0).array.ndim
    return ["k"] if ndim == 1 else ["n", "k", *"hij"[max(0, 5 - ndim) :]]


def _ignored(call: RecordedCall) -> int:
    return int(call.option("ignore_index", 4, -100))


def _divisor(samples: ClassSamples, reduction: str) -> str:
    whole = float(samples.weights().sum()) if reduction == "mean" else 1.0
    return "" if whole == 1 else f" / {number_text(whole)}"


def nll_sent(call: RecordedCall) -> str:
    """What it sends to its log-probabilities; of a sequence's, torch makes maps of one row."""
    samples, reduction = samples_of(call, None), reduction_of(call)
    own = _letters(call)
    if len(own) == 3:
        own.insert(2, "0")
    if len(own) > 4:
        return ""
    label = bracket([letter for letter in own if letter not in "k0"])
    of_sample = bracket([letter for letter in own if letter != "k"])
    upstream = f"δ{of_sample}" if reduction == "none" else "δ"
    weight = "" if samples.weight is None else "·w[k]"
    ignored = _ignored(call)
    is_class = samples.ignored and 0 <= ignored < samples.classes
    counted = f"·(k ≠ {ignored})" if is_class else ""
    divisor = _divisor(samples, reduction)
    return f"∂L/∂x{bracket(own)} = −{upstream}{weight}·(t{label} = k){counted}{divisor}"


def cross_entropy_form(call: RecordedCall) -> str:
    """The cross-entropy of scores, whose softmax is p."""
    return _form(call, "ln(p{})") if has_labels(call) else _distribution_form(call)


def _distribution_form(call: RecordedCall) -> str:
    x, smoothing, own = call.tensor("input", 0), smoothing_of(call), _letters(call)
    place = bracket(own)
    weight = "" if call.tensor_or_none("weight", 2) is None else "w[k]·"
    wanted = f"t{place}"
    if smoothing:
        evenly = f"{number_text(smoothing)} / {x.shape[class_axis(x)]}"
        wanted = f"({number_text(1 - smoothing)}·{wanted} + {evenly})"
    of_sample = [letter for letter in own if letter != "k"]
    if reduction_of(call) == "none":
        return f"L{bracket(of_sample)} = −Σₖ {weight}{wanted}·ln(p{place})"
    divisor = ""
    if reduction_of(call) == "mean":
        divisor = f" / {x.array.size // x.shape[class_axis(x)]}"
    return f"L = −{summed(*own)} {weight}{wanted}·ln(p{place}){divisor}"
