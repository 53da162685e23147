"""The logit ln(x / (1 − x)), of a number that ``eps`` may keep away from 0 and 1."""

import math

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import safely
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain, product
from backprop_viz.recording.explanations.number_explanation import Part


def _logit(x: float) -> float:
    if x in (0, 1):
        return math.copysign(math.inf, x - 0.5)
    return math.log(x / (1 - x))


def _parts(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    eps, x = call.option("eps", 1), call.input
    value = x.at(index)
    if eps is not None and not float(eps) <= value <= 1 - float(eps):
        bound = min(max(value, float(eps)), 1 - float(eps))
        return (product("value", plain("bound", _logit(bound))),)
    return (
        product("value", x.function("input", "ln(x / (1 − x))", [safely(_logit, value)], [index])),
    )


def _form(call: RecordedCall) -> str:
    eps = call.option("eps", 1)
    if eps is None:
        return "y[…] = ln(x[…] / (1 − x[…]))"
    bounded = f"min(max(x[…], {number_text(float(eps))}), {number_text(1 - float(eps))})"
    return f"y[…] = ln({bounded} / (1 − {bounded}))"


def _sent(call: RecordedCall) -> str:
    """What is kept away from 0 and 1 sends nothing: with bounds there is no one formula."""
    return "" if call.option("eps", 1) is not None else "∂L/∂x[…] = δ[…] / (x[…]·(1 − x[…]))"


OPERATIONS = (
    OperationEntry(
        functions=("logit", "special_logit"),
        derivative="logit′",
        form=_form,
        forward=_parts,
        nodes=(OperationNode("LogitBackward0", (SentGradient("local", _sent),)),),
    ),
)
