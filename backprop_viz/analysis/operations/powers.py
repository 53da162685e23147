"""Powers, roots, reciprocals and absolute values of each element."""

import math

import numpy as np

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import entry_of_function
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import Part


def _power(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _raised(call.operand("input", 0), call.operand("exponent", 1), index)


def _reversed_power(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _raised(call.operand("other", 1), call.operand("input", 0), index)


def _raised(base: object, exponent: object, index: Index) -> tuple[Part, ...]:
    x, p = _element(base, index), _element(exponent, index)
    value = float(np.float64(x) ** np.float64(p))
    if not isinstance(base, RecordedTensor):
        assert isinstance(exponent, RecordedTensor)
        place = exponent.broadcast(index)
        symbol = f"{number_text(x)}^x"
        return (product("value", exponent.function("exponent", symbol, [value], [place])),)
    place = base.broadcast(index)
    if p in (1, 2, 3) and math.isfinite(value):  # as a person writes it
        return (product("value", *[base.one("base", place) for _ in range(int(p))]),)
    if p == 0:
        return (product("value", plain("one", value)),)
    return (product("value", base.function("base", f"x^{number_text(p)}", [value], [place])),)


def _element(operand: object, index: Index) -> float:
    if isinstance(operand, RecordedTensor):
        return operand.at(operand.broadcast(index))
    if not isinstance(operand, int | float):
        raise TypeError(operand)
    return float(operand)


def _square(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("base", index)
    return (product("value", x, x),)


def _absolute(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    x = call.input.one("input", index)
    return (product("value", x, plain("sign", -1.0 if x.values[0] < 0 else 1.0)),)


def _reciprocal(x: float) -> float:
    return float(1 / np.float64(x))


def _power_sent(call: RecordedCall) -> str:
    p = call.option("exponent", 1)
    if call.event.call is not None and call.event.call.name == "square":
        p = 2
    if p == 2:
        return "∂L/∂x[…] = δ[…]·2·x[…]"
    return "∂L/∂x[…] = δ[…]·3·x[…]²" if p == 3 else ""


_POWER = OperationNode("PowBackward0", (SentGradient("local", _power_sent),))

OPERATIONS = (
    OperationEntry(
        functions=("pow", "float_power", "ipow"),
        roles=("base", "exponent"),
        derivative="pow′",
        forward=_power,
        nodes=(_POWER, OperationNode("PowBackward1", (SentGradient(), SentGradient()))),
    ),
    OperationEntry(
        functions=("rpow",),
        roles=("exponent", "base"),
        derivative="pow′",
        forward=_reversed_power,
        nodes=(OperationNode("PowBackward2"),),
    ),
    OperationEntry(
        functions=("square",),
        roles=("base",),
        derivative="square′",
        form="y[…] = x[…]²",
        forward=_square,
        nodes=(_POWER,),
        composite=True,
    ),
    entry_of_function(
        ("sqrt",),
        "SqrtBackward0",
        "√x",
        math.sqrt,
        "y[…] = √(x[…])",
        "∂L/∂x[…] = δ[…] / (2·y[…])",
    ),
    entry_of_function(
        ("rsqrt",),
        "RsqrtBackward0",
        "1/√x",
        lambda x: float(1 / np.sqrt(np.float64(x))),
        "y[…] = 1 / √(x[…])",
        "∂L/∂x[…] = −δ[…]·y[…]³ / 2",
    ),
    entry_of_function(
        ("reciprocal",),
        "ReciprocalBackward0",
        "1/x",
        _reciprocal,
        "y[…] = 1 / x[…]",
        "∂L/∂x[…] = −δ[…]·y[…]²",
    ),
    OperationEntry(
        functions=("abs", "absolute"),
        derivative="sign",
        form="y[…] = |x[…]|",
        forward=_absolute,
        nodes=(
            OperationNode("AbsBackward0", (SentGradient("sign", "∂L/∂x[…] = δ[…]·sign(x[…])"),)),
        ),
    ),
)
