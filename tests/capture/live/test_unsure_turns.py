"""Which steps of several optimizers are one iteration: those of one turn of the loop."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

HEAD = """
import torch
from torch import nn

torch.manual_seed(3)
x, y = torch.randn(8, 4), torch.randn(8, 2)
kept = []
def trained(hidden):
    net = nn.Sequential(nn.Linear(4, hidden), nn.Tanh(), nn.Linear(hidden, 2))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)
(one, first), (two, second) = trained(3), trained(5)
def stepped(*nets):
    kept.append([p.detach().clone() for net in nets for p in net.parameters()])
"""
ONE_AFTER_THE_OTHER = """
for net, optimizer in ((one, first), (two, second)):
    for _ in range(3):
        {head}
        (net(x) - y).square().mean().backward()
        optimizer.step()
        stepped(net)
        {tail}
"""
LOOPS = {
    "cleared first": ONE_AFTER_THE_OTHER.format(head="optimizer.zero_grad()", tail="pass"),
    "cleared by the module": ONE_AFTER_THE_OTHER.format(head="net.zero_grad()", tail="pass"),
    "cleared last": ONE_AFTER_THE_OTHER.format(head="pass", tail="optimizer.zero_grad()"),
    "in a function": """
def turn(net, optimizer):
    optimizer.zero_grad()
    (net(x) - y).square().mean().backward()
    optimizer.step()
for net, optimizer in ((one, first), (two, second)):
    for _ in range(3):
        turn(net, optimizer)
        stepped(net)
""",
    # As a GAN: the first's net is called again for the second's step, in the same turn.
    "both in a turn": """
for _ in range(3):
    first.zero_grad()
    (one(x) - y).square().mean().backward()
    first.step()
    second.zero_grad()
    (one(x) - two(x)).square().mean().backward()
    second.step()
    stepped(one, two)
""",
    "both in an inner loop": """
for _ in range(3):
    for net, optimizer in ((one, first), (two, second)):
        optimizer.zero_grad()
        (net(x) - y).square().mean().backward()
        optimizer.step()
    stepped(one, two)
""",
    # As a GAN whose critic steps more often: each step is an iteration.
    "the second seldom": """
for i in range(6):
    fake = two(x)
    first.zero_grad()
    (one(x) - fake.detach()).square().mean().backward()
    first.step()
    stepped(one)
    if i % 3 == 2:
        second.zero_grad()
        (one(x) - two(x)).square().mean().backward()
        second.step()
        stepped(two)
""",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_an_iteration_is_a_turn(scripts: Scripts, tmp_path: Path, loop: str) -> None:
    plain: dict[str, list[list[np.ndarray]]] = {}
    exec(HEAD + LOOPS[loop], plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(HEAD + LOOPS[loop])
    with scripts.followed("--to", str(file), "--every", "1", str(script)) as window:
        window.rest()
        assert window.ended().printed == ""
    found = []
    for recording in bv.load(file):
        end = recording.at(len(recording.events))
        found.append([end.value(each.name) for each in recording.parameters])
    turns = plain["kept"]
    assert len(found) == len(turns)
    for weights, expected in zip(found, turns, strict=True):
        assert all(any(np.array_equal(one, each) for each in weights) for one in expected)
