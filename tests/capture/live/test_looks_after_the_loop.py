"""Gradients that a script takes after its last step, without a .grad, are no iteration."""

from pathlib import Path

import torch
from torch import nn

import backprop_viz as bv


def test_what_the_inputs_count_for_is_asked_after_each_step(tmp_path: Path) -> None:
    net, path = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), tmp_path / "run.bprec"
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    with bv.watch(net, optimizer, to=path):
        for _ in range(3):
            x = torch.randn(5, 3)
            optimizer.zero_grad()
            loss = net(x).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            asked = x.requires_grad_()
            (counts,) = torch.autograd.grad(net(asked)[:, 0].unbind(), asked)
            assert counts.shape == (5, 3)
    assert [recording.loss for recording in bv.load(path)] == losses
