"""A script's optimizer moves tensors that are in no module beside a model: both are shown."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

HEAD = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
x, y = torch.randn(6, 4), torch.randint(0, 3, (6,))
turns = []
"""
TEMPERATURE = """
own = temperature = torch.tensor(1.5, requires_grad=True)
optimizer = torch.optim.Adam([*net.parameters(), temperature], lr=0.01)
for step in range(3):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x) / temperature, y)
    loss.backward()
    optimizer.step()
    turns.append((loss.item(), own.grad.clone(), own.detach().clone()))
"""
IMAGE = """
net.requires_grad_(False)
own = image = torch.rand(6, 4, requires_grad=True)
optimizer = torch.optim.Adam([image], lr=0.05)
for step in range(3):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(image), y)
    loss.backward()
    optimizer.step()
    turns.append((loss.item(), own.grad.clone(), own.detach().clone()))
"""
SCRIPTS = {"temperature": TEMPERATURE, "image": IMAGE}


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_are_shown(scripts: Scripts, tmp_path: Path, name: str) -> None:
    source = HEAD + SCRIPTS[name].replace("own = ", "").replace("own.", f"{name}.")
    plain: dict[str, Any] = {}
    exec(source, plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(source)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended == scripts.plain(script)
    own = f"tensors.{name}"
    with bv.load(file) as loaded:
        assert len(loaded) == 3
        for recording, (loss, grad, after) in zip(loaded, plain["turns"], strict=True):
            names = [parameter.name for parameter in recording.parameters]
            assert names == ["net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", own]
            end = recording.at(len(recording.events))
            assert recording.loss == loss
            np.testing.assert_array_equal(end.grad(own), grad)
            np.testing.assert_array_equal(end.value(own), after)
            moved = [e.parameter for e in recording.events if e.phase is Phase.UPDATE]
            assert own in moved
            assert not recording.findings()


LOOKED_AT = """
import torch
torch.manual_seed(0)
w = torch.randn(5, requires_grad=True)
points = torch.linspace(0, 1, 20, requires_grad=True)
for i in range(3):
    if w.grad is not None:
        w.grad.zero_()
    u = sum(w[k] * points**k for k in range(5))
    (du,) = torch.autograd.grad(u.sum(), points, create_graph=True)
    loss = ((du - u) ** 2).mean() + (u[0] - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.05 * w.grad
    print(w.norm().item())
"""


def test_a_leaf_that_is_only_read_or_looked_at_is_no_finding(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(LOOKED_AT)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended == scripts.plain(script)
    with bv.load(file) as loaded:
        assert len(loaded) == 3
        for recording in loaded:
            assert not recording.findings()
            phases = [event.phase for event in recording.events]
            if recording.iteration == 1:
                continue  # nothing is cleared yet
            assert Phase.FORWARD in phases[phases.index(Phase.ZERO_GRAD) :]


# A network that trains, and then tensors of no module, with an optimizer made when it has.
AFTER_A_MODULE = """
import torch
from torch import nn
net, turns = nn.Linear(4, 3), []
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    optimizer.zero_grad()
    net(torch.randn(5, 4, generator=torch.Generator().manual_seed(i))).square().mean().backward()
    optimizer.step()
w = torch.ones(4, 2, requires_grad=True)
second = torch.optim.SGD([w], lr=0.1)
for i in range(4):
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(i))
    second.zero_grad()
    loss = (x @ w).square().mean()
    loss.backward()
    second.step()
    turns.append((loss.item(), w.grad.clone(), w.detach().clone()))
"""


def test_tensors_that_train_after_a_module_are_followed(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(AFTER_A_MODULE)
    recordings = recorded(scripts, tmp_path, AFTER_A_MODULE)
    assert [one.iteration for one in recordings] == list(range(1, 8))
    for recording, (loss, grad, value) in zip(recordings[3:], turns, strict=True):
        assert [one.name for one in recording.parameters] == ["w"]
        assert recording.loss == loss
        assert [event.op for event in recording.events if event.phase.value == "forward"] == [
            "matmul"
        ]
        end = recording.at(len(recording.events))
        np.testing.assert_array_equal(end.grad("w"), grad)
        np.testing.assert_array_equal(end.value("w"), value)
