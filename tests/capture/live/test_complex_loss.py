"""A loop whose backward starts from a complex number: recorded, but without a loss."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import backprop_viz as bv

ITERATIONS = 3


def trained(net: nn.Module, optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """The weights after each iteration."""
    torch.manual_seed(1)
    weights = []
    for _ in range(ITERATIONS):
        optimizer.zero_grad()
        net(torch.randn(4, 3, dtype=torch.complex64)).sum().backward(torch.tensor(1 + 0.5j))
        optimizer.step()
        weights.append(next(net.parameters()).detach().clone())
    return weights


def made() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    net = nn.Linear(3, 1, dtype=torch.complex64)
    return net, torch.optim.SGD(net.parameters(), lr=0.01)


def test_a_complex_number_is_no_loss_and_ends_no_recording(tmp_path: Path) -> None:
    plain = trained(*made())
    net, optimizer = made()
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        weights = trained(net, optimizer)
    assert all(map(torch.equal, weights, plain))
    with bv.load(tmp_path / "run.bprec") as file:
        assert len(file) == ITERATIONS
        assert np.isnan(file.losses[1]).all()
        for recording, weight in zip(file, plain, strict=True):
            value = recording.at(len(recording.events)).value("weight")
            assert np.array_equal(value, weight.numpy())
