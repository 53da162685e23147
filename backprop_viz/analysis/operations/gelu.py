"""GELU, SiLU, Mish and Hardswish: the pre-activation times a gate that depends on it."""

import math

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import GatedElement, sigmoid, softplus
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall
from backprop_viz.recording.explanations.number_explanation import Part


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _nearly_normal(x: float) -> float:
    return sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


def _by_tanh(call: RecordedCall) -> bool:
    return bool(call.option("approximate", 1, "none") == "tanh")


def _gelu(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    if _by_tanh(call):
        return GatedElement("σ(1.596·(x + 0.0447·x³))", _nearly_normal)(call, slot, index)
    return GatedElement("Φ(x)", _normal)(call, slot, index)


def _gelu_form(call: RecordedCall) -> str:
    if _by_tanh(call):
        return "y[…] = x[…]·σ(2·√(2/π)·(x[…] + 0.044715·x[…]³))"
    return "y[…] = x[…]·Φ(x[…])"


def _gelu_sent(call: RecordedCall) -> str:
    return "" if _by_tanh(call) else "∂L/∂x[…] = δ[…]·(Φ(x[…]) + x[…]·φ(x[…]))"


OPERATIONS = (
    OperationEntry(
        functions=("gelu",),
        roles=("pre_activation",),
        derivative="gelu′",
        form=_gelu_form,
        forward=_gelu,
        nodes=(OperationNode("GeluBackward0", (SentGradient("local", _gelu_sent),)),),
    ),
    OperationEntry(
        functions=("silu",),
        roles=("pre_activation",),
        derivative="silu′",
        form="y[…] = x[…]·σ(x[…])",
        forward=GatedElement("σ(x)", sigmoid),
        nodes=(
            OperationNode(
                "SiluBackward0",
                (SentGradient("local", "∂L/∂x[…] = δ[…]·σ(x[…])·(1 + x[…]·(1 − σ(x[…])))"),),
            ),
        ),
    ),
    OperationEntry(
        functions=("mish",),
        roles=("pre_activation",),
        derivative="mish′",
        form="y[…] = x[…]·tanh(ln(1 + exp(x[…])))",
        forward=GatedElement("tanh(ln(1 + exp(x)))", lambda x: math.tanh(softplus(x))),
        nodes=(OperationNode("MishBackward0"),),
    ),
    OperationEntry(
        functions=("hardswish",),
        roles=("pre_activation",),
        derivative="hardswish′",
        form="y[…] = x[…]·min(max(x[…] + 3, 0), 6)/6",
        forward=GatedElement("min(max(x + 3, 0), 6)/6", lambda x: min(max(x + 3, 0.0), 6.0) / 6),
        nodes=(OperationNode("HardswishBackward0"),),
    ),
)
