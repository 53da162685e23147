"""Sigmoid, tanh and log-sigmoid: smooth functions that saturate."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import FunctionOfElement, sigmoid, softplus
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.trace.events import Event

# A slope below this lets almost nothing of the gradient through.
_FLAT = 0.01


@dataclass(frozen=True, slots=True)
class _Saturation:
    """Tells where the function is almost flat."""

    slope: Callable[[float], float]

    def __call__(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        x = call.input.at(index)
        slope = self.slope(x)
        if not slope < _FLAT:
            return ()
        return (Fact("saturated", (x, slope), (call.input.number(index),)),)

    def of_node(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        return self(call, slot, index)


_SIGMOID = _Saturation(lambda x: sigmoid(x) * sigmoid(-x))
_TANH = _Saturation(lambda x: 1 - math.tanh(x) ** 2)

OPERATIONS = (
    OperationEntry(
        functions=("sigmoid", "expit"),
        roles=("pre_activation",),
        derivative="σ′",
        form="y[…] = σ(x[…])",
        forward=FunctionOfElement("σ(x)", sigmoid, "pre_activation"),
        facts=_SIGMOID,
        nodes=(
            OperationNode(
                "SigmoidBackward0",
                (SentGradient("local", "∂L/∂x[…] = δ[…]·y[…]·(1 − y[…])"),),
                _SIGMOID.of_node,
            ),
        ),
    ),
    OperationEntry(
        functions=("tanh",),
        roles=("pre_activation",),
        derivative="tanh′",
        form="y[…] = tanh(x[…])",
        forward=FunctionOfElement("tanh(x)", math.tanh, "pre_activation"),
        facts=_TANH,
        nodes=(
            OperationNode(
                "TanhBackward0",
                (SentGradient("local", "∂L/∂x[…] = δ[…]·(1 − y[…]²)"),),
                _TANH.of_node,
            ),
        ),
    ),
    OperationEntry(
        functions=("logsigmoid", "log_sigmoid"),
        roles=("pre_activation",),
        derivative="(ln σ)′",
        form="y[…] = ln(σ(x[…]))",
        forward=FunctionOfElement("ln(σ(x))", lambda x: -softplus(-x), "pre_activation"),
        nodes=(
            OperationNode(
                "LogSigmoidBackward0", (SentGradient("local", "∂L/∂x[…] = δ[…]·σ(−x[…])"),)
            ),
        ),
    ),
)
