"""ReLU: what is above 0 passes, all else becomes 0."""

import numpy as np

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("pre_activation", index)
    passes = ~(x.values <= 0)  # NaN passes too
    gate = plain("gate", float(passes[0]))
    return (Part("value", np.where(passes, x.values, 0.0), (x, gate)),)


def _facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x = call.input.at(index)
    code = "relu_stopped" if x <= 0 else "relu_passed"
    return (Fact(code, (x,), (call.input.number(index),)),)


def _node_facts(event: Event, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    x = call.input.at(index)
    code = "relu_gradient_stopped" if x <= 0 else "relu_gradient_passed"
    return (Fact(code, (x,), (call.input.number(index),)),)


OPERATIONS = (
    OperationEntry(
        functions=("relu",),
        roles=("pre_activation",),
        derivative="relu′",
        form="y[…] = max(x[…], 0)",
        forward=_parts,
        facts=_facts,
        nodes=(
            OperationNode(
                "ReluBackward0",
                (SentGradient("local", "∂L/∂x[…] = δ[…]·(x[…] > 0)"),),
                _node_facts,
            ),
        ),
    ),
)
