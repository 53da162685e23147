"""Backwards between two tasks, whose gradients no step uses, are of no iteration."""

from pathlib import Path

import numpy as np
import pytest

from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

# As elastic weight consolidation has it: a Fisher matrix after each task.
EWC = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
turns, fisher = [], {}
for task in range(2):
    batches = [torch.randn(4, 3) for _ in range(3)]
    for x in batches:
        CLEARED
        loss = net(x).square().mean()
        for name, p in net.named_parameters():
            if name in fisher:
                loss = loss + (fisher[name] * p.square()).sum()
        loss.backward()
        grads = [p.grad.clone() for p in net.parameters()]
        optimizer.step()
        turns.append((loss.item(), grads))
    fisher = {name: torch.zeros_like(p) for name, p in net.named_parameters()}
    for x in batches:
        CLEARED
        net(x).square().sum().backward()
        for name, p in net.named_parameters():
            fisher[name] += p.grad ** 2 / 3
print(loss.item())
"""


@pytest.mark.parametrize("cleared", ["net.zero_grad()", "optimizer.zero_grad()"])
def test_a_fisher_matrix(scripts: Scripts, tmp_path: Path, cleared: str) -> None:
    source = EWC.replace("CLEARED", cleared)
    turns, recordings = turns_of(source), recorded(scripts, tmp_path, source)
    assert [recording.loss for recording in recordings] == [loss for loss, _ in turns]
    for recording, (_, grads) in zip(recordings, turns, strict=True):
        phases = [span.phase.value for span in recording.spans]
        assert phases == ["zero_grad", "forward", "loss", "backward", "update"]
        end = recording.at(len(recording.events))
        for name, grad in zip(recording.by_parameter, grads, strict=True):
            np.testing.assert_array_equal(end.grad(name), grad.numpy())
        assert not recording.findings()


# As an energy-based model is trained: samples are drawn by its gradient, then it is called.
LANGEVIN = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
turns = []
for turn in range(3):
    x = torch.rand(8, 2, requires_grad=True)
    net.requires_grad_(False)
    net(x).sum().backward()
    net.requires_grad_(True)
    fake = (x - x.grad).detach()
    loss = net(fake).mean() - net(fake + 1).mean()
    optimizer.zero_grad()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    optimizer.step()
    turns.append((loss.item(), grads))
print(loss.item())
"""


def test_a_forward_before_the_clearing_stays(scripts: Scripts, tmp_path: Path) -> None:
    turns, recordings = turns_of(LANGEVIN), recorded(scripts, tmp_path, LANGEVIN)
    assert [recording.loss for recording in recordings] == [loss for loss, _ in turns]
    for recording, (_, grads) in zip(recordings, turns, strict=True):
        last = [span.phase.value for span in recording.spans][-5:]
        assert last == ["forward", "loss", "zero_grad", "backward", "update"]
        end = recording.at(len(recording.events))
        for name, grad in zip(recording.by_parameter, grads, strict=True):
            np.testing.assert_array_equal(end.grad(name), grad.numpy())
