"""What a loop makes a model's input of, by operations that autograd follows, is of the forward."""

import copy
import random
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of

X, Y = torch.rand(5, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 1, 0, 1])
UNTOLD = ("constant", "no_derivative")
Lost = Callable[[nn.Module, Tensor], Tensor]


def coordinates_joined(net: nn.Module, given: Tensor) -> Tensor:
    """As a network of physics is called."""
    made = net(torch.cat([given[:, :1], given[:, 1:] * 2], 1))
    (slope,) = torch.autograd.grad(made.sum(), given, create_graph=True)
    loss: Tensor = (made**2).mean() + (slope**2).mean()
    return loss


def disturbed(net: nn.Module, given: Tensor) -> Tensor:
    """As an adversarial example is looked for."""
    return F.cross_entropy(net(X + 0.5 * given), Y)


def prompted(net: nn.Module, given: Tensor) -> Tensor:
    """As a prompt is tuned before a frozen model."""
    return F.cross_entropy(net(torch.cat([given[:1], X])), torch.cat([Y[:1], Y]))


MADE = {
    coordinates_joined: ["getitem", "getitem", "mul", "cat"],
    disturbed: ["mul", "add"],
    prompted: ["getitem", "cat"],
}


@pytest.mark.parametrize("lost", MADE)
def test_its_operations_are_recorded_and_explained(lost: Lost) -> None:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    plain, given = copy.deepcopy(net), X.clone().requires_grad_()
    own = X.clone().requires_grad_()
    with bv.record(net) as recorded:
        (given * 3).sum()  # leads to nothing
        lost(net, given).backward()
    lost(plain, own).backward()
    assert given.grad is not None
    assert own.grad is not None
    assert torch.equal(given.grad, own.grad)
    recording, wrong = recorded.recording, []
    forward = [event.op for event in recording.events if event.phase is Phase.FORWARD]
    assert forward == [*MADE[lost], "linear", "tanh", "linear"]
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        wrong += [f"{found.op} {number}: {each}" for each in faults(recording, found)]
        if found.reason is not None and found.reason.code not in UNTOLD:
            wrong.append(f"{found.kind} {found.op}: {found.reason}")
    assert not wrong, "\n".join(wrong[:10])
