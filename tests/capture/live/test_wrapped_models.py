"""A package that wraps the user's model and calls that: the model is recorded by its own names."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import RUN, Scripts, ended_process

# As a solver of differential equations does, which makes it anew each time.
PACKAGE = """
from torch import nn

class Wrapper(nn.Module):
    def __init__(self, wrapped):
        super().__init__()
        self.wrapped = wrapped
    def forward(self, t, y):
        return self.wrapped(t, y) * 1.0

def solved(func, y, steps):
    func = Wrapper(Wrapper(func))
    for t in range(steps):
        y = y + func(t, y) / steps
    return y
"""
SCRIPT = """
import torch
from torch import nn
from solver import solved
torch.manual_seed(0)
class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(2, 2)
    def forward(self, t, y):
        return self.net(y).tanh()
def train(field, optimizer):
    for _ in range(4):
        optimizer.zero_grad()
        loss = solved(field, torch.randn(3, 2), 3).square().mean()
        loss.backward()
        optimizer.step()
        held = [p.flatten().tolist() for p in field.parameters()]
        print(loss.item(), *sum(held, []))
"""
MADE = {
    "at once": "field = Field()\n",
    "in a function": "def made():\n    return Field()\nfield = made()\n",
}
END = "train(field, torch.optim.SGD(field.parameters(), lr=0.1))\n"


@pytest.mark.parametrize("how", MADE)
def test_it_has_its_own_names(scripts: Scripts, tmp_path: Path, how: str) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    package = tmp_path / "site-packages"
    package.mkdir()
    (package / "solver.py").write_text(PACKAGE)
    script.write_text(SCRIPT + MADE[how] + END)
    installed = f"import sys\nsys.path.insert(0, {str(package)!r})\n"
    ended = ended_process(scripts.start(installed + RUN, ["run", "--to", str(file), str(script)]))
    assert ended.status == 0
    turns = [list(map(float, line.split())) for line in ended.printed.splitlines()]
    assert len(turns) == 4
    loaded: Any = bv.load(file)
    for recording, (loss, *weights) in zip(loaded, turns, strict=True):
        assert (recording.model, recording.loss) == ("Field", loss)
        assert list(recording.by_parameter) == ["net.weight", "net.bias"]
        end = recording.at(len(recording.events))
        held = [np.ravel(end.value(name)) for name in recording.by_parameter]
        np.testing.assert_array_equal(np.concatenate(held), np.float32(weights))
        assert "net" in [layer.name for layer in recording.layers.layers]
