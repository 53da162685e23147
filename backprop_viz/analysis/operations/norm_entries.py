"""What the entries of all norms have in common: rules, intermediate values, facts, nodes."""

from backprop_viz.analysis.operations.normalization import (
    DEVIATION,
    MEAN,
    NORMALIZED,
    VARIANCE,
    NormOf,
)
from backprop_viz.analysis.operations.operation_entry import (
    ForwardFacts,
    ForwardRule,
    Intermediate,
    NodeFacts,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event


def output_rule(norm_of: NormOf) -> ForwardRule:
    """The terms of an element of what a norm makes."""

    def parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        return norm_of(call).output_parts(index)

    return parts


def statistics_rule(code: str, norm_of: NormOf) -> ForwardFacts:
    """What an element was normalized by: a fact with this code, or that of running statistics."""

    def facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        norm = norm_of(call)
        x, group = norm.x, norm.group_of(index)
        values = (norm.mean(group), norm.sigma(group), norm.count, x.at(index))
        if norm.running:
            running = (each.number(group) for each in norm.running)
            return (Fact("running_statistics", values, (x.number(index), *running)),)
        return (Fact(code, values, (x.number(index),)),)

    return facts


def node_rule(facts: ForwardFacts) -> NodeFacts:
    """The same facts for the gradient of x."""

    def node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        # A norm that hands its node a view of x is left to its output's facts.
        same = bool(event.inputs) and _shape(event) == call.input.shape
        return facts(call, slot, index) if slot == 0 and same else ()

    return node_facts


def _shape(event: Event) -> tuple[int, ...] | None:
    return None if event.inputs[0] is None else event.inputs[0].shape


def norm_intermediates(norm_of: NormOf, *, centred: bool = True) -> tuple[Intermediate, ...]:
    """x̂, the deviation from the mean, the mean and the variance; of RMS norm x̂ and mean(x²)."""

    def count(call: RecordedCall) -> int:
        return norm_of(call).count

    normalized = Intermediate(
        name=NORMALIZED,
        symbol="x̂",
        form="x̂[…] = (x[…] − mean) / √(var + ε)" if centred else "x̂[…] = x[…] / √(mean(x²) + ε)",
        parts=lambda call, index: norm_of(call).normalized_parts(index),
    )
    variance = Intermediate(
        name=VARIANCE,
        symbol="var" if centred else "mean(x²)",
        form=lambda call: (
            f"var = Σ (x − mean)² / {count(call)}"
            if centred
            else f"mean(x²) = Σ x² / {count(call)}"
        ),
        parts=lambda call, group: norm_of(call).variance_parts(group),
    )
    if not centred:
        return (normalized, variance)
    deviation = Intermediate(
        name=DEVIATION,
        symbol="(x − mean)",
        form="(x − mean)[…] = x[…] − mean",
        parts=lambda call, index: norm_of(call).deviation_parts(index),
    )
    mean = Intermediate(
        name=MEAN,
        symbol="mean",
        form=lambda call: f"mean = Σ x / {count(call)}",
        parts=lambda call, group: norm_of(call).mean_parts(group),
    )
    return (normalized, deviation, mean, variance)
