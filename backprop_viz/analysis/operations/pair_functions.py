"""Functions of two numbers: the logarithm of a sum of two exponentials, and an angle."""

import math

import numpy as np

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
    plain,
    product,
)
from backprop_viz.analysis.operations.softmax_inside import EXPONENTIAL_SUM, shift_of
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part

_RATIO = "ratio"


def _pair(call: RecordedCall, index: Index) -> tuple[RecordedTensor, Index, RecordedTensor, Index]:
    """The two numbers that an element is made of: the tensor and the place of each."""
    a, b = call.tensor("input", 0), call.tensor("other", 1)
    return a, a.broadcast(index), b, b.broadcast(index)


def _whole(call: RecordedCall) -> RecordedTensor:
    """The operand of the output's shape, of whose places the values inside are told."""
    tensors = call.tensor("input", 0), call.tensor("other", 1)
    found = next((each for each in tensors if each.shape == call.output().shape), None)
    if found is None:
        raise NotRecorded
    return found


# -- ln(exp(a) + exp(b)) -----------------------------------------------------------------------


def _is_binary(call: RecordedCall) -> bool:
    return call.event.call is not None and call.event.call.name == "logaddexp2"


def _log_of_sum(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    a, at_a, b, at_b = _pair(call, index)
    unit = math.log(2) if _is_binary(call) else 1.0
    exponents = np.array([a.at(at_a), b.at(at_b)]) * unit
    shift = shift_of(exponents)
    value = float(np.log(np.exp(exponents - shift).sum())) / unit
    symbol = "log₂(x)" if _is_binary(call) else "ln(x)"
    log = _whole(call).intermediate(EXPONENTIAL_SUM, "log_sum", [value], [index], symbol)
    if not shift:
        return (product("value", log),)
    larger, place = (a, at_a) if exponents[0] >= exponents[1] else (b, at_b)
    return product("log_sum", log), product("shift", larger.one("largest_logit", place))


def _exponentials(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    a, at_a, b, at_b = _pair(call, index)
    binary = _is_binary(call)
    unit = math.log(2) if binary else 1.0
    shift = shift_of(np.array([a.at(at_a), b.at(at_b)]) * unit)
    exponent = f"x − {shift / unit:.6g}" if shift else "x"
    plain_symbol = "exp(x)" if not shift else f"exp({exponent})"
    symbol = plain_symbol if not binary else f"2^({exponent})" if shift else "2ˣ"
    columns = (
        tensor.function("exp", symbol, [math.exp(tensor.at(place) * unit - shift)], [place])
        for tensor, place in ((a, at_a), (b, at_b))
    )
    return tuple(product("exponentials", column) for column in columns)


# -- atan2(a, b) -------------------------------------------------------------------------------


def _angle(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    a, at_a, b, at_b = _pair(call, index)
    above, below = a.at(at_a), b.at(at_b)
    if below == 0 or not math.isfinite(above / below):
        return (product("value", plain("value", math.atan2(above, below))),)
    angle = math.atan(above / below)
    parts = (
        product("value", _whole(call).intermediate(_RATIO, _RATIO, [angle], [index], "arctan(x)")),
    )
    if below > 0:
        return parts
    half_turn = math.copysign(math.pi, above)
    return (*parts, product("summand", plain("summand", half_turn)))


def _ratio(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    a, at_a, b, at_b = _pair(call, index)
    below: FactorColumn = b.function("one_over_divisor", "1/x", [1 / b.at(at_b)], [at_b])
    return (product("value", a.one("dividend", at_a), below),)


OPERATIONS = (
    OperationEntry(
        functions=("logaddexp",),
        form="y = ln(exp(a) + exp(b))",
        forward=_log_of_sum,
        intermediates=(
            Intermediate(
                name=EXPONENTIAL_SUM,
                symbol="Σ exp",
                form="s = exp(a) + exp(b)",
                parts=_exponentials,
            ),
        ),
        nodes=(
            OperationNode(
                "LogaddexpBackward0",
                (
                    SentGradient("local", "∂L/∂a = δ·exp(a − y)"),
                    SentGradient("local", "∂L/∂b = δ·exp(b − y)"),
                ),
            ),
        ),
    ),
    OperationEntry(
        functions=("logaddexp2",),
        form="y = log₂(2^a + 2^b)",
        forward=_log_of_sum,
        intermediates=(
            Intermediate(
                name=EXPONENTIAL_SUM, symbol="Σ 2^x", form="s = 2^a + 2^b", parts=_exponentials
            ),
        ),
        nodes=(
            OperationNode(
                "Logaddexp2Backward0",
                (
                    SentGradient("local", "∂L/∂a = δ·2^(a − y)"),
                    SentGradient("local", "∂L/∂b = δ·2^(b − y)"),
                ),
            ),
        ),
    ),
    OperationEntry(
        functions=("atan2", "arctan2"),
        form="y = atan2(a, b)",
        forward=_angle,
        intermediates=(Intermediate(name=_RATIO, symbol="a / b", form="r = a / b", parts=_ratio),),
        nodes=(
            OperationNode(
                "Atan2Backward0",
                (
                    SentGradient("local", "∂L/∂a = δ·b / (a² + b²)"),
                    SentGradient("local", "∂L/∂b = −δ·a / (a² + b²)"),
                ),
            ),
        ),
    ),
)
