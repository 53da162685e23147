"""A loop whose source has no step: an iteration is over with what clears its gradients."""

from pathlib import Path

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from tests.capture.live.script_runs import Scripts

START = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(8, 3)
"""
FORGOTTEN = """
grads = []
for turn in range(4):
    CLEAR
    net(x * turn).square().mean().backward()
    grads.append([p.grad.clone() for p in net.parameters()])
print(turn)
"""
CLEARS = {
    "by the optimizer": "optimizer.zero_grad()",
    "by the model": "net.zero_grad()",
    "with zeros": "optimizer.zero_grad(set_to_none=False)",
}
# Each clears what a backward gave without a step, and is as it should be.
HEALTHY = {
    "surgery": """
for turn in range(3):
    grads = []
    for task in (x, 2 * x, 3 * x):
        optimizer.zero_grad()
        net(task).square().mean().backward()
        grads.append([p.grad.clone() for p in net.parameters()])
    for p, *each in zip(net.parameters(), *grads):
        p.grad = sum(each)
    optimizer.step()
""",
    "a look before": """
net(x).square().mean().backward()
optimizer.zero_grad()
for turn in range(3):
    optimizer.zero_grad()
    net(x).square().mean().backward()
    optimizer.step()
""",
    "accumulation": """
for turn in range(9):
    (net(x).square().mean() / 3).backward()
    if turn % 3 == 2:
        optimizer.step()
        optimizer.zero_grad()
""",
    "a step of a function's": """
def train(by):
    for turn in range(3):
        by.zero_grad()
        net(x).square().mean().backward()
        by.step()
for task in range(2):
    optimizer.zero_grad()
    net(x).square().mean().backward()
train(optimizer)
""",
}


def codes(recording: bv.Recording) -> list[str]:
    return [finding.code for finding in recording.findings()]


@pytest.mark.parametrize("clears", CLEARS)
@pytest.mark.parametrize("every", [1, 2])
def test_each_turn_is_an_iteration(
    clears: str, every: int, scripts: Scripts, tmp_path: Path
) -> None:
    source = START + FORGOTTEN.replace("CLEAR", CLEARS[clears])
    plain: dict[str, list[list[torch.Tensor]]] = {}
    exec(source, plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(source)
    scripts.recorded("--to", str(file), "--every", str(every), str(script))
    with bv.load(file) as loaded:
        recordings = list(loaded)
    assert [one.iteration for one in recordings] == list(range(every, 5, every))
    for recording in recordings:
        assert "never_stepped" in codes(recording)
        backwards = [span for span in recording.spans if span.phase is Phase.BACKWARD]
        assert len(backwards) == 1
        grads = plain["grads"][recording.iteration - 1]
        for parameter, grad in zip(recording.parameters, grads, strict=True):
            at = recording.at(len(recording.events))
            np.testing.assert_array_equal(at.grad(parameter.name), grad.numpy())


@pytest.mark.parametrize("loop", HEALTHY)
def test_what_steps_later_is_no_iteration_yet(loop: str, scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(START + HEALTHY[loop])
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        recordings = list(loaded)
    assert [one.iteration for one in recordings] == [1, 2, 3]
    for recording in recordings:
        assert recording.spans[-1].phase is Phase.UPDATE
        assert "never_stepped" not in codes(recording)


def test_cleared_behind_the_forward_it_is_said_of_the_whole(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    turn = "loss = net(x).square().mean(); optimizer.zero_grad(); loss.backward()"
    script.write_text(f"{START}for turn in range(3): {turn}\n")
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        assert ["never_stepped" in codes(one) for one in loaded] == [True]


def test_a_window_sees_the_iterations(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(START + FORGOTTEN.replace("CLEAR", "optimizer.zero_grad()"))
    with scripts.followed(str(script)) as window:
        window.held()
        held = window.carried_out(Step())
        while held.iteration < 2:
            held = window.carried_out(Step())
        assert "never_stepped" in codes(window.recordings[1])
        window.command(Train())
        window.rest()
