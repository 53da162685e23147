"""ELU, SELU, CELU and softplus: a line above 0, a curve that fades below."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from backprop_viz.analysis.operations.index_forms import number_text
from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.pointwise import FunctionOfElement, of_element, softplus
from backprop_viz.analysis.operations.recorded_call import Index, RecordedCall, plain, product
from backprop_viz.recording.explanations.number_explanation import Fact, Part
from backprop_viz.recording.trace.events import Event

_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
# What the line and the curve are multiplied by, and the curve's width: scale·x where x > 0, else
# scale·α·(exp(x / width) − 1).
_Numbers = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Elu:
    """The rules of an ELU whose numbers the call tells."""

    numbers: Callable[[RecordedCall], _Numbers]

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        scale, alpha, width = self.numbers(call)
        x = call.input
        if not x.at(index) <= 0:
            return (product("value", x.one("pre_activation", index), plain("slope", scale)),)
        inner = "x" if width == 1 else f"x/{number_text(width)}"
        curve = FunctionOfElement(
            f"(exp({inner}) − 1)", lambda x: math.expm1(x / width), "pre_activation"
        )
        return (product("value", of_element(x, index, curve), plain("slope", scale * alpha)),)

    def facts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
        x = call.input.at(index)
        code = "elu_curve" if x <= 0 else "elu_line"
        return (Fact(code, (x,), (call.input.number(index),)),)

    def node_facts(
        self, event: Event, call: RecordedCall, slot: int, index: Index
    ) -> tuple[Fact, ...]:
        return self.facts(call, slot, index)

    def form(self, call: RecordedCall) -> str:
        scale, alpha, width = self.numbers(call)
        line = "x[…]" if scale == 1 else f"{number_text(scale)}·x[…]"
        inner = "x[…]" if width == 1 else f"x[…]/{number_text(width)}"
        factor = scale * alpha
        curve = f"exp({inner}) − 1" if factor == 1 else f"{number_text(factor)}·(exp({inner}) − 1)"
        return f"y[…] = {line} where x[…] > 0, else {curve}"

    def sent(self, call: RecordedCall) -> str:
        scale, alpha, width = self.numbers(call)
        line = "δ[…]" if scale == 1 else f"δ[…]·{number_text(scale)}"
        inner = "x[…]" if width == 1 else f"x[…]/{number_text(width)}"
        factor = scale * alpha / width
        curve = f"δ[…]·exp({inner})" if factor == 1 else f"δ[…]·{number_text(factor)}·exp({inner})"
        return f"∂L/∂x[…] = {line} where x[…] > 0, else {curve}"


def _alpha(call: RecordedCall) -> float:
    return float(call.option("alpha", 1, 1.0))


def _entry(name: str, node: str, numbers: Callable[[RecordedCall], _Numbers]) -> OperationEntry:
    rules = _Elu(numbers)
    return OperationEntry(
        functions=(name,),
        roles=("pre_activation",),
        derivative=f"{name}′",
        form=rules.form,
        forward=rules.parts,
        facts=rules.facts,
        nodes=(OperationNode(node, (SentGradient("local", rules.sent),), rules.node_facts),),
        composite=name == "selu",
    )


@dataclass(frozen=True, slots=True)
class _Softplus:
    """ln(1 + exp(β·x)) / β, and x itself where β·x is above a threshold."""

    def numbers(self, call: RecordedCall) -> tuple[float, float]:
        return float(call.option("beta", 1, 1.0)), float(call.option("threshold", 2, 20.0))

    def parts(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        beta, threshold = self.numbers(call)
        x = call.input
        if x.at(index) * beta > threshold:
            return (product("value", x.one("pre_activation", index), plain("slope", 1.0)),)
        if beta == 1:
            curve = FunctionOfElement("ln(1 + exp(x))", softplus, "pre_activation")
            return (product("value", of_element(x, index, curve)),)
        symbol = f"ln(1 + exp({number_text(beta)}·x))"
        curve = FunctionOfElement(symbol, lambda x: softplus(beta * x), "pre_activation")
        return (product("value", of_element(x, index, curve), plain("slope", 1 / beta)),)

    def form(self, call: RecordedCall) -> str:
        beta, _ = self.numbers(call)
        if beta == 1:
            return "y[…] = ln(1 + exp(x[…]))"
        return f"y[…] = ln(1 + exp({number_text(beta)}·x[…])) / {number_text(beta)}"

    def sent(self, call: RecordedCall) -> str:
        beta, _ = self.numbers(call)
        inner = "x[…]" if beta == 1 else f"{number_text(beta)}·x[…]"
        return f"∂L/∂x[…] = δ[…]·σ({inner})"


_SOFTPLUS = _Softplus()

OPERATIONS = (
    _entry("elu", "EluBackward0", lambda call: (1.0, _alpha(call), 1.0)),
    _entry("selu", "EluBackward0", lambda call: (_SCALE, _ALPHA, 1.0)),
    _entry("celu", "CeluBackward0", lambda call: (1.0, _alpha(call), _alpha(call))),
    OperationEntry(
        functions=("softplus",),
        roles=("pre_activation",),
        derivative="softplus′",
        form=_SOFTPLUS.form,
        forward=_SOFTPLUS.parts,
        nodes=(OperationNode("SoftplusBackward0", (SentGradient("local", _SOFTPLUS.sent),)),),
    ),
)
