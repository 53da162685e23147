"""Loops of kinds that are rare: each number of theirs closes, and each gradient is a plain one."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import backprop_viz as bv
from backprop_viz.capture.explaining.chains import chain
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.iteration import Recording
from tests.capture.explaining.checks import faults, numbers_of

Iteration = Callable[[nn.Module], object]


class Checkpointed(nn.Module):
    """A checkpoint of either kind after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 4))
        self.second = nn.Sequential(nn.Linear(4, 6), nn.Linear(6, 4))
        self.last = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = x + checkpoint(self.first, x, use_reentrant=False)
        x = x + checkpoint(self.second, x, use_reentrant=True)
        out: Tensor = self.last(x)
        return out


class Bags(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.Embedding(9, 3, sparse=True)
        self.bags = nn.EmbeddingBag(9, 3, mode="sum", sparse=True)
        self.last = nn.Linear(6, 1)

    def forward(self, row: Tensor, bag: Tensor, weights: Tensor) -> Tensor:
        both = self.rows(row), self.bags(bag, per_sample_weights=weights)
        out: Tensor = self.last(torch.cat(both, 1))
        return out


class Limited(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.round()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0].clamp(-1, 1)


def both_checkpoints(net: nn.Module) -> None:
    x = torch.linspace(-1, 1, 24).reshape(6, 4).requires_grad_()
    F.cross_entropy(net(x), torch.tensor([0, 1] * 3)).backward()


def sparse_bags(net: nn.Module) -> None:
    bag, weights = torch.tensor([[0, 2, 2], [5, 1, 8]]), torch.tensor([[0.1, 0.4, 0.2]] * 2)
    net(torch.tensor([3, 3]), bag, weights).square().mean().backward()


def function_after_a_gradient(net: nn.Module) -> None:
    x = torch.linspace(-1, 1, 18).reshape(6, 3).requires_grad_()
    out = net(x)
    (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    passed = Limited.apply(out)  # type: ignore[no-untyped-call]
    (F.mse_loss(passed, torch.ones(6, 1)) + slope.square().mean()).backward()


def curvature(net: nn.Module) -> None:
    def scalar(x: Tensor) -> Tensor:
        return net(x).squeeze()

    hessian = torch.autograd.functional.hessian(  # type: ignore[no-untyped-call]
        scalar, torch.linspace(-1, 1, 3), create_graph=True
    )
    (hessian.diagonal().sum() - 1).square().backward()


def small(middle: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    return lambda: nn.Sequential(nn.Linear(3, 4), middle(), nn.Linear(4, 1))


SCRIPTS: dict[str, tuple[Callable[[], nn.Module], Iteration, set[str]]] = {
    # The net, an iteration, and the reasons that there may be.
    "both checkpoints": (
        Checkpointed,
        both_checkpoints,
        {"no_operation", "custom_function"},  # within the one that runs a backward of its own
    ),
    "sparse bags": (Bags, sparse_bags, set()),
    "Function after a gradient": (
        small(nn.Tanh),
        function_after_a_gradient,
        {"custom_function"},
    ),
    "Hessian": (small(nn.Softplus), curvature, {"no_derivative"}),  # of what was a condition
}


def made(name: str) -> nn.Module:
    torch.manual_seed(9)
    return SCRIPTS[name][0]()


@pytest.fixture(scope="module", params=SCRIPTS)
def script(request: pytest.FixtureRequest) -> tuple[str, nn.Module, Recording]:
    name = str(request.param)
    net = made(name)
    with bv.record(net) as record:
        SCRIPTS[name][1](net)
    return name, net, record.recording


def test_the_loop_runs_as_without(script: tuple[str, nn.Module, Recording]) -> None:
    name, net, recording = script
    plain = made(name)
    SCRIPTS[name][1](plain)
    left = {e.parameter: e.outputs[0] for e in recording.events if e.op == "AccumulateGrad"}
    for (parameter, one), other in zip(net.named_parameters(), plain.parameters(), strict=True):
        assert (one.grad is None) == (other.grad is None)
        if one.grad is not None and other.grad is not None:
            grads = one.grad.to_dense(), other.grad.to_dense()
            assert torch.equal(*grads)
            array = left[parameter]
            assert array is not None
            assert np.array_equal(array, grads[1].numpy())


def test_each_number_closes_or_says_why_not(script: tuple[str, nn.Module, Recording]) -> None:
    name, _, recording = script
    explainer = Explainer(recording)
    reasons = SCRIPTS[name][2] | {"constant"}
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        if found.reason is None:
            assert list(faults(recording, found)) == []
        elif recording.tensors[number.tensor].dtype.kind == "f":
            assert found.reason.code in reasons
    chain(recording, next(n for n in numbers_of(recording, random.Random(1)) if n.event))


def test_a_loss_through_a_function_is_recorded() -> None:
    net = made("Function after a gradient")
    with bv.record(net) as record:
        function_after_a_gradient(net)
    assert "mse_loss" in [event.op for event in record.recording.events]
