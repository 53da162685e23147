"""Unit vectors, cosines, distances, gated halves, products up to a place and shrinking."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from backprop_viz.analysis.operations import forward_formula, node_formula
from tests.analysis.operations.recorded_calls import (
    check_form,
    check_node_form,
    check_terms,
    noise,
    record,
)

X, Z, MAPS = noise(4, 6, scale=2.0), noise(4, 6, seed=1), noise(2, 4, 3, 2)
OF_TWO: dict[str, Callable[[], Any]] = {
    "cosine": lambda: F.cosine_similarity(X, Z),
    "cosine, first axis": lambda: torch.cosine_similarity(X, Z, dim=0, eps=0.1),
    "cosine of short vectors": lambda: F.cosine_similarity(X * 1e-3, Z, eps=0.1),
    "distance": lambda: F.pairwise_distance(X, Z),
    "distance, axis kept": lambda: F.pairwise_distance(X, Z, eps=0.01, keepdim=True),
    "sum of distances": lambda: F.pairwise_distance(X, Z, p=1.0),
}
OF_ONE: dict[str, Callable[[], Any]] = {
    "unit vectors": lambda: F.normalize(X),
    "unit vectors of maps": lambda: F.normalize(MAPS, dim=-1),
    "shares": lambda: F.normalize(X, p=1.0, dim=0),
    "short vectors": lambda: F.normalize(X, eps=100.0),
    "glu": lambda: F.glu(X),
    "glu of channels": lambda: F.glu(MAPS, 1),
    "softshrink": lambda: F.softshrink(X),
    "softshrink, wider": lambda: F.softshrink(X, 1.2),
}


@pytest.mark.parametrize("name", {**OF_ONE, **OF_TWO, "cumprod": None})
def test_terms_sum_to_what_torch_has(name: str) -> None:
    calls = {**OF_ONE, **OF_TWO, "cumprod": lambda: X.cumprod(1)}
    check_terms(record(calls[name]).call, count=24)


@pytest.mark.parametrize("name", OF_ONE)
def test_formulas_of_one_tensor(name: str) -> None:
    event = record(OF_ONE[name]).call
    check_form(event, {"x": event.inputs[0]})


@pytest.mark.parametrize("name", OF_TWO)
def test_formulas_of_two_tensors(name: str) -> None:
    event = record(OF_TWO[name]).call
    check_form(event, dict(zip("ab", event.inputs, strict=True)))


@pytest.mark.parametrize("name", [name for name in OF_ONE if "glu" in name or "shrink" in name])
def test_formulas_of_gradients(name: str) -> None:
    recorded = record(OF_ONE[name])
    (node,) = {
        e.op for e in recorded.recording.events if e.op in ("GluBackward0", "SoftshrinkBackward0")
    }
    event, made_by = recorded.node(node)
    check_node_form(event, made_by, 0, {"x": made_by.inputs[0]})


def test_a_norm_of_another_order_is_left_to_the_engine() -> None:
    event = record(lambda: F.normalize(X, p=3.0)).call
    assert forward_formula(event) == ""


@pytest.mark.parametrize(
    ("run", "node", "forms"),
    [
        (
            lambda: torch.atan2(X, Z),
            "Atan2Backward0",
            ("∂L/∂a = δ·b / (a² + b²)", "∂L/∂b = −δ·a / (a² + b²)"),
        ),
        (
            lambda: torch.logaddexp(X, Z),
            "LogaddexpBackward0",
            ("∂L/∂a = δ·exp(a − y)", "∂L/∂b = δ·exp(b − y)"),
        ),
    ],
)
def test_forms_of_functions_of_two_numbers_are_torchs_gradients(
    run: Callable[[], Any], node: str, forms: tuple[str, str]
) -> None:
    event, made_by = record(run).node(node)
    a, b, y, g = *made_by.inputs, made_by.outputs[0], event.inputs[0]
    assert a is not None
    assert b is not None
    names = {"a": a, "b": b, "y": y, "δ": g, "exp": np.exp}
    for slot, form in enumerate(forms):
        assert node_formula(event.op, made_by, slot) == form
        written = form.partition(" = ")[2].replace("·", "*").replace("−", "-").replace("²", "**2")
        sent = event.outputs[slot]
        assert eval(written, {}, names) == pytest.approx(sent, rel=1e-12)


def test_local_response_norm_is_written_with_its_numbers() -> None:
    x = noise(2, 4, 3)
    event = record(lambda: F.local_response_norm(x, 3, alpha=0.5, beta=2.0, k=1.5)).call
    assert forward_formula(event) == "y = x / (1.5 + 0.5·Σ x² / 3)^2"
    # The sum is over a channel and its neighbours.
    padded = np.pad(x.detach().numpy() ** 2, ((0, 0), (1, 1), (0, 0)))
    sums = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    expected = x.detach().numpy() / (1.5 + 0.5 * sums / 3) ** 2
    assert event.outputs[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("run", "form"),
    [
        (lambda: torch.linalg.det(X[:, :4]), "y = det(x)"),
        (lambda: torch.linalg.inv(X[:, :4]), "y = x⁻¹"),
    ],
)
def test_of_matrices_the_formula_is_in_words(run: Callable[[], Any], form: str) -> None:
    assert forward_formula(record(run).call) == form
