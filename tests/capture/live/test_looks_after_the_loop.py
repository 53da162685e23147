"""Gradients that a script takes after its last step are no iteration.

Those are without a .grad, or of another network.
"""

from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.stream.commands import Step
from backprop_viz.stream.messages import RunEnded
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of


def test_what_the_inputs_count_for_is_asked_after_each_step(tmp_path: Path) -> None:
    net, path = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), tmp_path / "run.bprec"
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    with bv.watch(net, optimizer, to=path):
        for _ in range(3):
            x = torch.randn(5, 3)
            optimizer.zero_grad()
            loss = net(x).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            asked = x.requires_grad_()
            (counts,) = torch.autograd.grad(net(asked)[:, 0].unbind(), asked)
            assert counts.shape == (5, 3)
    assert [recording.loss for recording in bv.load(path)] == losses


OTHER = """
import torch
from torch import nn
torch.manual_seed(0)
turns = []
TRAINED
for i in range(4):
    loss = LOSS.square().mean()
    loss.backward()
    with torch.no_grad():
        STEP
    turns.append(loss.item())
other = nn.Linear(3, 1)
other(torch.ones(2, 3)).sum().backward()
print(other.weight.grad)
"""
TRAINS = {
    "by an optimizer": {
        "TRAINED": "net = nn.Linear(3, 2); optimizer = torch.optim.SGD(net.parameters(), lr=0.1)",
        "LOSS": "net(torch.ones(2, 3))",
        "STEP": "optimizer.step(); optimizer.zero_grad()",
    },
    "a module by hand": {
        "TRAINED": "net = nn.Linear(3, 2)",
        "LOSS": "net(torch.ones(2, 3))",
        "STEP": "for p in net.parameters(): p -= 0.1 * p.grad; p.grad = None",
    },
    "tensors by hand": {
        "TRAINED": "w = torch.ones(3, 2, requires_grad=True)",
        "LOSS": "(torch.ones(2, 3) @ w)",
        "STEP": "w -= 0.1 * w.grad; w.grad = None",
    },
}


@pytest.mark.parametrize("kind", TRAINS)
def test_another_network_is_asked_once_after_the_loop(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    source = OTHER
    for name, text in TRAINS[kind].items():
        source = source.replace(name, text)
    assert [one.loss for one in recorded(scripts, tmp_path, source)] == turns_of(source)


STEPPED = """
import torch
from torch import nn
net = nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.ones(2, 3)
for i in range(LAST + 1):
    net(x).sum().backward()
    if i == 2:
        break
    optimizer.step()
    optimizer.zero_grad()
AFTER
"""


@pytest.mark.parametrize(
    ("last", "after"), [(1, ""), (1, "print(net(x))"), (1, "net(x).sum().backward()"), (2, "")]
)
def test_a_window_that_went_by_phases_is_told_whether_the_last_one_it_saw_is_an_iteration(
    scripts: Scripts, tmp_path: Path, last: int, after: str
) -> None:
    script = tmp_path / "train.py"
    script.write_text(STEPPED.replace("LAST", str(last)).replace("AFTER", after))
    with scripts.followed(str(script)) as window:
        with suppress(EOFError):
            while True:
                window.held()
                window.command(Step())
        ended = window.messages[-1]
        assert isinstance(ended, RunEnded)
        assert ended.recorded == (last == 2)  # the loop was left in its third pass
        assert sorted(window.recordings) == [1, 2, 3]


PRUNED = """
import torch
from torch import nn
from torch.nn.utils import prune
torch.manual_seed(0)
net = nn.Linear(6, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
turns = []
for epoch in range(3):
    loss = net(torch.randn(5, 6)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    turns.append(loss.item())
    prune.l1_unstructured(net, "weight", amount=0.2)
prune.remove(net, "weight")
"""


def test_what_pruning_makes_of_the_weights_is_none(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(PRUNED)
    assert [one.loss for one in recorded(scripts, tmp_path, PRUNED)] == turns
