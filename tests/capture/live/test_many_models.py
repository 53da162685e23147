"""A script that trains one model after another: each is followed in its turn."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

HEAD = """
import torch
from torch import nn

torch.manual_seed(3)
x, y = torch.randn(8, 4), torch.randn(8, 2)
kept = []
def trained(rate, hidden, make=torch.optim.SGD):
    net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 2))
    return net, make(net.parameters(), lr=rate)
def train(net, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        optimizer.step()
        print(loss.item())
        kept.append([p.detach().clone() for p in net.parameters()])
"""
# As a search over rates and widths does, with the models thrown away, kept, or all made before.
THROWN_AWAY = (
    "for rate, hidden in ((0.1, 3), (0.05, 5), (0.2, 4)): train(*trained(rate, hidden), 4)"
)
KEPT = """
runs = []
for rate, hidden in ((0.1, 3), (0.05, 5), (0.2, 4)):
    runs.append(trained(rate, hidden))
    train(*runs[-1], 4)
"""
MADE_BEFORE = """
runs = [trained(rate, hidden) for rate, hidden in ((0.1, 3), (0.05, 5), (0.2, 4))]
for run in runs:
    train(*run, 4)
"""
# The same network under an optimizer of its own for the second half.
SAME_MODEL = """
net, optimizer = trained(0.1, 3)
train(net, optimizer, 4)
train(net, torch.optim.Adam(net.parameters(), lr=0.01), 8)
"""


# One that is made for something else, or that steps by a closure, and the first again.
IDLE = """
net, optimizer = trained(0.1, 3)
train(net, optimizer, 4)
other = torch.optim.Adam(net.parameters(), lr=0.01)
train(net, optimizer, 3)
spare = torch.optim.Adam(net.parameters(), lr=0.01)
train(net, optimizer, 5)
"""
CLOSURE = """
net, optimizer = trained(0.1, 3)
train(net, optimizer, 4)
searched = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=2)
def closure():
    searched.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    return loss
for _ in range(4):
    searched.step(closure)
    kept.append([p.detach().clone() for p in net.parameters()])
train(net, torch.optim.SGD(net.parameters(), lr=0.1), 4)
"""


@pytest.mark.parametrize("loop", [THROWN_AWAY, KEPT, MADE_BEFORE, SAME_MODEL, IDLE, CLOSURE])
def test_each_is_followed_in_its_turn(scripts: Scripts, tmp_path: Path, loop: str) -> None:
    plain: dict[str, list[list[np.ndarray]]] = {}
    exec((HEAD + loop).replace("print(", "str("), plain)
    script, file = tmp_path / "search.py", tmp_path / "search.bprec"
    script.write_text(HEAD + loop)
    with scripts.followed("--to", str(file), "--every", "1", str(script)) as window:
        window.rest()
        ended = window.ended()
    seen: dict[int, int] = {}
    for recording in bv.load(file):
        end = recording.at(len(recording.events))
        weights = [end.value(each.name) for each in recording.parameters]
        for i, expected in enumerate(plain["kept"], 1):
            if all(any(np.array_equal(one, each) for each in weights) for one in expected):
                seen[recording.iteration] = i
    assert seen == {i: i for i in range(1, 13)}
    assert "not recorded" not in ended.printed


def test_several_at_once_are_shown_as_models(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "pair.py", tmp_path / "pair.bprec"
    script.write_text(
        HEAD
        + """
first, second = nn.Linear(4, 3), nn.Linear(3, 2)
optimizer = torch.optim.SGD([*first.parameters(), *second.parameters()], lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    second(first(x)).square().mean().backward()
    optimizer.step()
"""
    )
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        assert {recording.model for recording in loaded} == {"Models"}
        names = [parameter.name for parameter in loaded[-1].parameters]
        assert names == ["first.weight", "first.bias", "second.weight", "second.bias"]


IN_FUNCTIONS = """
def fit(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()
first = nn.Linear(4, 3)
fit(first)
fit(nn.Linear(4, 2))
"""


def test_the_optimizer_of_a_function_that_is_over_is_shown_no_more(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "fits.py", tmp_path / "fits.bprec"
    script.write_text(HEAD + IN_FUNCTIONS)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        shapes = [[p.value.shape for p in recording.parameters] for recording in loaded]
    assert shapes == [[(3, 4), (3,)]] * 3 + [[(2, 4), (2,)]] * 3


# As the class that a public CycleGAN trains with: its networks are attributes of no module.
ATTRIBUTES = """
import torch
from torch import nn

class Nets:
    def __init__(self, n):
        self.value = nn.Linear(n, 1)

class Agent:
    def __init__(self):
        self.net_a, self.net_b, self.nets = nn.Linear(4, 4), nn.Linear(4, 4), Nets(4)
        both = [*self.net_a.parameters(), *self.net_b.parameters()]
        self.optimizer = torch.optim.Adam(both + [*self.nets.value.parameters()])

    def learn(self, x):
        self.optimizer.zero_grad()
        loss = self.nets.value(self.net_b(self.net_a(x))).mean()
        loss.backward()
        self.optimizer.step()

agent = Agent()
for _ in range(2):
    agent.learn(torch.randn(3, 4))
"""


def test_models_have_the_names_of_an_objects_attributes(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "agent.py", tmp_path / "agent.bprec"
    script.write_text(ATTRIBUTES)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        found = [{parameter.name for parameter in recording.parameters} for recording in loaded]
    layers = ("net_a", "net_b", "value")
    names = {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    assert found == [names, names]


NEXT = """
import torch
from torch import nn
torch.manual_seed(0)
turns = []
def train(model, optimizer):
    for i in range(3):
        optimizer.zero_grad()
        loss = model(torch.ones(4, 3)).square().mean()
        loss.backward()
        optimizer.step()
        turns.append((loss.item(), [p.detach().clone() for p in model.parameters()]))
first = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
train(first, torch.optim.SGD(first.parameters(), lr=0.1))
tuned = torch.optim.SGD(first.parameters(), lr=0.1)
train(first, tuned)
second = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
for p in second.parameters():
    p.requires_grad = False
second[2] = nn.Linear(2, 1)
train(second, torch.optim.SGD(second[2].parameters(), lr=0.1))
print(turns[-1])
"""


def test_a_model_that_trains_after_another_is_shown_alone(scripts: Scripts, tmp_path: Path) -> None:
    turns, recordings = turns_of(NEXT), recorded(scripts, tmp_path, NEXT)
    assert [recording.iteration for recording in recordings] == list(range(1, 10))
    names = ["0.weight", "0.bias", "2.weight", "2.bias"]
    for recording, (loss, after) in zip(recordings, turns, strict=True):
        assert recording.model == "Sequential"
        assert recording.loss == loss
        assert [parameter.name for parameter in recording.parameters] == names
        end = recording.at(len(recording.events))
        for name, weight in zip(names, after, strict=True):
            np.testing.assert_array_equal(end.value(name), weight.numpy())
