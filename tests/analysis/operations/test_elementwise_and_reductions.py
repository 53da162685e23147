"""Arithmetic, powers, exponentials, reductions, extremes and lookups."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from backprop_viz.analysis.operations import (
    forward_facts,
    forward_formula,
    forward_parts,
    input_role,
    node_formula,
    sent_role,
)
from tests.analysis.operations.index_form_text import value_of
from tests.analysis.operations.recorded_calls import (
    check_form,
    check_node_form,
    check_terms,
    elements,
    fact,
    node_fact,
    noise,
    record,
)

X, MAPS, ROW = noise(4, 6, scale=2.0), noise(3, 4, 2, 2), noise(6, seed=4)
POSITIVE = (noise(4, 6, seed=1).detach().abs() + 0.1).requires_grad_()

WITH_TERMS: dict[str, Callable[[], Any]] = {
    "div": lambda: X / ROW,
    "div by a number": lambda: torch.div(X, 3),
    "rdiv": lambda: 3 / X,
    "pow": lambda: X**2,
    "cube": lambda: X.pow(3),
    "a power of 0": lambda: X**0,
    "a broken power": lambda: POSITIVE**0.7,
    "a power of tensors": lambda: POSITIVE**ROW,
    "rpow": lambda: 2**X,
    "sum": lambda: X.sum(),
    "sum of axes": lambda: MAPS.sum((0, 2)),
    "sum, axes kept": lambda: MAPS.sum(-3, keepdim=True),
    "mean": lambda: X.mean(),
    "mean of axes": lambda: torch.mean(MAPS, dim=(1, 3)),
    "prod": lambda: X.prod(1),
    "cumsum": lambda: X.cumsum(0),
    "var": lambda: X.var(),
    "var of an axis": lambda: X.var(1),
    "biased var": lambda: X.var(unbiased=False),
    "var, axes kept": lambda: MAPS.var((0, 2), correction=0, keepdim=True),
    "std": lambda: X.std(0),
    "std of all": lambda: torch.std(X),
    "norm": lambda: X.norm(),
    "l1 norm": lambda: X.norm(1, dim=1),
    "linalg norm": lambda: torch.linalg.norm(ROW),
    "vector norm": lambda: torch.linalg.vector_norm(X, dim=1),
    "norm of zeros": lambda: (X * 0).norm(dim=1),
    "max": lambda: X.max(),
    "max of an axis": lambda: X.max(1),
    "amax": lambda: MAPS.amax((1, 2)),
    "maximum": lambda: torch.maximum(X, ROW),
    "min, axis kept": lambda: X.min(0, keepdim=True),
    "min of two": lambda: torch.min(X, ROW),
    "embedding": lambda: F.embedding(torch.tensor([[0, 1], [3, 3]]), X),
    "where": lambda: torch.where(X > 0, X, ROW),
    "where of a tensor": lambda: X.where(X > 0, ROW),
    "where by names": lambda: X.where(condition=X > 0, other=ROW),
}


@pytest.mark.parametrize("name", WITH_TERMS)
def test_terms(name: str) -> None:
    check_terms(record(WITH_TERMS[name]).call, count=24)


FUNCTIONS: dict[str, tuple[Callable[[], Any], str]] = {
    "exp": (lambda: X.exp(), "ExpBackward0"),
    "exp2": (lambda: X.exp2(), "Exp2Backward0"),
    "expm1": (lambda: X.expm1(), "Expm1Backward0"),
    "log": (lambda: POSITIVE.log(), "LogBackward0"),
    "log2": (lambda: POSITIVE.log2(), "Log2Backward0"),
    "log10": (lambda: POSITIVE.log10(), "Log10Backward0"),
    "log1p": (lambda: POSITIVE.log1p(), "Log1PBackward0"),
    "sin": (lambda: X.sin(), "SinBackward0"),
    "cos": (lambda: X.cos(), "CosBackward0"),
    "square": (lambda: X.square(), "PowBackward0"),
    "sqrt": (lambda: POSITIVE.sqrt(), "SqrtBackward0"),
    "rsqrt": (lambda: POSITIVE.rsqrt(), "RsqrtBackward0"),
    "reciprocal": (lambda: X.reciprocal(), "ReciprocalBackward0"),
    "abs": (lambda: X.abs(), "AbsBackward0"),
    "neg": (lambda: -X, "NegBackward0"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_elements(name: str) -> None:
    run, node = FUNCTIONS[name]
    recorded = record(run)
    call = recorded.call
    if name != "neg":  # it is linear: the engine finds its terms
        check_terms(call, count=24)
    names = {"x": call.inputs[0], "y": call.outputs[0]}
    check_form(call, names)
    check_node_form(*recorded.node(node), 0, names)


def test_beyond_the_range() -> None:
    x = torch.tensor([0.0, -1.0, 800.0], dtype=torch.float64, requires_grad=True)
    for run, index, value in (
        (lambda: x.log(), 0, -math.inf),
        (lambda: x.log(), 1, math.nan),
        (lambda: x.exp(), 2, math.inf),
        (lambda: x.reciprocal(), 0, math.inf),
        (lambda: x.log1p(), 1, -math.inf),
    ):
        (part,) = forward_parts(record(run).call, 0, (index,)) or ()
        assert part.values.tolist() == pytest.approx([value], nan_ok=True)


def test_roles() -> None:
    recorded = record(lambda: X * ROW)
    node, made_by = recorded.node("MulBackward0")
    assert input_role(recorded.call, 1) == sent_role(node.op, made_by, 1) == "factor"
    assert node_formula(node.op, made_by, 1) == "∂L/∂b = δ·a"
    node, made_by = record(lambda: X - ROW).node("SubBackward0")
    assert [sent_role(node.op, made_by, k) for k in (0, 1)] == ["one", "sign"]


def test_the_divisor_of_a_variance() -> None:
    for run, text in (
        (lambda: X.var(), "y = Σ (x − mean)² / (n − 1)"),
        (lambda: X.var(unbiased=False), "y = Σ (x − mean)² / n"),
        (lambda: X.std(0, correction=2), "y = √(Σ (x − mean)² / (n − 2))"),
    ):
        assert forward_formula(record(run).call) == text
    mean, count, divisor = fact(record(lambda: X.var(1)).call, (2,)).values
    assert (mean, count, divisor) == (pytest.approx(X[2].mean().item()), 6, 5)


def test_a_matrix_norm_is_not_taken_for_one_of_vectors() -> None:
    call = record(lambda: torch.linalg.norm(X, 2)).call
    assert forward_parts(call, 0, ()) is None
    assert forward_parts(record(lambda: torch.linalg.norm(X, 2, dim=1)).call, 0, (0,)) is not None


def test_winners() -> None:
    call = record(lambda: X.max(1)).call
    found = fact(call, (2,))
    assert found.code == "largest_of"
    assert found.values == (6, X[2].max().item())
    assert found.numbers[0].index == (2, int(X[2].argmax()))
    recorded = record(lambda: torch.minimum(X, ROW))
    node = recorded.node("MinimumBackward0")
    for place in ((0, 0), (1, 3), (3, 5)):
        found = node_fact(*node, place)
        won = (X[place] < ROW[place[1]]).item()
        assert found.code == ("extreme_won" if won else "extreme_lost")
        assert found.values == (X[place].item(), ROW[place[1]].item())
    shared = record(lambda: torch.maximum(X, X * 1))
    assert node_fact(*shared.node("MaximumBackward0"), (0, 0)).code == "extreme_shared"


def test_lookups() -> None:
    tokens = torch.tensor([[0, 1], [3, 3]])
    recorded = record(lambda: F.embedding(tokens, X))
    assert fact(recorded.call, (1, 0, 4)).values == (3,)
    node = recorded.node("EmbeddingBackward0")
    assert [node_fact(*node, (row, 2)).values for row in (2, 3)] == [(2, 0), (3, 2)]
    recorded = record(lambda: torch.where(X > 0, X, ROW))
    node = recorded.node("WhereBackward0")
    for place in ((0, 0), (2, 1), (3, 4)):
        holds = bool(X[place] > 0)
        assert fact(recorded.call, place).code == ("where_first" if holds else "where_second")
        found = node_fact(*node, place)
        assert found.code == ("where_passed" if holds else "where_stopped")


def test_facts_of_sums() -> None:
    assert fact(record(lambda: MAPS.mean((1, 3))).call, (0, 1)).values == (8,)
    call = record(lambda: X.norm()).call
    assert fact(call, ()).values == (24, pytest.approx(X.square().sum().item(), rel=1e-14))
    assert elements(call, fact(call, ())) == []
    assert forward_facts(record(lambda: X.norm(1)).call, 0, ()) == ()


# Functions that mean something else with another argument, by plain arithmetic on a and b.
OTHER_ARGUMENTS: dict[str, tuple[Callable[[], Any], str]] = {
    "add": (lambda: torch.add(X, ROW), "y = a + b"),
    "add, scaled": (lambda: torch.add(X, ROW, alpha=3), "y = a + 3·b"),
    "add, scaled below 0": (lambda: X.add(ROW, alpha=-3), "y = a − 3·b"),
    "sub": (lambda: X - ROW, "y = a − b"),
    "sub, scaled": (lambda: torch.sub(X, ROW, alpha=2), "y = a − 2·b"),
    "rsub, scaled": (lambda: torch.rsub(X, ROW, alpha=2), "y = b − 2·a"),
    "div": (lambda: X / ROW, "y = a / b"),
    "div, floor": (lambda: torch.div(X, ROW, rounding_mode="floor"), "y = ⌊a / b⌋"),
    "div, trunc": (lambda: torch.div(X, ROW, rounding_mode="trunc"), "y = trunc(a / b)"),
}


@pytest.mark.parametrize("name", OTHER_ARGUMENTS)
def test_a_formula_goes_by_all_arguments(name: str) -> None:
    run, form = OTHER_ARGUMENTS[name]
    recorded, truth = record(run), run().detach().numpy()
    assert forward_formula(recorded.call) == form
    for n, k in ((0, 0), (2, 3), (3, 5)):
        names = {"a": X[n, k].item(), "b": ROW[k].item()}
        assert value_of(form, names) == pytest.approx(truth[n, k], rel=1e-14)


def test_what_a_scaled_sum_sends() -> None:
    for run, sent in (
        (lambda: torch.add(X, X * 2, alpha=3), 3),
        (lambda: torch.sub(X, X * 2, alpha=3), -3),
        (lambda: torch.rsub(X * 2, X, alpha=3), -3),
    ):
        recorded = record(run)
        name = {"add": "Add", "sub": "Sub", "rsub": "Rsub"}[recorded.call.op] + "Backward"
        nodes = [n for i in (0, 1) for n in recorded.nodes(f"{name}{i}") if n[1] is recorded.call]
        for event, made_by in nodes:
            scaled = 0 if recorded.call.op == "rsub" else 1
            check = event.outputs[scaled], event.inputs[0]
            assert (check[0] == sent * check[1]).all()
            text = node_formula(event.op, made_by, scaled)
            assert value_of(text, {"δ": 2.0}) == 2.0 * sent


def test_rounding_to_decimals() -> None:
    for decimals in (0, 2, -1):
        recorded = record(lambda decimals=decimals: torch.round(X * 7, decimals=decimals))
        check_form(recorded.call, {"x": recorded.call.inputs[0]})


def test_where_of_a_condition_alone_tells_places() -> None:
    recorded = record(lambda: (torch.where(X > 0)[0], X.sum())[0])
    places = next(call for call in recorded.calls if call.op == "where")
    assert forward_formula(places) == ""
    assert forward_parts(places, 0, (0,)) is None
    assert forward_facts(places, 0, (0,)) == ()


# What is reduced along which axes, its node, and both formulas.
REDUCED: dict[str, tuple[Callable[[], Any], str, str, str]] = {
    "sum": (lambda: MAPS.sum((0, 2)), "SumBackward1", "y[k, j] = Σₙᵢ x[n, k, i, j]", "δ[k, j]"),
    "sum, axis kept": (
        lambda: MAPS.sum(-3, keepdim=True),
        "SumBackward1",
        "y[n, 0, i, j] = Σₖ x[n, k, i, j]",
        "δ[n, 0, i, j]",
    ),
    "mean": (lambda: torch.mean(X, dim=1), "MeanBackward1", "y[n] = Σₖ x[n, k] / 6", "δ[n] / 6"),
    "prod": (lambda: X.prod(0), "ProdBackward1", "y[k] = Πₙ x[n, k]", "δ[k]·y[k] / x[n, k]"),
}


@pytest.mark.parametrize("name", REDUCED)
def test_a_reduction_says_along_which_axes(name: str) -> None:
    run, node, form, sent = REDUCED[name]
    recorded = record(run)
    event, made_by = recorded.node(node)
    assert forward_formula(recorded.call) == form
    assert node_formula(event.op, made_by, 0).partition(" = ")[2] == sent
    names = {"x": recorded.call.inputs[0], "y": recorded.call.outputs[0], "δ": event.inputs[0]}
    check_form(recorded.call, names)
    check_node_form(event, made_by, 0, names)


@pytest.mark.parametrize("function", [torch.var_mean, torch.std_mean])
def test_a_spread_beside_its_mean(function: Callable[..., Any]) -> None:
    call = record(lambda: function(MAPS, (1, 3))).call
    check_terms(call, count=24)
    spread, mean = (forward_formula(call, slot=slot) for slot in (0, 1))
    assert spread.endswith("Σ (x − mean)² / (n − 1)" + ")" * (function is torch.std_mean))
    assert mean == "y = Σ x / n"
    for slot in (0, 1):
        output = call.outputs[slot]
        assert output is not None
        parts = forward_parts(call, slot, (2, 1))
        assert parts is not None
        assert sum(part.values.sum() for part in parts) == pytest.approx(output[2, 1], rel=1e-12)
