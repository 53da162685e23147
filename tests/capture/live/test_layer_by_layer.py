"""A script that trains one layer after the other, each with its optimizer, and calls none."""

from pathlib import Path

import numpy as np

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


def test_a_turn_begins_with_it_where_several_optimizers_step(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = HEAD + LAYER_BY_LAYER
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source)
    assert [one.iteration for one in recordings] == list(range(1, 9))
    for number, (recording, (loss, grads)) in enumerate(zip(recordings, turns, strict=True)):
        assert recording.loss == loss
        name = "layer." if number < 4 else "layer_."
        end = recording.at(len(recording.events))
        for one, grad in zip(("weight", "bias"), grads, strict=True):
            np.testing.assert_array_equal(end.grad(name + one), grad)
        spans = [span.phase.value for span in recording.spans]
        # The forward that a layer runs once it has trained is none of the next one's.
        assert spans == ["forward", "loss"] * 2 + ["zero_grad", "backward", "update"]
