"""Exponentials, logarithms and trigonometric functions of each element."""

import math
from collections.abc import Callable

from backprop_viz.analysis.operations.pointwise import entry_of_function


def _log(function: Callable[[float], float]) -> Callable[[float], float]:
    """A logarithm as IEEE has it: -∞ at 0."""
    return lambda x: -math.inf if x == 0 else function(x)


OPERATIONS = (
    entry_of_function(
        ("exp",), "ExpBackward0", "exp(x)", math.exp, "y[…] = exp(x[…])", "∂L/∂x[…] = δ[…]·y[…]"
    ),
    entry_of_function(
        ("exp2",),
        "Exp2Backward0",
        "2ˣ",
        lambda x: math.pow(2, x),
        "y[…] = exp(x[…]·ln(2))",
        "∂L/∂x[…] = δ[…]·y[…]·ln(2)",
    ),
    entry_of_function(
        ("expm1",),
        "Expm1Backward0",
        "exp(x) − 1",
        math.expm1,
        "y[…] = exp(x[…]) − 1",
        "∂L/∂x[…] = δ[…]·(y[…] + 1)",
    ),
    entry_of_function(
        ("log",),
        "LogBackward0",
        "ln(x)",
        _log(math.log),
        "y[…] = ln(x[…])",
        "∂L/∂x[…] = δ[…] / x[…]",
    ),
    entry_of_function(
        ("log2",),
        "Log2Backward0",
        "log₂(x)",
        _log(math.log2),
        "y[…] = ln(x[…]) / ln(2)",
        "∂L/∂x[…] = δ[…] / (x[…]·ln(2))",
    ),
    entry_of_function(
        ("log10",),
        "Log10Backward0",
        "log₁₀(x)",
        _log(math.log10),
        "y[…] = ln(x[…]) / ln(10)",
        "∂L/∂x[…] = δ[…] / (x[…]·ln(10))",
    ),
    entry_of_function(
        ("log1p",),
        "Log1PBackward0",
        "ln(1 + x)",
        lambda x: -math.inf if x == -1 else math.log1p(x),
        "y[…] = ln(1 + x[…])",
        "∂L/∂x[…] = δ[…] / (1 + x[…])",
    ),
    entry_of_function(
        ("sin",),
        "SinBackward0",
        "sin(x)",
        math.sin,
        "y[…] = sin(x[…])",
        "∂L/∂x[…] = δ[…]·cos(x[…])",
    ),
    entry_of_function(
        ("cos",),
        "CosBackward0",
        "cos(x)",
        math.cos,
        "y[…] = cos(x[…])",
        "∂L/∂x[…] = −δ[…]·sin(x[…])",
    ),
)
