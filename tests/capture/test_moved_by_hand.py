"""A loop moves its weights between two backwards, before it clears the gradients, as SAM does."""

from collections.abc import Callable
from itertools import groupby

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

X, Y = torch.linspace(-1, 1, 45).reshape(9, 5), torch.arange(9) % 3


def turn(net: nn.Module, optimizer: torch.optim.Optimizer, look: Callable[[], object]) -> None:
    """One of sharpness-aware minimisation, which looks each time that it has moved the weights."""
    parameters = list(net.parameters())
    F.cross_entropy(net(X), Y).backward()
    moves: list[Tensor] = []
    with torch.no_grad():
        length = torch.stack([p.grad.norm() for p in parameters if p.grad is not None]).norm()
        for parameter in parameters:
            assert parameter.grad is not None
            moves.append(parameter.grad * (0.05 / length))
            parameter.add_(moves[-1])
    look()
    optimizer.zero_grad()
    F.cross_entropy(net(X), Y).backward()
    with torch.no_grad():
        for parameter, move in zip(parameters, moves, strict=True):
            parameter.sub_(move)
    look()
    optimizer.step()
    look()


def made() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)


def test_they_are_moved_before_the_gradients_are_cleared() -> None:
    plain, plain_optimizer = made()
    seen: list[list[np.ndarray]] = []
    turn(
        plain,
        plain_optimizer,
        lambda: seen.append([p.detach().numpy().copy() for p in plain.parameters()]),
    )
    net, optimizer = made()
    with bv.record(net, optimizer) as recorded:
        turn(net, optimizer, lambda: None)
    recording = recorded.recording
    phases = [phase for phase, _ in groupby(event.phase for event in recording.events)]
    computed = [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD]
    assert phases == [*computed, Phase.UPDATE, Phase.ZERO_GRAD, *computed, Phase.UPDATE]
    moved = [event for event in recording.events if event.phase is Phase.UPDATE]
    for number, name in enumerate(name for name, _ in plain.named_parameters()):
        own = [event for event in moved if event.parameter == name]
        assert [event.op for event in own] == ["changed", "changed", "SGD"]
        for event, weights in zip(own, seen, strict=True):
            np.testing.assert_array_equal(event.outputs[0], weights[number])
