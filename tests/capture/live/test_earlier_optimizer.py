"""A script that goes on with a new network steps its optimizer, or that of the one before."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

RESUMED = """
import torch
from torch import nn
torch.manual_seed(0)
turns = []
def train(net, optimizer, count):
    for i in range(count):
        loss = net(torch.randn(8, 3)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        turns.append((loss.item(), [p.detach().clone() for p in net.parameters()]))
def made():
    return nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
net = made()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
train(net, optimizer, 3)
saved = {name: value.clone() for name, value in net.state_dict().items()}
net = made()
net.load_state_dict(saved)
new = torch.optim.Adam(net.parameters(), lr=0.01)
new.load_state_dict(optimizer.state_dict())
train(net, STEPPED, 4)
print(turns[-1][0])
"""
SAID = (
    "backprop-viz run: iteration 4 is not recorded: an optimizer stepped that belongs to an "
    "earlier loop. From the next on it is watched.\n"
)


@pytest.mark.parametrize(
    ("stepped", "iterations", "wrong"),
    [("new", [1, 2, 3, 4, 5, 6, 7], []), ("optimizer", [1, 2, 3, 5, 6, 7], [5, 6, 7])],
)
def test_the_iterations_are_recorded_and_a_step_of_the_earlier_one_is_found(
    scripts: Scripts, tmp_path: Path, stepped: str, iterations: list[int], wrong: list[int]
) -> None:
    source = RESUMED.replace("STEPPED", stepped)
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source, said=SAID if wrong else "")
    assert [recording.iteration for recording in recordings] == iterations
    for recording in recordings:
        loss, after = turns[recording.iteration - 1]
        assert recording.loss == loss
        end = recording.at(len(recording.events))
        for parameter, weight in zip(recording.parameters, after, strict=True):
            np.testing.assert_array_equal(end.value(parameter.name), weight.numpy())
        found = [finding.code for finding in recording.findings()]
        assert found == (["nothing_updated"] if recording.iteration in wrong else [])


@pytest.mark.parametrize("broken", [False, True])
def test_the_turn_of_another_model_is_none_without_a_step(broken: bool) -> None:
    """Its backward ends at leaves that are not watched; or a step is left out for an Inf."""
    torch.manual_seed(0)
    net, critic = nn.Linear(3, 2), nn.Linear(2, 1)
    ours = torch.optim.SGD(net.parameters(), lr=0.1)
    theirs = torch.optim.SGD(critic.parameters(), lr=0.1)
    with bv.record(net, [ours, theirs]) as recorded:
        out = net(torch.randn(4, 3))
        loss = out.square().mean() * torch.inf if broken else critic(out).mean()
        loss.backward()
        theirs.step()
    codes = {finding.code for finding in recorded.recording.findings()}
    assert "nothing_updated" not in codes
