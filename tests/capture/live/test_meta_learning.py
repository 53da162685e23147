"""A model learns from copies of it, each trained for a task by an optimizer of its own."""

from pathlib import Path
from textwrap import indent

import numpy as np
import pytest
from torch import Tensor

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

# Each keeps what every iteration is of, its loss, the gradients and the weights after its step.
START = """
import copy, torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
outer, turns = torch.optim.Adam(model.parameters(), lr=0.01), []
def task():
    x = torch.rand(6, 1) * 10 - 5
    return x, torch.sin(x + torch.rand(1))
def told(name, module, loss):
    grads = [p.grad.clone() for p in module.parameters()]
    turns.append((name, loss, grads, [p.detach().clone() for p in module.parameters()]))
"""
REPTILE = f"""{START}
for turn in range(3):
    x, y = task()
    fast = copy.deepcopy(model)
    inner = torch.optim.SGD(fast.parameters(), lr=0.02)
    for _ in range(2):
        inner.zero_grad()
        loss = nn.functional.mse_loss(fast(x), y)
        loss.backward()
        inner.step()
        told("fast", fast, loss.item())
    outer.zero_grad()
    for p, q in zip(model.parameters(), fast.parameters()):
        p.grad = p.data - q.data
    outer.step()
    told("model", model, None)
    print(loss.item())
"""
_STEP = """
inner.zero_grad()
loss = nn.functional.mse_loss(fast(x), y)
loss.backward()
inner.step()
told("fast", fast, loss.item())"""


def first_order(steps: str) -> str:
    """The gradients of each task's last loss are added up for the model; they move no copy."""
    return f"""{START}
for turn in range(3):
    outer.zero_grad()
    for _ in range(2):
        x, y = task()
        fast = copy.deepcopy(model)
        inner = torch.optim.SGD(fast.parameters(), lr=0.02){indent(steps, " " * 8)}
        fast.zero_grad()
        loss = nn.functional.mse_loss(fast(x), y)
        loss.backward()
        for p, q in zip(model.parameters(), fast.parameters()):
            p.grad = q.grad.clone() if p.grad is None else p.grad + q.grad
        told("model", model, loss.item())
    outer.step()
    turns[-1] = (*turns[-1][:3], [p.detach().clone() for p in model.parameters()])
    print(loss.item())
"""


FIRST_ORDER = first_order(f"\nfor _ in range(2):{indent(_STEP, '    ')}")
# What follows the only step for a task, in the same pass of the loop, is of its turn.
ONE_STEP = first_order(_STEP)
_Turn = tuple[str, float | None, list[Tensor], list[Tensor]]


@pytest.mark.parametrize("source", [REPTILE, FIRST_ORDER], ids=["reptile", "first order"])
def test_steps_of_the_copies_and_of_the_model_are_iterations(
    scripts: Scripts, tmp_path: Path, source: str
) -> None:
    plain: dict[str, list[_Turn]] = {}
    exec(source.replace("print(", "str("), plain)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        recordings = list(loaded)
        numbers = [recording.iteration for recording in recordings]
        assert numbers == list(range(1, len(plain["turns"]) + 1))
        for recording, (name, loss, grads, after) in zip(recordings, plain["turns"], strict=True):
            assert recording.loss == loss
            assert not recording.findings()
            of_model = [one.name for one in recording.parameters if one.name.startswith(name)]
            end = recording.at(len(recording.events))
            for parameter, grad, weight in zip(of_model, grads, after, strict=True):
                np.testing.assert_array_equal(end.grad(parameter), grad.numpy())
                np.testing.assert_array_equal(end.value(parameter), weight.numpy())
            updates = [e for e in recording.events if e.phase is Phase.UPDATE]
            updated = {e.parameter for e in updates if not e.is_beside_graph}
            steps = name == "fast" or source is REPTILE or not recording.iteration % 6
            assert updated == (set(of_model) if steps else set())


def test_the_models_step_after_the_tasks_is_an_iteration(scripts: Scripts, tmp_path: Path) -> None:
    plain: dict[str, list[_Turn]] = {}
    exec(ONE_STEP.replace("print(", "str("), plain)
    steps = [turn for turn in plain["turns"] if turn[0] == "model"][1::2]
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(ONE_STEP)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        recordings = list(loaded)
        assert [recording.iteration for recording in recordings] == list(range(1, 10))
        for recording, (_, _, grads, after) in zip(recordings[2::3], steps, strict=True):
            end = recording.at(len(recording.events))
            of_model = [one.name for one in recording.parameters if one.name.startswith("model")]
            for parameter, grad, weight in zip(of_model, grads, after, strict=True):
                np.testing.assert_array_equal(end.grad(parameter), grad.numpy())
                np.testing.assert_array_equal(end.value(parameter), weight.numpy())
            assert {e.parameter for e in recording.events} == set(of_model)
