"""Rectifiers that pass what is above a threshold: leaky ReLU, PReLU and threshold."""

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    NotRecorded,
    RecordedCall,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event


def _slope(call: RecordedCall) -> float:
    return float(call.option("negative_slope", 1, 0.01))


def _leaky(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("pre_activation", index)
    slope = 1.0 if x.values[0] > 0 else _slope(call)
    return (product("value", x, plain("slope", slope)),)


def _leaky_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _scaled(call, index, _slope(call))


def _leaky_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    return _scaled(call, index, _slope(call))


def _scaled(call: RecordedCall, index: Index, slope: float) -> tuple[Fact, ...]:
    x = call.input.at(index)
    numbers = (call.input.number(index),)
    if x > 0:
        return (Fact("leaky_passed", (x,), numbers),)
    return (Fact("leaky_scaled", (x, slope), numbers),)


def _channel(call: RecordedCall, index: Index) -> Index:
    """Which of PReLU's slopes is that of an element: one for all, or one for each channel."""
    slopes = call.tensor("weight", 1)
    if slopes.array.ndim == 0:
        return ()
    axis = 1 if call.input.array.ndim > 1 else 0
    return (0 if slopes.shape[0] == 1 else index[axis],)


def _prelu(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("pre_activation", index)
    if x.values[0] > 0:
        return (product("value", x, plain("slope", 1.0)),)
    weight = call.tensor("weight", 1)
    return (product("value", x, weight.one("slope", _channel(call, index))),)


def _prelu_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return _scaled(call, index, call.tensor("weight", 1).at(_channel(call, index)))


def _prelu_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    return () if slot else _prelu_facts(call, slot, index)


def _threshold(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("pre_activation", index)
    limit, otherwise = call.option("threshold", 1), call.option("value", 2)
    if limit is None or otherwise is None:
        raise NotRecorded
    if x.values[0] <= limit:
        return (product("value", plain("replacement", float(otherwise))),)
    return (product("value", x, plain("gate", 1.0)),)


def _threshold_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x, limit = call.input.at(index), float(call.option("threshold", 1))
    code = "threshold_stopped" if x <= limit else "threshold_passed"
    return (Fact(code, (x, limit), (call.input.number(index),)),)


def _threshold_node_facts(
    event: Event, call: RecordedCall, slot: int, index: Index
) -> tuple[Fact, ...]:
    return _threshold_facts(call, slot, index)


def _leaky_form(call: RecordedCall) -> str:
    return f"y[…] = x[…] where x[…] > 0, else {number_text(_slope(call))}·x[…]"


def _leaky_sent(call: RecordedCall) -> str:
    return f"∂L/∂x[…] = δ[…] where x[…] > 0, else {number_text(_slope(call))}·δ[…]"


def _threshold_form(call: RecordedCall) -> str:
    limit, otherwise = call.option("threshold", 1), call.option("value", 2)
    return f"y[…] = x[…] where x[…] > {number_text(limit)}, else {number_text(otherwise)}"


def _threshold_sent(call: RecordedCall) -> str:
    return f"∂L/∂x[…] = δ[…] where x[…] > {number_text(call.option('threshold', 1))}, else 0"


OPERATIONS = (
    OperationEntry(
        functions=("leaky_relu",),
        roles=("pre_activation",),
        derivative="leaky relu′",
        form=_leaky_form,
        forward=_leaky,
        facts=_leaky_facts,
        nodes=(
            OperationNode(
                "LeakyReluBackward0", (SentGradient("local", _leaky_sent),), _leaky_node_facts
            ),
        ),
    ),
    OperationEntry(
        functions=("prelu",),
        roles=("pre_activation", "slope"),
        derivative="prelu′",
        axes={"slope": ("channel",)},
        forward=_prelu,
        facts=_prelu_facts,
        nodes=(
            OperationNode(
                "PreluKernelBackward0",
                (SentGradient("local"), SentGradient("pre_activation")),
                _prelu_node_facts,
            ),
        ),
    ),
    OperationEntry(
        functions=("threshold",),
        roles=("pre_activation",),
        derivative="threshold′",
        form=_threshold_form,
        forward=_threshold,
        facts=_threshold_facts,
        nodes=(
            OperationNode(
                "ThresholdBackward0",
                (SentGradient("local", _threshold_sent),),
                _threshold_node_facts,
            ),
        ),
    ),
)
