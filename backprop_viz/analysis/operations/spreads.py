"""Variance, standard deviation and norms: how far numbers are spread."""

import math
from typing import Any

import numpy as np

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
    constant,
    plain,
    product,
)
from backprop_viz.analysis.operations.reduced_axes import (
    ReducedElements,
    reduced_elements,
    reduced_form,
)
from backprop_viz.recording.explanations.number_explanation import Fact, Part


def _correction(call: RecordedCall) -> float:
    """What is subtracted from the count by which the sum of squares is divided."""
    for given in (call.option("dim", 1), call.option("unbiased", 2)):
        if isinstance(given, bool):
            return float(given)
    return float(call.option("correction", 99, 1))


def _spread(call: RecordedCall, index: Index) -> tuple[ReducedElements, float]:
    """The elements of a variance, and what the sum of squares is divided by."""
    dims = call.option("dim", 1)
    keepdim = bool(call.option("keepdim", 3, False))
    dims = None if isinstance(dims, bool) else dims  # var(unbiased)
    found = reduced_elements(call.input, dims, index, keepdim=keepdim)
    return found, max(0.0, len(found.places) - _correction(call))


def _variance_form(call: RecordedCall) -> str:
    correction = _correction(call)
    divisor = f"(n − {number_text(correction)})" if correction else "n"
    return f"y = Σ (x − mean)² / {divisor}"


def _deviation_form(call: RecordedCall) -> str:
    return f"y = √({_variance_form(call).removeprefix('y = ')})"


def _variance(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    found, divisor = _spread(call, index)
    squares = (found.values - found.values.mean()) ** 2
    return _squares(found, squares, float(1 / np.float64(divisor)))


def _deviation(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    found, divisor = _spread(call, index)
    squares = (found.values - found.values.mean()) ** 2
    sigma = float(np.sqrt(squares.sum() / np.float64(divisor)))
    if sigma == 0:
        return (product("value", plain("sigma", 0.0)),)
    return _squares(found, squares, 1 / (divisor * sigma))


def _means(call: RecordedCall, index: Index) -> tuple[Part, ...]:
    found, _ = _spread(call, index)
    count = len(found.places)
    column = found.tensor.column("input", found.places)
    return (product("products", column, constant("share", 1 / count, count)),)


def _variance_and_mean(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _means(call, index) if slot else _variance(call, slot, index)


def _deviation_and_mean(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...]:
    return _means(call, index) if slot else _deviation(call, slot, index)


def _facts_beside_mean(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    return () if slot else _spread_facts(call, slot, index)


def _squares(found: ReducedElements, squares: Any, share: float) -> tuple[Part, ...]:
    column = found.tensor.function("squared_deviation", "(x − mean)²", squares, found.places)
    return (product("products", column, constant("share", share, len(squares))),)


def _spread_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    found, divisor = _spread(call, index)
    return (Fact("variance_of", (float(found.values.mean()), len(found.places), divisor)),)


def _normed(call: RecordedCall) -> tuple[Any, bool, float]:
    """Over which axes a norm is, whether it keeps them, and its order.

    Raises NotRecorded for a norm of matrices.
    """
    order = call.option("p", 1, call.option("ord", 1, 2))
    dims = call.option("dim", 2)
    x = call.input
    name = "" if call.event.call is None else call.event.call.name
    function = "" if call.event.call is None else call.event.call.function
    of_matrix = name == "matrix_norm" or ("linalg.norm" in function and order is not None)
    if of_matrix and x.array.ndim > 1 and not isinstance(dims, int):
        raise NotRecorded
    if order in ("fro", None):
        order = 2
    if not isinstance(order, int | float):
        raise NotRecorded
    return dims, bool(call.option("keepdim", 3, False)), float(order)


def _norm_elements(call: RecordedCall, index: Index) -> tuple[ReducedElements, float]:
    dims, keepdim, order = _normed(call)
    return reduced_elements(call.input, dims, index, keepdim=keepdim), order


def _norm_form(call: RecordedCall) -> str:
    dims, keepdim, order = _normed(call)
    form = reduced_form(call.input, dims, keepdim=keepdim)
    made, read, summed = form.made, form.read, f"Σ{form.axes}"
    if order in (0, 1):
        return f"y{made} = {summed} " + (f"|x{read}|" if order else f"(x{read} ≠ 0)")
    if order == 2:
        return f"y{made} = √({summed} x{read}²)"
    if math.isinf(order):
        return f"y{made} = {'max' if order > 0 else 'min'}{form.axes} |x{read}|"
    power = number_text(order)
    return f"y{made} = ({summed} |x{read}|^{power})^(1/{power})"


def _norm_sent(call: RecordedCall) -> str:
    dims, keepdim, order = _normed(call)
    form = reduced_form(call.input, dims, keepdim=keepdim)
    made, read = form.made, form.read
    if order == 1:
        return f"∂L/∂x{read} = δ{made}·sign(x{read})"
    return f"∂L/∂x{read} = δ{made}·x{read} / y{made}" if order == 2 else ""


def _norm(call: RecordedCall, slot: int, index: Index) -> tuple[Part, ...] | None:
    found, order = _norm_elements(call, index)
    values = np.abs(found.values)
    if order == 0:
        column = found.tensor.function("counted", "x ≠ 0", values != 0, found.places)
        return (product("terms", column),)
    if order == 1:
        column = found.tensor.function("absolute_value", "|x|", values, found.places)
        return (product("terms", column),)
    if not 0 < order < math.inf:
        return None
    norm = float((values**order).sum() ** (1 / order))
    if norm == 0:
        return (product("value", plain("norm", 0.0)),)
    if order != 2:
        symbol = f"|x|^{number_text(order)}"
        powers = found.tensor.function("power", symbol, values**order, found.places)
        return (product("products", powers, constant("share", norm ** (1 - order), len(values))),)
    column = found.tensor.function("square", "x²", values**2, found.places)
    return (product("products", column, constant("one_over_norm", 1 / norm, len(values))),)


def _norm_facts(call: RecordedCall, slot: int, index: Index) -> tuple[Fact, ...]:
    found, order = _norm_elements(call, index)
    if order != 2:
        return ()
    total = float((found.values**2).sum())
    return (Fact("norm_of", (len(found.places), total)),)


OPERATIONS = (
    OperationEntry(
        functions=("var",),
        form=_variance_form,
        derivative="var′",
        forward=_variance,
        facts=_spread_facts,
        nodes=tuple(OperationNode(f"VarBackward{i}") for i in (0, 1)),
    ),
    OperationEntry(
        functions=("std",),
        form=_deviation_form,
        derivative="std′",
        forward=_deviation,
        facts=_spread_facts,
        nodes=tuple(OperationNode(f"StdBackward{i}") for i in (0, 1)),
    ),
    OperationEntry(
        functions=("var_mean",),
        form=(_variance_form, "y = Σ x / n"),
        derivative="var′",
        forward=_variance_and_mean,
        facts=_facts_beside_mean,
        nodes=(OperationNode("VarMeanBackward0"),),
    ),
    OperationEntry(
        functions=("std_mean",),
        form=(_deviation_form, "y = Σ x / n"),
        derivative="std′",
        forward=_deviation_and_mean,
        facts=_facts_beside_mean,
        nodes=(OperationNode("StdMeanBackward0"),),
    ),
    OperationEntry(
        functions=("norm", "linalg_norm", "vector_norm", "linalg_vector_norm"),
        form=_norm_form,
        derivative="norm′",
        forward=_norm,
        facts=_norm_facts,
        nodes=(OperationNode("LinalgVectorNormBackward0", (SentGradient("local", _norm_sent),)),),
    ),
)
