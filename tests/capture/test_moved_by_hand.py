"""In ``bv.record`` a loop's own lines move a module, also by views: each new weight has terms."""

import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of

Move = Callable[[Tensor, Tensor], object]


def plainly(weight: Tensor, step: Tensor) -> None:
    weight -= 0.1 * step


def by_its_gradient(weight: Tensor, _: Tensor) -> None:
    assert weight.grad is not None
    weight -= 0.1 * weight.grad


def by_a_flat_view(weight: Tensor, step: Tensor) -> None:
    weight.view(-1).sub_(0.1 * step.reshape(-1))


def transposed(weight: Tensor, step: Tensor) -> None:
    weight.t().sub_(0.1 * step.t())


def by_halves_of_a_flat_view(weight: Tensor, step: Tensor) -> None:
    flat, half = weight.view(-1), weight.numel() // 2
    flat[:half].sub_(0.1 * step.reshape(-1)[:half])
    flat[half:].sub_(0.3 * step.reshape(-1)[half:])


MOVES: list[Move] = [plainly, by_its_gradient, by_a_flat_view, transposed, by_halves_of_a_flat_view]


def iterate(net: nn.Module, move: Move) -> None:
    torch.manual_seed(2)
    net(torch.randn(4, 3)).square().mean().backward()
    with torch.no_grad():
        for weight in net.parameters():
            assert weight.grad is not None
            velocity = torch.ones_like(weight)
            velocity.mul_(0.9).add_(weight.grad)
            move(weight, velocity)
            weight.grad = None


def made() -> nn.Module:
    torch.manual_seed(1)
    return nn.Linear(3, 2)


def recorded(move: Move) -> tuple[nn.Module, Recording]:
    net = made()
    with bv.record(net) as recording:
        iterate(net, move)
    return net, recording.recording


@pytest.mark.parametrize("move", MOVES)
def test_a_new_weight_is_the_plain_loops_and_has_terms(move: Move) -> None:
    plain = made()
    iterate(plain, move)
    _, recording = recorded(move)
    explainer = Explainer(recording)
    for name, parameter in plain.named_parameters():
        at = max(
            i for i in recording.happened_to[name] if recording.events[i].phase is Phase.UPDATE
        )
        told = recording.events[at].outputs[0]
        assert told is not None
        assert torch.equal(torch.from_numpy(told.copy()), parameter.detach())
    for number in numbers_of(recording, random.Random(1)):
        found = explainer.explain(number)
        assert list(faults(recording, found)) == []
        if recording.events[number.event or 0].phase is Phase.UPDATE:
            assert found.parts or found.op == "ones_like", found.op


def test_what_an_optimizer_does_within_its_step_is_its_own() -> None:
    net = made()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net) as recording:
        net(torch.ones(4, 3)).square().mean().backward()
        optimizer.step()
    ops = [e.op for e in recording.recording.events if e.phase is Phase.UPDATE]
    assert ops == ["SGD", "SGD"]
