"""A script that trains one layer after the other, each with its optimizer, and calls none."""

from pathlib import Path

import numpy as np
import pytest

from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

HEAD = """
import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
"""
# As the forward-forward algorithm: each layer has its own optimizer, and trains before the next.
LAYER_BY_LAYER = """
class Layer(nn.Linear):
    def __init__(self, inside, outside):
        super().__init__(inside, outside)
        self.relu = nn.ReLU()
        self.optimizer = torch.optim.Adam(self.parameters(), lr=0.03)
    def forward(self, x):
        x = x / (x.norm(2, 1, keepdim=True) + 1e-4)
        return self.relu(torch.mm(x, self.weight.T) + self.bias)
    def learn(self, x):
        for _ in range(4):
            good, bad = self.forward(x).pow(2).mean(1), self.forward(-x).pow(2).mean(1)
            loss = F.softplus(torch.cat([2 - good, bad - 2])).mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            turns.append((loss.item(), [p.grad.clone() for p in self.parameters()]))
        return self.forward(x).detach()
turns, layers, x = [], [Layer(3, 6).to("cpu"), Layer(6, 5).to("cpu")], torch.randn(8, 3)
for layer in layers:
    x = layer.learn(x)
"""


@pytest.mark.parametrize("every", [1, 3])
def test_a_turn_begins_with_it_where_several_optimizers_step(
    scripts: Scripts, tmp_path: Path, every: int
) -> None:
    source = HEAD + LAYER_BY_LAYER
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source, every)
    assert [one.iteration for one in recordings] == list(range(every, 9, every))
    for recording in recordings:
        number = recording.iteration - 1
        loss, grads = turns[number]
        assert recording.loss == loss
        # By its place in the list: the loop's variable is another layer's in the next pass.
        name = f"layers[{number // 4}]."
        cleared = [one.parameter for one in recording.events if one.op == "zero_grad"]
        assert cleared == [name + "weight", name + "bias"]
        end = recording.at(len(recording.events))
        for one, grad in zip(("weight", "bias"), grads, strict=True):
            np.testing.assert_array_equal(end.grad(name + one), grad)
        spans = [span.phase.value for span in recording.spans]
        # What a layer makes once it has trained is what the next one reads.
        forwards = 3 if number == 4 else 2
        assert spans == ["forward", "loss"] * forwards + ["zero_grad", "backward", "update"]
        first, second = [one for one in recording.spans if one.phase.value == "forward"][-2:]
        ran = [event.op for event in recording.events]
        assert ran[second.start : second.stop][:3] == ["norm", "add", "div"]
        made = ["T", "mm", "add", "relu"]
        assert ran[first.start : first.stop][-4:] == ran[second.start : second.stop][3:] == made


ONE_LAYER = """
net, x, y, turns = nn.Linear(3, 1), torch.randn(8, 3), torch.randn(8, 1), []
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    loss = (net.forward(x) - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    turns.append((loss.item(), net.weight.grad.clone(), net.weight.detach().clone()))
"""


def test_a_layer_of_torchs_own_is_followed_too(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(HEAD + ONE_LAYER)
    recordings = recorded(scripts, tmp_path, HEAD + ONE_LAYER)
    assert [one.iteration for one in recordings] == [1, 2, 3]
    for recording, (loss, grad, after) in zip(recordings, turns, strict=True):
        assert recording.loss == loss
        end = recording.at(len(recording.events))
        np.testing.assert_array_equal(end.grad("weight"), grad)
        np.testing.assert_array_equal(end.value("weight"), after)
        spans = [span.phase.value for span in recording.spans]
        assert spans == ["forward", "loss", "zero_grad", "backward", "update"]
