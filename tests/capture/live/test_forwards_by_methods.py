"""Scripts whose forward is a method of the model: nobody calls the model itself."""

from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_day_each

SCRIPT = """
import torch
import torch.nn.functional as F
from torch import nn
torch.manual_seed(0)
x, y = torch.randn(8, 3), torch.randn(8, 1)
class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 1)
    def forward(self, x):
        return self.last(torch.tanh(self.first(x)) * 2)
class Tensors(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(3, 1)), nn.Parameter(torch.zeros(1))
class Net({base}):
{methods}
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
turns = []
for i in range(3):
    optimizer.zero_grad()
    {loss}
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    optimizer.step()
    turns.append((loss.item(), grads, [p.detach().clone() for p in net.parameters()]))
    print(loss.item())
"""
OWN_CALL = """
    def __call__(self, *args):
        return self.forward(*args)
"""
ENCODE = """
    def encode(self, x):
        return self.last(torch.tanh(self.first(x)) * 2)
"""
LOSS = """
    def loss(self, x, y):
        out = self.last(torch.tanh(self.first(x)) * 2)
        return ((out - y) ** 2).mean()
"""
WITH_GUESS = """
    def loss(self, x, y):
        out = self.last(torch.tanh(self.first(x)) * 2)
        loss = ((out - y) ** 2).mean()
        return {"loss": loss, "out": out}
"""
STEP = """
    def training_step(self, batch):
        x, y = batch
        out = self(x)
        return F.mse_loss(out, y)
"""
LOSSES = """
    def forward(self, x, y):
        out = self.last(torch.tanh(self.first(x)) * 2)
        return ((out - y) ** 2).mean()
"""
OF_TENSORS = """
    def loss(self, x, y):
        out = x @ self.w + self.b
        return ((out - y) ** 2).mean()
"""
CALLED_TENSORS = """
    def __call__(self, x):
        return x @ self.w + self.b
"""
# It has no parameter of its own but those of the one layer that it calls.
ACT = """
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    def act(self, x):
        return self.net(x).clamp(-3, 3) * 2
"""
TANH, ADD = "linear tanh mul linear", "matmul add"
# The base, the methods, the lines of the loss, and the operations of the forward and of the loss.
KINDS = {
    "own call": ("Layers", OWN_CALL, "loss = F.mse_loss(net(x), y)", TANH, "mse_loss"),
    "forward": ("Layers", "    pass", "loss = F.mse_loss(net.forward(x), y)", TANH, "mse_loss"),
    "encode": ("Layers", ENCODE, "loss = F.mse_loss(net.encode(x), y)", TANH, "mse_loss"),
    "loss": ("Layers", LOSS, "loss = net.loss(x, y)", TANH, "sub pow mean"),
    "of several": ("Layers", WITH_GUESS, "loss = net.loss(x, y)['loss']", TANH, "sub pow mean"),
    "summed": ("Layers", "    pass", "loss = net.forward(x).pow(2).sum()", TANH, "pow sum"),
    "term": ("Layers", LOSSES, "loss = net.forward(x, y) + 0", TANH, "sub pow mean add"),
    "act": (
        "nn.Module",
        ACT,
        "loss = F.mse_loss(net.act(x), y)",
        "linear tanh linear clamp mul",
        "mse_loss",
    ),
    "step": ("Layers", STEP, "loss = net.training_step((x, y))", TANH, "mse_loss"),
    "loss of tensors": ("Tensors", OF_TENSORS, "loss = net.loss(x, y)", ADD, "sub pow mean"),
    "called tensors": ("Tensors", CALLED_TENSORS, "loss = F.mse_loss(net(x), y)", ADD, "mse_loss"),
}


@pytest.mark.parametrize(("kind", "every"), by_day_each(KINDS, (1, 2)))
def test_a_method_runs_the_forward_of_the_loss(
    scripts: Scripts, tmp_path: Path, kind: str, every: int
) -> None:
    base, methods, loss, forward, computed = KINDS[kind]
    source = SCRIPT.format(base=base, methods=methods, loss=loss)
    turns, recordings = recorded(scripts, tmp_path, source, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 4, every))
    for recording in recordings:
        value, grads, weights = turns[recording.iteration - 1]
        assert recording.loss == value
        expected = [
            (Phase.FORWARD, forward.split()),
            (Phase.LOSS, computed.split()),
        ]
        phases = groupby(recording.events, key=lambda event: event.phase)
        found = [(phase, [event.op for event in events]) for phase, events in phases]
        assert found[-4:-2] == expected
        assert [phase for phase, _ in found[-2:]] == [Phase.BACKWARD, Phase.UPDATE]
        end = recording.at(len(recording.events))
        for parameter, grad, weight in zip(recording.parameters, grads, weights, strict=True):
            np.testing.assert_array_equal(end.grad(parameter.name), grad.numpy())
            np.testing.assert_array_equal(end.value(parameter.name), weight.numpy())
        if base == "Layers":
            ran = [e.module for e in recording.events if e.phase is Phase.FORWARD]
            assert (ran[0], ran[-1]) == ("first", "last")


def test_what_a_method_computes_of_an_output_is_the_loss(scripts: Scripts, tmp_path: Path) -> None:
    methods = """
    def error(self, out, y):
        wrong = out - y
        return (wrong ** 2).mean()
    """
    source = SCRIPT.format(base="Layers", methods=methods, loss="loss = net.error(net(x), y)")
    _, recordings = recorded(scripts, tmp_path, source, 1)
    for recording in recordings:
        ran = [event.op for event in recording.events if event.phase is Phase.LOSS]
        assert ran == ["sub", "pow", "mean"]


def test_a_loss_that_is_called_is_no_model(scripts: Scripts, tmp_path: Path) -> None:
    methods = """
    def computed(self, x, weights):
        out = F.linear(x, weights[0], weights[1]).tanh()
        return F.linear(out, weights[2], weights[3])
criterion = nn.MSELoss()
    """
    loss = """weights = [w.clone() for w in net.parameters()]
    loss = criterion(net.computed(x, weights), y)"""
    source = SCRIPT.format(base="Layers", methods=methods, loss=loss)
    turns, recordings = recorded(scripts, tmp_path, source, 1)
    for recording, (value, grads, _) in zip(recordings, turns, strict=True):
        assert (recording.model, recording.loss) == ("Net", value)
        for parameter, grad in zip(recording.parameters, grads, strict=True):
            end = recording.at(len(recording.events))
            np.testing.assert_array_equal(end.grad(parameter.name), grad.numpy())
    for recording in recordings[1:]:  # of the first the forward has run before the loss is called
        ran = [event.op for event in recording.events if event.phase is Phase.FORWARD]
        assert ran == ["linear", "tanh", "linear"]


def recorded(
    scripts: Scripts, folder: Path, source: str, every: int
) -> tuple[list[Any], list[bv.Recording]]:
    """The turns of the plain script, and the recordings of the one that is followed."""
    plain: dict[str, Any] = {}
    exec(source.replace("print(", "str("), plain)
    script, file = folder / "train.py", folder / "train.bprec"
    script.write_text(source)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert (ended.status, ended.printed) == (0, scripts.plain(script).printed)
    with bv.load(file) as loaded:
        return plain["turns"], list(loaded)
