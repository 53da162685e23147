"""torch.func beside a model's forward: nothing breaks, and what goes into the loss has terms."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.func import functional_call, grad, jacrev, jvp, vmap

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of

X, Y = torch.linspace(-1, 1, 18).reshape(6, 3), torch.linspace(0, 1, 6)[:, None]
Named = dict[str, Tensor]
Iteration = Callable[[nn.Module], None]


def network() -> nn.Module:
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def loss_of(net: nn.Module, weights: Named, x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(functional_call(net, weights, (x,)), y)


def of_each_sample(net: nn.Module) -> Named:
    detached = {name: weight.detach() for name, weight in net.named_parameters()}
    of_one = grad(lambda weights, x, y: loss_of(net, weights, x, y))
    found: Named = vmap(of_one, (None, 0, 0))(detached, X, Y)
    return found


def looked_at_first(net: nn.Module) -> None:
    of_each_sample(net)
    F.mse_loss(net(X), Y).backward()


def looked_at_between(net: nn.Module) -> None:
    loss = F.mse_loss(net(X), Y)
    sum(each.flatten(1).norm(dim=1).mean() for each in of_each_sample(net).values()).item()
    loss.backward()


def penalty_on_the_jacobian(net: nn.Module) -> None:
    slopes = vmap(jacrev(net))(X)
    (F.mse_loss(net(X), Y) + 0.1 * slopes.square().mean()).backward()


def inner_step(net: nn.Module) -> None:
    weights = dict(net.named_parameters())
    slopes = grad(lambda weights: loss_of(net, weights, X, Y))(weights)
    moved = {name: weight - 0.1 * slopes[name] for name, weight in weights.items()}
    loss_of(net, moved, X, Y).backward()


def along_a_direction(net: nn.Module) -> None:
    loss = F.mse_loss(net(X), Y)
    _, change = jvp(net, (X,), (torch.ones_like(X),))
    (loss + change.square().mean()).backward()


BESIDE = [
    looked_at_first,
    looked_at_between,
    penalty_on_the_jacobian,
    inner_step,
    along_a_direction,
]


def recorded(iteration: Iteration) -> tuple[Recording, nn.Module]:
    net = network()
    with bv.record(net) as record:
        iteration(net)
    return record.recording, net


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("iteration", BESIDE)
def test_each_number_has_terms_and_each_gradient_is_a_plain_loops(iteration: Iteration) -> None:
    plain = network()
    iteration(plain)
    recording, net = recorded(iteration)
    left = {e.parameter: e.outputs[0] for e in recording.events if e.op == "AccumulateGrad"}
    for (name, one), other in zip(net.named_parameters(), plain.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.equal(one.grad, other.grad)
        assert np.array_equal(left[name], other.grad.numpy())
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        if found.reason is not None and found.reason.code == "constant":
            continue
        assert found.reason is None
        assert list(faults(recording, found)) == []


@pytest.mark.parametrize("iteration", [looked_at_first, looked_at_between])
def test_what_is_only_looked_at_is_none_of_the_iteration(iteration: Iteration) -> None:
    recording, _ = recorded(iteration)
    forwards = [span.phase for span in recording.spans if span.phase is Phase.FORWARD]
    assert len(forwards) == 1
    ran = [e.op for e in recording.events if e.phase in (Phase.FORWARD, Phase.LOSS)]
    assert ran == ["linear", "tanh", "linear", "mse_loss"]
