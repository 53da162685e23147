"""A loop that moves by its own lines behind one in which an optimizer steps is followed, too."""

from pathlib import Path

import numpy as np
import pytest

from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

SOURCE = """
import torch
from torch import nn
torch.manual_seed(0)
x, y = torch.randn(8, 3), torch.randn(8, 2)
turns = []
def keep(loss, params):
    turns.append((loss.item(), [p.detach().clone() for p in params]))
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    keep(loss, net.parameters())
NEXT
for i in range(4):
    loss = (MODEL - y).square().mean()
    for p in params:
        p.grad = None
    loss.backward()
    with torch.no_grad():
        for p in params:
            p -= 0.1 * p.grad
    keep(loss, params)
print(loss.item())
"""
MODULES = {
    "the same": ("params = list(net.parameters())", "net(x)"),
    "another in its variable": (
        "net = nn.Linear(3, 2); params = list(net.parameters())",
        "net(x)",
    ),
    "another beside it": ("other = nn.Linear(3, 2); params = list(other.parameters())", "other(x)"),
}


def _are_followed(
    scripts: Scripts, folder: Path, source: str, iterations: list[int], said: str = ""
) -> None:
    turns, recordings = turns_of(source), recorded(scripts, folder, source, said=said)
    assert len(recordings) == len(iterations)
    for turn, recording in zip(iterations, recordings, strict=True):
        loss, after = turns[turn]
        assert recording.loss == loss
        end = recording.at(len(recording.events))
        held = [end.value(one.name) for one in recording.parameters]
        assert len(held) == len(after)
        for value, weight in zip(held, after, strict=True):
            np.testing.assert_array_equal(value, weight.numpy())


@pytest.mark.parametrize("kind", MODULES)
def test_of_a_module_from_its_first_turn(scripts: Scripts, tmp_path: Path, kind: str) -> None:
    then, model = MODULES[kind]
    source = SOURCE.replace("NEXT", then).replace("MODEL", model)
    _are_followed(scripts, tmp_path, source, list(range(7)))


def test_of_tensors_from_its_second(scripts: Scripts, tmp_path: Path) -> None:
    then = "w = torch.randn(3, 2, requires_grad=True)\nparams = [w]"
    source = SOURCE.replace("NEXT", then).replace("MODEL", "x @ w")
    line = 1 + [i for i, text in enumerate(source.splitlines()) if ".backward()" in text][-1]
    said = (
        f"backprop-viz run: the first backward at train.py:{line} is not recorded: that tensors "
        "train behind the loop before is known only from it on. From the next on they are "
        "watched.\n"
    )
    _are_followed(scripts, tmp_path, source, [0, 1, 2, 4, 5, 6], said)


def test_a_look_at_the_trained_net_is_none(scripts: Scripts, tmp_path: Path) -> None:
    source = SOURCE.replace("NEXT", "print(net(x))\nparams = ()").replace("MODEL", "net(x)")
    source = source.replace("range(4)", "range(0)")
    _are_followed(scripts, tmp_path, source, [0, 1, 2])
