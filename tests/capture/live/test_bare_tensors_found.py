"""Tensors of no module are found wherever a script of several files keeps them."""

from pathlib import Path

import numpy as np
import torch

from backprop_viz.recording.iteration import Recording
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded

MADE = """
import torch
from types import SimpleNamespace
class Line:
    def __init__(self):
        self.w, self.b = torch.ones(2, requires_grad=True), torch.zeros(1, requires_grad=True)
def made():
    return torch.ones(2, requires_grad=True), torch.zeros(1, requires_grad=True)
"""
LOOP = """
import torch
def train(own, optimizer=None):
    x, y = torch.tensor([[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]]), torch.tensor([0.5, 1.0, -2.0])
    for i in range(2):
        loss = ((x @ own.w + own.b - y) ** 2).mean()
        loss.backward()
        if optimizer is not None:
            optimizer.step()
            optimizer.zero_grad()
            continue
        with torch.no_grad():
            for p in (own.w, own.b):
                p -= 0.1 * p.grad
                p.grad = None
"""
SPACE = """
import torch
from types import SimpleNamespace
from models.made import made
from loops import train
w, b = made()
th = SimpleNamespace(w=w, b=b)
del w, b
train(th, torch.optim.SGD([th.w, th.b], lr=0.1))
"""
OBJECT = """
from models.made import Line
from loops import train
line = Line()
train(line)
"""
# Nobody else has them: the optimizer alone.
OWNED = """
import torch
from models.made import made
def loop(optimizer):
    x, y = torch.tensor([[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]]), torch.tensor([0.5, 1.0, -2.0])
    for i in range(2):
        own = optimizer.param_groups[0]["params"]
        loss = ((x @ own[0] + own[1] - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        own = None
loop(torch.optim.SGD(made(), lr=0.1))
"""


def found(scripts: Scripts, folder: Path, source: str, by_hand: bool = False) -> list[Recording]:
    (folder / "models").mkdir()
    (folder / "models" / "made.py").write_text(MADE)
    (folder / "loops.py").write_text(LOOP)
    recordings = recorded(scripts, folder, source)
    x = torch.tensor([[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]])
    y, w, b = torch.tensor([0.5, 1.0, -2.0]), torch.ones(2), torch.zeros(1)
    own = [w.requires_grad_(), b.requires_grad_()]
    optimizer = torch.optim.SGD(own, lr=0.1)
    assert [one.iteration for one in recordings] == [1, 2]
    for recording in recordings:
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        assert recording.loss == loss.item()
        if by_hand:
            with torch.no_grad():
                for one in own:
                    assert one.grad is not None
                    one -= 0.1 * one.grad
        else:
            optimizer.step()
        optimizer.zero_grad()
        end = recording.at(len(recording.events))
        for parameter, tensor in zip(recording.parameters, own, strict=True):
            np.testing.assert_array_equal(end.value(parameter.name), tensor.detach().numpy())
    return recordings


def names(recordings: list[Recording]) -> set[str]:
    return {parameter.name for one in recordings for parameter in one.parameters}


def test_in_a_namespace_that_an_optimizer_moves(scripts: Scripts, tmp_path: Path) -> None:
    assert names(found(scripts, tmp_path, SPACE)) == {"th.w", "th.b"}


def test_in_an_object_of_a_class_of_another_file(scripts: Scripts, tmp_path: Path) -> None:
    assert names(found(scripts, tmp_path, OBJECT, by_hand=True)) == {"line.w", "line.b"}


def test_in_an_optimizer_alone(scripts: Scripts, tmp_path: Path) -> None:
    assert names(found(scripts, tmp_path, OWNED)) == {"own[0]", "own[1]"}


def test_a_comprehension_goes_through_tensors_that_have_other_names(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = """
import torch
ws = [torch.tensor(float(i), requires_grad=True) for i in range(1, 3)]
for i in range(2):
    loss = sum((wi * xi for wi, xi in zip(ws, [2.0, 3.0])), torch.zeros(())).square()
    loss.backward()
    for w in ws:
        w.data -= 0.01 * w.grad
        w.grad = None
"""
    for recording in recorded(scripts, tmp_path, source):
        assert [one.name for one in recording.parameters] == ["ws[0]", "ws[1]"]


def test_of_layers_of_neurons_none_is_left_out(scripts: Scripts, tmp_path: Path) -> None:
    source = """
import torch
class Neuron:
    def __init__(self, n):
        self.w = [torch.tensor(0.1 * i, requires_grad=True) for i in range(1, n + 1)]
    def __call__(self, x):
        return sum(wi * xi for wi, xi in zip(self.w, x))
class Layer:
    def __init__(self, n):
        self.neurons = [Neuron(n)]
    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]
class Network:
    def __init__(self):
        self.layers = [Layer(2), Layer(1)]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x[0]
    def parameters(self):
        return [w for layer in self.layers for neuron in layer.neurons for w in neuron.w]
model = Network()
for i in range(2):
    loss = (model([2.0, 3.0]) - 1).square()
    for w in model.parameters():
        w.grad = None
    loss.backward()
    for w in model.parameters():
        w.data -= 0.01 * w.grad
"""
    for recording in recorded(scripts, tmp_path, source):
        assert len(recording.parameters) == 3
        phases = [span.phase.value for span in recording.spans]
        assert phases == ["forward", "loss", "zero_grad", "backward", "update"]
