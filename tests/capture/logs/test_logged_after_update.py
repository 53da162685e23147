"""What is computed after an update in which no backward ran is a number to look at, no loss."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

Z, FW, LO, BW, UP = Phase
X = torch.linspace(-1, 1, 12).reshape(4, 3)


def made() -> tuple[nn.Linear, torch.optim.Optimizer]:
    torch.manual_seed(4)
    net = nn.Linear(3, 2)
    return net, torch.optim.SGD(net.parameters(), lr=0.1)


def steps_by_hand(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    for parameter in net.parameters():
        parameter.grad = torch.full_like(parameter, 0.5)
    optimizer.step()


def norm_of(net: nn.Module) -> torch.Tensor:
    return sum(parameter.norm() for parameter in net.parameters())


def only_steps(net: nn.Module, optimizer: torch.optim.Optimizer) -> float | None:
    steps_by_hand(net, optimizer)
    return None


def computes_a_loss_first(net: nn.Module, optimizer: torch.optim.Optimizer) -> float | None:
    loss = net(X).pow(2).mean()
    steps_by_hand(net, optimizer)
    return loss.item()


@pytest.mark.parametrize(
    ("loop", "phases"), [(only_steps, [BW, UP]), (computes_a_loss_first, [FW, LO, BW, UP])]
)
def test_a_norm_is_no_loss(
    loop: Callable[[nn.Module, torch.optim.Optimizer], float | None], phases: list[Phase]
) -> None:
    plain, plain_optimizer = made()
    loss = loop(plain, plain_optimizer)
    net, optimizer = made()
    with bv.record(net, optimizer) as recorded:
        loop(net, optimizer)
        logged = norm_of(net)
    assert logged.item() == norm_of(plain).item()
    recording = recorded.recording
    assert [span.phase for span in recording.spans] == phases
    assert recording.loss == loss
    assert not any(event.op == "norm" for event in recording.events)
    for name, parameter in plain.named_parameters():
        (update,) = [e for e in recording.events if e.op == "SGD" and e.parameter == name]
        np.testing.assert_array_equal(recording.tensors[update.output_ids[0]], parameter.detach())


def test_a_loss_that_a_backward_starts_from_stays() -> None:
    net, optimizer = made()
    with bv.record(net, optimizer) as recorded:
        steps_by_hand(net, optimizer)
        norm_of(net).backward()
    assert [span.phase for span in recorded.recording.spans] == [BW, UP, LO, BW]
    assert recorded.recording.loss == norm_of(net).item()
