"""Rules for operations that make each element from a single other one: ``y = f(x)``."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from backprop_viz.analysis.operations.operation_entry import (
    OperationEntry,
    OperationNode,
    SentGradient,
)
from backprop_viz.analysis.operations.recorded_call import (
    Index,
    RecordedCall,
    RecordedTensor,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part

Function = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class FunctionOfElement:
    """A rule: the value is this function of the element, written ``symbol``."""

    symbol: str
    function: Function
    role: str = "input"

    def __call__(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        """One term with one factor."""
        return (product("value", of_element(call.input, index, self)),)


@dataclass(frozen=True, slots=True)
class GatedElement:
    """A rule: the value is the element times a function of it."""

    symbol: str
    function: Function
    role: str = "pre_activation"

    def __call__(self, call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
        """One term with two factors."""
        gate = FunctionOfElement(self.symbol, self.function, "gate")
        x = call.input
        return (product("value", x.one(self.role, index), of_element(x, index, gate)),)


def entry_of_function(
    functions: tuple[str, ...], node: str, symbol: str, function: Function, form: str, sent: str
) -> OperationEntry:
    """The entry of a function of each element.

    ``node`` is its grad_fn, ``symbol`` how a value is written, ``form`` how the output is, ``sent``
    how the gradient is.
    """
    return OperationEntry(
        functions=functions,
        derivative=f"{functions[0]}′",
        form=form,
        forward=FunctionOfElement(symbol, function),
        nodes=(OperationNode(node, (SentGradient("local", sent),)),),
    )


def of_element(x: RecordedTensor, index: Index, rule: FunctionOfElement) -> FactorColumn:
    """A function of one element as a factor of one term."""
    value = safely(rule.function, x.at(index))
    return x.function(rule.role, rule.symbol, [value], [index])


def safely(function: Function, x: float) -> float:
    """A function of Python's numbers as IEEE has it: ∞ beyond the range, NaN without a value."""
    try:
        return function(x)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def sigmoid(x: float) -> float:
    """1 / (1 + exp(−x)), without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x: float) -> float:
    """ln(1 + exp(x)), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
