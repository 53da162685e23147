"""Products of matrices, their formulas worked out by plain loops."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import axes_of, input_role, sent_role
from tests.analysis.operations.recorded_calls import check_form, check_node_form, noise, record

X, W, B = noise(4, 3), noise(5, 3, seed=1), noise(5, seed=2)
A, TEXT, BATCH = noise(3, 5, seed=3), noise(2, 4, 3, seed=4), noise(2, 3, 5, seed=5)
ONE, ROW = noise(3, seed=6), noise(3, seed=7)
HEADS, OTHERS = noise(2, 2, 4, 3, seed=8), noise(2, 2, 3, 4, seed=9)


def arrays(**tensors: Tensor) -> dict[str, Any]:
    return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


FORWARD: dict[str, tuple[Callable[[], Tensor], dict[str, Any]]] = {
    "linear": (lambda: F.linear(X, W, B), arrays(x=X, w=W, b=B)),
    "linear, no bias": (lambda: F.linear(X, W), arrays(x=X, w=W)),
    "linear, one sample": (lambda: F.linear(ONE, W, B), arrays(x=ONE, w=W, b=B)),
    "linear, positions": (lambda: F.linear(TEXT, W, B), arrays(x=TEXT, w=W, b=B)),
    "addmm": (lambda: torch.addmm(B, X, A), arrays(x=X, A=A, b=B)),
    "mm": (lambda: X @ A, arrays(a=X, b=A)),
    "mv": (lambda: W @ ROW, arrays(a=W, b=ROW)),
    "vm": (lambda: ONE @ A, arrays(a=ONE, b=A)),
    "dot": (lambda: ONE @ ROW, arrays(a=ONE, b=ROW)),
    "bmm": (lambda: torch.bmm(TEXT, BATCH), arrays(a=TEXT, b=BATCH)),
    "heads": (lambda: HEADS @ OTHERS, arrays(a=HEADS, b=OTHERS)),
}


@pytest.mark.parametrize("name", FORWARD)
def test_forward_formulas(name: str) -> None:
    run, names = FORWARD[name]
    check_form(record(run).call, names)


@pytest.mark.parametrize(
    ("name", "node", "names"),
    [
        ("linear", "AddmmBackward0", {"A": W.detach().numpy().T}),
        ("linear, no bias", "MmBackward0", {"A": W.detach().numpy().T}),
        ("addmm", "AddmmBackward0", {}),
        ("mm", "MmBackward0", {}),
        ("mv", "MvBackward0", {}),
        ("dot", "DotBackward0", {}),
        ("bmm", "BmmBackward0", {}),
    ],
)
def test_gradient_formulas(name: str, node: str, names: dict[str, Any]) -> None:
    run, tensors = FORWARD[name]
    event, made_by = record(run).node(node)
    for slot in range(len(event.outputs)):
        check_node_form(event, made_by, slot, {**tensors, **names})


def test_words() -> None:
    event, made_by = record(FORWARD["linear"][0]).node("AddmmBackward0")
    assert [input_role(made_by, k) for k in range(3)] == ["input", "weight", "bias"]
    assert [sent_role(event.op, made_by, k) for k in range(3)] == ["one", "weight", "input"]
    assert axes_of(made_by, "input", 2) == ("sample", "feature")
    assert axes_of(made_by, "input", 3) == ("sample", "position", "feature")
    assert axes_of(made_by, "weight", 2) == ("out_feature", "in_feature")
    assert axes_of(made_by, "output", 2) == ("sample", "feature")


def test_a_scaled_sum() -> None:
    call = record(lambda: torch.addmm(B, X, A, beta=0.5, alpha=2)).call
    check_form(call, {"b": call.inputs[0], "x": call.inputs[1], "A": call.inputs[2]})
