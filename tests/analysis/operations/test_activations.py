"""Activations other than ReLU, element by element, in every variant of their arguments."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from backprop_viz.analysis.operations import forward_formula, node_formula, operation_of
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

CASES: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "sigmoid": (torch.sigmoid, "SigmoidBackward0"),
    "tanh": (torch.tanh, "TanhBackward0"),
    "logsigmoid": (F.logsigmoid, "LogSigmoidBackward0"),
    "gelu": (F.gelu, "GeluBackward0"),
    "gelu by tanh": (lambda x: F.gelu(x, approximate="tanh"), "GeluBackward0"),
    "silu": (F.silu, "SiluBackward0"),
    "mish": (F.mish, "MishBackward0"),
    "hardswish": (F.hardswish, "HardswishBackward0"),
    "leaky relu": (lambda x: F.leaky_relu(x, 0.2), "LeakyReluBackward0"),
    "threshold": (lambda x: F.threshold(x, 0.1, 20.0), "ThresholdBackward0"),
    "elu": (lambda x: F.elu(x, 0.7), "EluBackward0"),
    "selu": (F.selu, "EluBackward0"),
    "celu": (lambda x: F.celu(x, 0.5), "CeluBackward0"),
    "softplus": (F.softplus, "SoftplusBackward0"),
    "softplus, beta": (lambda x: F.softplus(x, 2.0), "SoftplusBackward0"),
    "softplus, threshold": (lambda x: F.softplus(x, 2.0, 1.0), "SoftplusBackward0"),
    "clamp": (lambda x: x.clamp(-1, 1), "ClampBackward1"),
    "clamp_min": (lambda x: x.clamp_min(0.5), "ClampMinBackward0"),
    "clamp_max": (lambda x: x.clamp_max(0.5), "ClampMaxBackward0"),
    "clamp, one bound": (lambda x: torch.clamp(x, max=0.5), "ClampBackward1"),
    "clamp, bounds crossed": (lambda x: x.clamp(1, -1), "ClampBackward1"),
    "hardtanh": (lambda x: F.hardtanh(x, -0.5, 2.0), "HardtanhBackward0"),
    "relu6": (F.relu6, "HardtanhBackward0"),
    "hardsigmoid": (F.hardsigmoid, "HardsigmoidBackward0"),
}
# Formulas that hold on one side of a threshold only, or are in the table of nodes.
WITHOUT_FORM = {"softplus, threshold", "gelu by tanh", "mish", "hardswish"}
# Constants are written with 6 digits.
# torch's slope of hardsigmoid is the float32 nearest to 1/6.
TOLERANCE = {"selu": 1e-5, "hardsigmoid": 1e-7}


@pytest.mark.parametrize("name", CASES)
def test_terms_and_formulas(name: str) -> None:
    function, node = CASES[name]
    x = noise(5, 8, scale=3.0)
    recorded = record(lambda: function(x))
    check_terms(recorded.call, count=40)
    names = {"x": x.detach().numpy(), "y": recorded.call.outputs[0], "π": torch.pi}
    tolerance = TOLERANCE.get(name, 1e-12)
    if name != "softplus, threshold":
        check_form(recorded.call, names, max(tolerance, 1e-9))
    event, made_by = recorded.node(node)
    form = node_formula(event.op, made_by, 0)
    if name not in WITHOUT_FORM and "[…]" in form:
        check_node_form(event, made_by, 0, names, max(tolerance, 1e-9))


def test_prelu() -> None:
    x, one, each = noise(3, 4, 2, 2), noise(1, seed=1), noise(4, seed=2)
    for slopes in (one, each):
        recorded = record(lambda slopes=slopes: F.prelu(x, slopes))
        check_terms(recorded.call, count=48)
    place = tuple(int(i) for i in (x < 0).nonzero()[0])
    found = fact(recorded.call, place)
    assert found.code == "leaky_scaled"
    assert found.values == (x[place].item(), each[place[1]].item())


BRANCHES = [
    ("leaky relu", 1.5, "leaky_passed", (1.5,)),
    ("leaky relu", -1.5, "leaky_scaled", (-1.5, 0.2)),
    ("threshold", 1.0, "threshold_passed", (1.0, 0.1)),
    ("threshold", 0.1, "threshold_stopped", (0.1, 0.1)),
    ("elu", 2.0, "elu_line", (2.0,)),
    ("elu", 0.0, "elu_curve", (0.0,)),
    ("sigmoid", 9.0, "saturated", None),
    ("tanh", -9.0, "saturated", None),
    ("clamp", 0.3, "clamp_inside", (0.3,)),
    ("clamp", -2.0, "clamp_low", (-2.0, -1.0)),
    ("clamp", 2.0, "clamp_high", (2.0, 1.0)),
    ("clamp, bounds crossed", -5.0, "clamp_high", (-5.0, -1.0)),
    ("hardtanh", -1.0, "clamp_low", (-1.0, -0.5)),
    ("relu6", 7.0, "clamp_high", (7.0, 6.0)),
]


@pytest.mark.parametrize(("name", "x", "code", "values"), BRANCHES)
def test_which_branch_was_taken(
    name: str, x: float, code: str, values: tuple[float, ...] | None
) -> None:
    function, node = CASES[name]
    given = torch.tensor([x], dtype=torch.float64, requires_grad=True)
    recorded = record(lambda: function(given))
    event, made_by = recorded.node(node)
    for found in (fact(recorded.call, (0,)), node_fact(event, made_by, (0,))):
        assert found.code == code
        assert elements(recorded.call, found) == [x]
        if values is not None:
            assert found.values == values


def test_at_a_bound_it_is_said_whether_the_gradient_stops() -> None:
    """hardtanh stops it; clamp passes it in torch 2.13 and stops it in 2.15."""
    x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    for run, node in (
        (lambda: F.hardtanh(x), "HardtanhBackward0"),
        (lambda: x.clamp(-1, 1), "ClampBackward1"),
    ):
        event, made_by = record(run).node(node)
        x.grad = None
        run().sum().backward()
        stopped = x.grad.item() == 0
        assert node_fact(event, made_by, (0,)).code == ("clamp_high" if stopped else "clamp_inside")
        if node == "HardtanhBackward0":
            assert stopped


def test_bounds_that_are_tensors() -> None:
    x, low, high = noise(4, 6), noise(6, seed=1).detach(), noise(4, 1, seed=2).detach()
    recorded = record(lambda: torch.clamp(x, low, high))
    check_terms(recorded.call, count=24)
    assert forward_formula(recorded.call) == "y[…] = min(max(x[…], a[…]), b[…])"


def test_derivatives_have_symbols() -> None:
    for function, _ in CASES.values():
        x = noise(2)
        operation = operation_of(record(lambda f=function, x=x: f(x)).call)
        assert operation is not None
        assert operation.derivative.endswith("′")
