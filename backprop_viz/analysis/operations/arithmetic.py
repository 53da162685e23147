"""Sums, products and quotients, element by element."""

from functools import partial

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part


def _quotient(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    if call.option("rounding_mode", 99) is not None:
        return None
    return _divided(call.operand("input", 0), call.operand("other", 1), index)


def _reversed_quotient(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _divided(call.operand("other", 1), call.operand("input", 0), index)


def _divided(above: object, below: object, index: Index) -> tuple[Part, ...]:
    if isinstance(above, RecordedTensor):
        dividend = above.one("dividend", above.broadcast(index))
    else:
        dividend = plain("dividend", _number(above))
    return (product("value", dividend, _one_over(below, index)),)


def _one_over(below: object, index: Index) -> FactorColumn:
    if not isinstance(below, RecordedTensor):
        return plain("one_over_divisor", 1 / _number(below))
    place = below.broadcast(index)
    value = below.one("", place).values
    return below.function("one_over_divisor", "1/x", 1 / value, [place])


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(value)
    return float(value)


def _alpha(call: RecordedCall) -> float:
    """What ``add`` and ``sub`` multiply their second operand by before they add it."""
    return _number(call.option("alpha", 99, 1))


def _times(number: float, letter: str) -> str:
    """A product as a formula has it after a sign."""
    return letter if number == 1 else f"{number_text(number)}·{letter}"


def _added(call: RecordedCall, sign: int, first: str, second: str) -> str:
    scale = sign * _alpha(call)
    return f"y = {first} {'−' if scale < 0 else '+'} {_times(abs(scale), second)}"


def _sent_on(call: RecordedCall, sign: int, letter: str) -> str:
    scale = sign * _alpha(call)
    return f"∂L/∂{letter} = {'−' if scale < 0 else ''}{_times(abs(scale), 'δ')}"


def _quotient_form(call: RecordedCall) -> str:
    mode = call.option("rounding_mode", 99)
    return {None: "y = a / b", "floor": "y = ⌊a / b⌋", "trunc": "y = trunc(a / b)"}[mode]


_BOTH = (
    SentGradient("one", "∂L/∂a = δ"),
    SentGradient("one", partial(_sent_on, sign=1, letter="b")),
)
_BOTH_OF_SUB = (
    SentGradient("one", "∂L/∂a = δ"),
    SentGradient("sign", partial(_sent_on, sign=-1, letter="b")),
)
_OF_RSUB = (SentGradient("sign", partial(_sent_on, sign=-1, letter="a")),)
_FACTORS = (SentGradient("factor", "∂L/∂a = δ·b"), SentGradient("factor", "∂L/∂b = δ·a"))
_QUOTIENT = (
    SentGradient("one_over_divisor", "∂L/∂a = δ / b"),
    SentGradient("local", "∂L/∂b = −δ·a / b²"),
)

OPERATIONS = (
    OperationEntry(
        functions=("add", "iadd", "radd"),
        roles=("summand",),
        coefficient="scale",
        form=partial(_added, sign=1, first="a", second="b"),
        nodes=tuple(OperationNode(f"AddBackward{i}", _BOTH) for i in (0, 1)),
    ),
    OperationEntry(
        functions=("sub", "subtract", "isub"),
        roles=("minuend", "subtrahend"),
        coefficient="sign",
        form=partial(_added, sign=-1, first="a", second="b"),
        nodes=tuple(OperationNode(f"SubBackward{i}", _BOTH_OF_SUB) for i in (0, 1)),
    ),
    OperationEntry(
        functions=("rsub",),
        roles=("subtrahend", "minuend"),
        coefficient="sign",
        form=partial(_added, sign=-1, first="b", second="a"),
        nodes=tuple(OperationNode(f"RsubBackward{i}", _OF_RSUB) for i in (0, 1)),
    ),
    OperationEntry(
        functions=("neg", "negative"),
        coefficient="sign",
        form="y[…] = −x[…]",
        nodes=(OperationNode("NegBackward0", (SentGradient("sign", "∂L/∂x[…] = −δ[…]"),)),),
    ),
    OperationEntry(
        functions=("mul", "multiply", "rmul", "imul"),
        roles=("factor",),
        coefficient="factor",
        form="y = a·b",
        nodes=tuple(OperationNode(f"MulBackward{i}", _FACTORS) for i in (0, 1)),
    ),
    OperationEntry(
        functions=("div", "divide", "true_divide", "truediv", "idiv", "itruediv"),
        roles=("dividend", "divisor"),
        coefficient="one_over_divisor",
        form=_quotient_form,
        forward=_quotient,
        nodes=tuple(OperationNode(f"DivBackward{i}", _QUOTIENT) for i in (0, 1)),
    ),
    OperationEntry(
        functions=("rtruediv", "rdiv"),
        roles=("divisor", "dividend"),
        form="y = b / a",
        forward=_reversed_quotient,
        composite=True,
    ),
)
