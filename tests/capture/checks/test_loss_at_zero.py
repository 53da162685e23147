"""A network that has learned its targets: what is left of the loss is float32's rounding."""

import copy

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.checks.gradient_check import CannotCheck, NumberCheck
from backprop_viz.recording.explanations.number import Number


def test_rounding_is_not_told_to_be_a_write_that_was_not_recorded() -> None:
    torch.manual_seed(1)
    net, x = nn.Linear(8, 4), torch.randn(5, 8)
    twin = copy.deepcopy(net).double()
    target = twin(x.double()).detach().float()
    with bv.record(net) as recording:
        loss = nn.functional.mse_loss(net(x), target)
        loss.backward()
    nn.functional.mse_loss(twin(x.double()), target.double()).backward()
    assert 0 < loss.item() < 1e-12
    torches, exact = net.weight.grad, twin.weight.grad
    assert torches is not None
    assert exact is not None
    # As far apart as an unrecorded write would leave them.
    assert (torches - exact).norm() > 0.1 * exact.norm()
    number = Number(recording.by_parameter["weight"].value_id, (2, 3))
    check = NumberCheck(recording, number, 1e-4)
    for _ in check.slices():
        pass
    assert abs(check.result().exact - exact[2, 3].item()) <= 1e-9 * exact.abs().max().item()


def test_where_the_loss_is_no_number_nothing_is_compared() -> None:
    net = nn.Linear(8, 4)
    with bv.record(net) as recording:
        (net(torch.randn(5, 8)).sum() * torch.tensor(float("nan"))).backward()
    number = Number(recording.by_parameter["weight"].value_id, (2, 3))
    with pytest.raises(CannotCheck) as refused:
        NumberCheck(recording, number, 1e-4)
    assert refused.value.reason.code == "not_finite"
