"""NLL and cross-entropy: minus the log-probability of each sample's label."""

import math

import numpy as np

from backprop_viz.analysis.operations.class_loss_forms import (
    cross_entropy_form,
    nll_form,
    nll_sent,
)
from backprop_viz.analysis.operations.class_samples import (
    ClassSamples,
    class_axis,
    has_labels,
    samples_of,
    smoothing_of,
)
from backprop_viz.analysis.operations.elementwise_losses import reduction_of
from backprop_viz.analysis.operations.index_forms import bracket
from backprop_viz.analysis.operations.log_sums import LONG_LIST, along_axis, log_sum, log_sums
from backprop_viz.analysis.operations.operation_entry import (
    Intermediate,
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    RecordedTensor,
    constant,
    every_place,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import (
    LOG_PROBABILITY,
    SoftmaxInside,
    class_axes,
    places_of,
    softmax_intermediates,
)
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Array, Event


def _asked(call: RecordedCall, index: Index) -> Index | None:
    return index if reduction_of(call) == "none" else None


def _share(
    call: RecordedCall, samples: ClassSamples, sign: float = 1.0
) -> tuple[FactorColumn, ...]:
    """What each sample's loss is multiplied by in the mean."""
    if reduction_of(call) != "mean":
        return () if sign == 1 else (constant("share", sign, len(samples.labels)),)
    divisor = float(samples.weights().sum())
    return (constant("share", sign / divisor if divisor else math.nan, len(samples.labels)),)


def _none(call: RecordedCall) -> tuple[Part, ...]:
    """Every sample is ignored: a mean of nothing is NaN, a sum is 0."""
    value = math.nan if reduction_of(call) == "mean" else 0.0
    return (product("samples", constant("share", value, 1)),)


# -- NLL -------------------------------------------------------------------------------------------


def _nll(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    samples = samples_of(call, _asked(call, index))
    if not len(samples.labels):
        return _none(call)
    score = samples.x.column("log_probability", samples.places)
    return (product("samples", *_share(call, samples, -1.0), *samples.weight_factors(), score),)


def _nll_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    samples = samples_of(call, _asked(call, index))
    return _label_facts(samples, np.exp(samples.label_scores()))


def _label_facts(samples: ClassSamples, probabilities: Array) -> tuple[Fact, ...]:
    """The probability of each sample's label."""
    ignored = (Fact("samples_ignored", (samples.ignored,)),) if samples.ignored else ()
    count = len(samples.labels)
    if not count:
        return ignored
    places = samples.places[:LONG_LIST]
    if count == 1:
        label, number = int(samples.labels[0]), samples.x.number(tuple(places[0]))
        return (Fact("label_probability", (label, float(probabilities[0])), (number,)), *ignored)
    lowest = int(np.argmin(probabilities))
    values: tuple[float, ...] = (
        float(probabilities.mean()),
        float(probabilities[lowest]),
        count,
    )
    if count <= LONG_LIST:
        values += tuple(map(float, probabilities))
        numbers = tuple(samples.x.number(tuple(place)) for place in places)
    else:
        numbers = (samples.x.number(tuple(samples.places[lowest])),)
    return (Fact("label_probabilities", values, numbers), *ignored)


def _label_of(call: RecordedCall, index: Index) -> tuple[int, int]:
    """The label of the sample that an element of the input belongs to, and the element's class.

    Raises NotRecorded where the node works on another shape, or the targets are no labels.
    """
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    if len(index) != x.array.ndim or target.array.ndim == x.array.ndim:
        raise NotRecorded
    axis = class_axis(x)
    return int(target.array[index[:axis] + index[axis + 1 :]]), index[axis]


def _nll_node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    label, own = _label_of(call, index)
    if label == call.option("ignore_index", 4, -100):
        return (Fact("sample_ignored"),)
    return (Fact("label_class" if own == label else "other_class", (own, label)),)


# -- cross-entropy ---------------------------------------------------------------------------------


# The code of Σ ln p over all classes, by which a smoothed label is spread.
_LOG_SUM_OF_ALL = "log_probabilities"


def _inside(call: RecordedCall) -> SoftmaxInside:
    x = call.tensor("input", 0)
    return SoftmaxInside(x, class_axis(x))


def _cross_entropy(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    if not has_labels(call):
        return _to_distribution(call, index)
    samples = samples_of(call, _asked(call, index))
    if not len(samples.labels):
        return _none(call)
    smoothing, share = smoothing_of(call), _share(call, samples, -1.0)
    scores = samples.all_scores()
    sums = log_sums(scores)
    log_p = samples.x.intermediate(
        LOG_PROBABILITY, "log_probability", samples.label_scores() - sums, samples.places
    )
    count = len(samples.labels)
    kept = (constant("label_share", 1 - smoothing, count),) if smoothing else ()
    labels = product("samples", *share, *kept, *samples.weight_factors(), log_p)
    if not smoothing:
        return (labels,)
    weights = _class_weights(samples.weight, samples.classes)
    each = scores.astype(np.float64) @ weights - sums * weights.sum()
    axis = class_axis(samples.x)
    places = np.delete(samples.places, axis, axis=1)
    spread = samples.x.intermediate(_LOG_SUM_OF_ALL, "log_probabilities", each, places)
    evenly = constant("class_share", smoothing / samples.classes, count)
    return (labels, product("smoothing", *share, evenly, spread))


def _class_weights(weight: RecordedTensor | None, classes: int) -> Array:
    return np.ones(classes) if weight is None else np.asarray(weight.array, np.float64)


def _of_all_classes(call: RecordedCall, place: Index) -> tuple[Part, ...]:
    """Σ w·ln p over all classes of a sample."""
    x, weight = call.tensor("input", 0), call.tensor_or_none("weight", 2)
    axis, classes = class_axis(x), x.shape[class_axis(x)]
    places = [(*place[:axis], k, *place[axis:]) for k in range(classes)]
    row = along_axis(x.array, axis, places[0])
    log_p = x.intermediate(LOG_PROBABILITY, "log_probability", row - log_sum(row), places)
    if weight is None:
        return (product("classes", log_p),)
    own = np.arange(classes).reshape(-1, 1)
    return (product("classes", weight.column("class_weight", own), log_p),)


def _of_all_form(call: RecordedCall) -> str:
    own, other, sign = places_of(_inside(call))
    weight = "" if call.tensor_or_none("weight", 2) is None else "w[m]·"
    return f"s{own} = {sign} {weight}ln p{other}"


def _to_distribution(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    """Cross-entropy with a distribution for each sample instead of a label."""
    x, target, weight = (
        call.tensor("input", 0),
        call.tensor("target", 1),
        call.tensor_or_none("weight", 2),
    )
    axis, classes = class_axis(x), x.shape[class_axis(x)]
    places = every_place(x.shape)
    reduction = reduction_of(call)
    if reduction == "none":
        own = index[:axis] + index[axis:]
        others = np.delete(places, axis, axis=1)
        places = places[(others == np.array(own, np.int64).reshape(1, -1)).all(axis=1)]
    moved = np.moveaxis(x.array, axis, -1)
    sums = np.expand_dims(log_sums(moved.reshape(-1, classes)).reshape(moved.shape[:-1]), axis)
    below = places * (np.array(sums.shape, np.int64) != 1)
    log_p = np.asarray(x.array[tuple(places.T)], np.float64) - sums[tuple(below.T)]
    smoothing = smoothing_of(call)
    wanted = target.column("target", places)
    if smoothing:
        values = wanted.values * (1 - smoothing) + smoothing / classes
        wanted = target.function(
            "target", f"{1 - smoothing:g}·x + {smoothing:g}/{classes}", values, places
        )
    factors = [wanted, x.intermediate(LOG_PROBABILITY, "log_probability", log_p, places)]
    if weight is not None:
        factors.insert(1, weight.column("class_weight", places[:, [axis]]))
    share = -classes / x.array.size if reduction == "mean" else -1.0
    factors.insert(0, constant("share", share, len(places)))
    return (product("samples", *factors),)


def _cross_entropy_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    if not has_labels(call):
        return ()
    samples = samples_of(call, _asked(call, index))
    sums = log_sums(samples.all_scores())
    return _label_facts(samples, np.exp(samples.label_scores() - sums))


def _probability_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    """At the node of the softmax inside: p, and whether the class is the label's."""
    x = call.tensor("input", 0)
    if len(index) != x.array.ndim:
        return ()
    p = math.exp(x.at(index) - log_sum(along_axis(x.array, class_axis(x), index)))
    numbers = (x.number(index),)
    if not has_labels(call):
        return (Fact("own_probability", (p,), numbers),)
    label, own = _label_of(call, index)
    code = "probability_of_label" if own == label else "probability_of_other"
    return (Fact(code, (p, own, label), numbers),)


def _inner_sent(call: RecordedCall) -> str:
    ndim = call.tensor("input", 0).array.ndim
    if not 2 <= ndim <= 5:
        return ""
    maps = "hij"[5 - ndim :]
    own, others = (bracket(["n", letter, *maps]) for letter in "km")
    return f"∂L/∂x{own} = δ{own} − p{own}·Σₘ δ{others}"


_NLL_SENT = (SentGradient("local", nll_sent),)


_AXES = {
    "logit": class_axes,
    "log_probability": class_axes,
    "target": class_axes,
    "class_weight": class_axes,
}

OPERATIONS = (
    OperationEntry(
        functions=("nll_loss", "nll_loss_nd"),
        roles=("log_probability", "label", "class_weight"),
        coefficient="share",
        form=nll_form,
        axes=_AXES,
        forward=_nll,
        facts=_nll_facts,
        nodes=tuple(
            OperationNode(name, _NLL_SENT, _nll_node_facts)
            for name in ("NllLossBackward0", "NllLoss2DBackward0")
        ),
    ),
    OperationEntry(
        functions=("cross_entropy", "cross_entropy_loss"),
        roles=("logit", "label", "class_weight"),
        form=cross_entropy_form,
        axes=_AXES,
        forward=_cross_entropy,
        intermediates=(
            *softmax_intermediates(_inside, log=True),
            Intermediate(
                name=_LOG_SUM_OF_ALL, symbol="Σ ln p", form=_of_all_form, parts=_of_all_classes
            ),
        ),
        facts=_cross_entropy_facts,
        nodes=(
            OperationNode("NllLossBackward0", _NLL_SENT, _nll_node_facts),
            OperationNode("NllLoss2DBackward0", _NLL_SENT, _nll_node_facts),
            OperationNode(
                "LogSoftmaxBackward0", (SentGradient("local", _inner_sent),), _probability_facts
            ),
        ),
        composite=True,
    ),
)
