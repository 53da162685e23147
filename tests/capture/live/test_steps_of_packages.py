"""Steps by hand that an installed package takes, as a course's does, are followed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import RUN, Scripts, ended_process

PACKAGE = """
import torch
from torch import nn

def sgd(params, lr):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad
            param.grad.zero_()

class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
    def step(self):
        sgd(self.params, self.lr)

class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.normal(0, 0.1, (3, 1), requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)
    def forward(self, x):
        return x @ self.w + self.b

class Trainer:
    def fit(self, model, batches):
        optimizer = SGD([model.w, model.b], 0.1)
        for x, y in batches:
            self.fit_batch(model, optimizer, x, y)

def add_to_class(kind):
    return lambda added: setattr(kind, added.__name__, added)

@add_to_class(Trainer)
def fit_batch(self, model, optimizer, x, y):
    loss = (model(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    print(loss.item(), *model.w.flatten().tolist(), *model.b.tolist())
"""
# A package with its own loop, whose optimizers are none of torch's.
FRAMEWORK = """
class Optimizer:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr
    def step(self):
        for p in self.params:
            p.data.add_(p.grad.data, alpha=-self.lr)
    def zero_grad(self):
        for p in self.params:
            p.grad = None

def fit(net, x, y, turns):
    optimizer = Optimizer(net.parameters(), 0.1)
    for _ in range(turns):
        loss = (net(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(loss.item(), *net.weight.flatten().tolist(), *net.bias.tolist())
"""
START = """
import torch
from torch import nn
from course import torch as course
torch.manual_seed(0)
x, y = torch.randn(8, 3), torch.randn(8, 1)
"""
MODULE = """
net = nn.Linear(3, 1)
for i in range(3):
    loss = (net(x) - y).square().mean()
    loss.backward()
    course.sgd(net.parameters(), 0.1)
    print(loss.item(), *net.weight.flatten().tolist(), *net.bias.tolist())
"""
TENSORS = """
model = course.Line()
for i in range(3):
    loss = (model(x) - y).square().mean()
    loss.backward()
    course.SGD([model.w, model.b], 0.1).step()
    print(loss.item(), *model.w.flatten().tolist(), *model.b.tolist())
"""
LOOP = """
model = course.Line()
course.Trainer().fit(model, [(x, y)] * 3)
"""


@pytest.mark.parametrize(
    ("source", "names"),
    [(MODULE, "weight bias"), (TENSORS, "model.w model.b"), (LOOP, "model.w model.b")],
)
def test_they_are_followed(scripts: Scripts, tmp_path: Path, source: str, names: str) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    package = tmp_path / "site-packages" / "course"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "torch.py").write_text(PACKAGE)
    script.write_text(START + source)
    installed = f"import sys\nsys.path.insert(0, {str(package.parent)!r})\n"
    ended = ended_process(scripts.start(installed + RUN, ["run", "--to", str(file), str(script)]))
    assert ended.status == 0
    _compare(file, ended.printed, names)


def _compare(file: Path, printed: str, names: str) -> None:
    """What is recorded with the loss and the weights that the script has printed."""
    turns = [list(map(float, line.split())) for line in printed.splitlines()]
    assert len(turns) == 3
    loaded: Any = bv.load(file)
    for recording, (loss, *weights) in zip(loaded, turns, strict=True):
        assert recording.loss == loss
        assert " ".join(recording.by_parameter) == names
        end = recording.at(len(recording.events))
        held = [np.ravel(end.value(name)) for name in recording.by_parameter]
        np.testing.assert_array_equal(np.concatenate(held), np.float32(weights))


@pytest.mark.parametrize(
    "named", ["import fastai.basics as f", "from keras import *\nimport keras as f"]
)
def test_optimizers_that_are_none_of_torchs(scripts: Scripts, tmp_path: Path, named: str) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    for package in "fastai", "keras":
        folder = tmp_path / "site-packages" / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(FRAMEWORK if package == "keras" else "")
        (folder / "basics.py").write_text(FRAMEWORK)
    made = "import torch\ntorch.manual_seed(0)\nnet = torch.nn.Linear(3, 1)\n"
    script.write_text(f"{named}\n{made}f.fit(net, torch.randn(8, 3), torch.randn(8, 1), 3)\n")
    installed = f"import sys\nsys.path.insert(0, {str(tmp_path / 'site-packages')!r})\n"
    ended = ended_process(scripts.start(installed + RUN, ["run", "--to", str(file), str(script)]))
    assert ended.status == 0
    _compare(file, ended.printed, "weight bias")


# As scipy's: it asks for the loss and its gradient at points of its own.
OPTIMIZE = """
def minimize(fun, start):
    point = start
    for _ in range(3):
        _, gradient = fun(point)
        point = point - 0.1 * gradient
    return point
"""
POINTS = """
import torch
from torch import nn
from scipy.optimize import minimize
torch.manual_seed(0)
net, x, y = nn.Linear(3, 1), torch.randn(8, 3), torch.randn(8, 1)
def at(point):
    nn.utils.vector_to_parameters(torch.tensor(point, dtype=torch.float32), net.parameters())
    net.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    held = nn.utils.parameters_to_vector(net.parameters())
    print(loss.item(), *held.tolist())
    return loss.item(), nn.utils.parameters_to_vector([p.grad for p in net.parameters()]).numpy()
minimize(at, nn.utils.parameters_to_vector(net.parameters()).detach().numpy())
"""


def test_points_that_another_package_asks_for(scripts: Scripts, tmp_path: Path) -> None:
    """Each is an iteration, with the weights of that point as they were in its forward."""
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    package = tmp_path / "site-packages" / "scipy"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "optimize.py").write_text(OPTIMIZE)
    script.write_text(POINTS)
    installed = f"import sys\nsys.path.insert(0, {str(package.parent)!r})\n"
    ended = ended_process(scripts.start(installed + RUN, ["run", "--to", str(file), str(script)]))
    assert ended.status == 0
    turns = [list(map(float, line.split())) for line in ended.printed.splitlines()]
    assert len(turns) == 3
    loaded: Any = bv.load(file)
    for recording, (loss, *weights) in zip(loaded, turns, strict=True):
        assert recording.loss == loss
        backward = recording.span(Phase.BACKWARD)
        held = [
            np.ravel(recording.at(backward.start).value(name)) for name in recording.by_parameter
        ]
        np.testing.assert_array_equal(np.concatenate(held), np.float32(weights))
