"""Loops that move by hand what ``torch.func.grad`` differentiates a function by are followed."""

import random
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

import backprop_viz as bv
from backprop_viz.analysis.explanations import explain
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults, numbers_of
from tests.capture.live.script_runs import Scripts

# Each keeps of every turn its loss, the gradients, and the tensors after the move.
BY_NAME = """
import torch
from torch import nn
from torch.func import functional_call, grad_and_value
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
params = {name: p.detach().clone() for name, p in net.named_parameters()}
lr, turns = 0.1, []
def loss_of(params, x, y):
    pred = functional_call(net, params, (x,))
    return nn.functional.mse_loss(pred, y)
for turn in range(5):
    x = torch.randn(8, 3)
    y = x[:, :2] * 2
    grads, loss = grad_and_value(loss_of)(params, x, y)
    params = {k: p - lr * grads[k] for k, p in params.items()}
    turns.append((loss, list(grads.values()), list(params.values())))
print(loss_of(params, x, y))
"""
# Its parameters require gradients, as those of a network do; what is moved has a graph.
OF_NETWORK = BY_NAME.replace(
    "{name: p.detach().clone() for name, p in net.named_parameters()}",
    "dict(net.named_parameters())",
).replace("p - lr * grads[k]", "(p - lr * grads[k]).detach()")
IN_TREES = """
import torch
from torch.func import grad
from torch.utils._pytree import tree_map
torch.manual_seed(1)
X, turns = torch.randn(64, 3), []
Y = X.sum(1, keepdim=True)
def model(params, x):
    (w1, b1), (w2, b2) = params
    return torch.tanh(x @ w1 + b1) @ w2 + b2
def loss_fn(params, x, y):
    out = model(params, x)
    loss = ((out - y) ** 2).mean()
    return loss, loss
def train():
    params = [(torch.randn(3, 4), torch.zeros(4)), (torch.randn(4, 1), torch.zeros(1))]
    momentum = tree_map(torch.zeros_like, params)
    for epoch in range(2):
        for start in range(0, 64, 32):
            batch = X[start : start + 32], Y[start : start + 32]
            grads, loss = grad(loss_fn, has_aux=True)(params, *batch)
            momentum = tree_map(lambda m, g: 0.9 * m + g, momentum, grads)
            params = tree_map(lambda p, m: p - 0.05 * m, params, momentum)
            flat = [one for layer in grads for one in layer]
            turns.append((loss, flat, [one for layer in params for one in layer]))
        print(loss_fn(params, X, Y)[0].item())
train()
"""
IN_PLACE = """
import torch
from torch.func import grad_and_value
torch.manual_seed(2)
X = torch.randn(20, 3)
y = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
w, b, turns = torch.zeros(3), torch.zeros(1), []
def loss(w, b):
    pred = X @ w + b
    return (pred - y).pow(2).mean()
for i in range(4):
    grads, value = grad_and_value(loss, argnums=(0, 1))(w, b)
    w -= 0.1 * grads[0]
    b -= 0.1 * grads[1]
    turns.append((value, list(grads), [w.clone(), b.clone()]))
print(w.tolist())
"""
LAYERS = ["0.weight", "0.bias", "2.weight", "2.bias"]
LOOPS = {
    "by name": (BY_NAME, LAYERS),
    "of a network": (OF_NETWORK, LAYERS),
    "in trees": (IN_TREES, [f"params[{i}][{k}]" for i in range(2) for k in range(2)]),
    "in place": (IN_PLACE, ["w", "b"]),
}
PHASES = [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]
_Turn = tuple[Tensor, list[Tensor], list[Tensor]]


def turns_of(source: str) -> list[_Turn]:
    plain: dict[str, list[_Turn]] = {}
    exec(source.replace("print(", "str("), plain)
    return plain["turns"]


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("kind", LOOPS)
def test_turns_are_those_of_a_plain_run(
    scripts: Scripts, tmp_path: Path, kind: str, every: int
) -> None:
    source, names = LOOPS[kind]
    turns = turns_of(source)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert loaded.losses[1].tolist() == [loss.item() for loss, _, _ in turns]
        numbers = [recording.iteration for recording in loaded]
        assert numbers == list(range(every, len(turns) + 1, every))
        for recording in loaded:
            loss, grads, after = turns[recording.iteration - 1]
            assert recording.loss == loss.item()
            assert [parameter.name for parameter in recording.parameters] == names
            assert [phase for phase, _ in groupby(e.phase for e in recording.events)] == PHASES
            assert not recording.findings()
            start, end = recording.at(0), recording.at(len(recording.events))
            before = turns[recording.iteration - 2][2] if recording.iteration > 1 else None
            for i, name in enumerate(names):
                assert start.grad(name) is None
                if before is not None:
                    np.testing.assert_array_equal(start.value(name), before[i].detach().numpy())
                np.testing.assert_array_equal(end.grad(name), grads[i].detach().numpy())
                np.testing.assert_array_equal(end.value(name), after[i].detach().numpy())


def test_each_number_is_explained_to_the_loss(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(IN_TREES)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        recording = next(iter(loaded))
        for number in numbers_of(recording, random.Random(0)):
            found = explain_number(recording, number)
            if found.reason is None or found.reason.code != "constant":
                assert found.reason is None
                assert list(faults(recording, found)) == []
        read = {tensor for event in recording.events for tensor in event.input_ids}
        assert {parameter.value_id for parameter in recording.parameters} <= read
        why = explain(recording.at(len(recording.events)), "parameter", "params[0][0]")
        assert why.code == "of_function"


# Two batches give the gradient of one move.
ACCUMULATED = """
import torch
from torch.func import grad
torch.manual_seed(3)
w, kept = torch.randn(3), []
def loss(w, x):
    return (x @ w).square().mean()
for turn in range(3):
    total = 0
    for _ in range(2):
        total = total + grad(loss)(w, torch.randn(5, 3))
    w = w - 0.1 * total
    kept.append(w)
"""


def test_several_gradients_of_the_same_tensors_are_one_turn(
    scripts: Scripts, tmp_path: Path
) -> None:
    plain: dict[str, list[Tensor]] = {}
    exec(ACCUMULATED, plain)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(ACCUMULATED)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        recordings = list(loaded)
        assert [recording.iteration for recording in recordings] == [1, 2, 3]
        for recording, after in zip(recordings, plain["kept"], strict=True):
            end = recording.at(len(recording.events))
            np.testing.assert_array_equal(end.value("w"), after.numpy())


# Inner gradients belong to the loss that the outermost is of.
LEARNS_TO_LEARN = """
import torch
from torch.func import grad, grad_and_value
torch.manual_seed(4)
w, turns = torch.randn(3), []
def task_loss(w, x):
    return (x @ w - x.sum(1)).square().mean()
def meta_loss(w, x):
    fast = w - 0.1 * grad(task_loss)(w, x)
    return task_loss(fast, x)
for turn in range(3):
    x = torch.randn(5, 3)
    g, loss = grad_and_value(meta_loss)(w, x)
    w = w - 0.1 * g
    turns.append((loss, [g], [w]))
"""


def test_the_outermost_gradient_is_that_of_the_turn(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(LEARNS_TO_LEARN)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(LEARNS_TO_LEARN)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        recordings = list(loaded)
        assert len(recordings) == 3
        for recording, (loss, (grad,), (after,)) in zip(recordings, turns, strict=True):
            end = recording.at(len(recording.events))
            assert recording.loss == loss.item()
            np.testing.assert_array_equal(end.grad("w"), grad.numpy())
            np.testing.assert_array_equal(end.value("w"), after.numpy())


# Each keeps what is moved first in each turn; others are moved beside it, or asked about behind.
OTHERS = """
import torch
from torch.func import grad
torch.manual_seed(5)
w, other, kept = torch.randn(3), torch.randn(2), []
def loss(w, x):
    return (x @ w).square().mean()
def fails(w):
    raise ValueError
try:
    grad(fails)(w)
except ValueError:
    pass
for turn in range(3):
    fast = w - 0.1 * grad(loss)(w, torch.randn(5, 3))
    kept.append(fast)
    w = torch.randn(3)
    OTHER
print(grad(torch.sum)(torch.ones(4)).tolist())
"""
BESIDE = "other = other - grad(loss)(other, torch.randn(5, 2))"


@pytest.mark.parametrize("other", [BESIDE, ""])
def test_what_is_made_of_no_gradient_begins_the_next_turn(
    scripts: Scripts, tmp_path: Path, other: str
) -> None:
    source = OTHERS.replace("OTHER", other)
    plain: dict[str, list[Tensor]] = {}
    exec(source.replace("print(", "str("), plain)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    ended = scripts.recorded("--to", str(file), str(script))
    line = 1 + next(i for i, text in enumerate(source.splitlines()) if "grad(fails)" in text)
    said = f"are not recorded, as the loop has first asked for those of w at train.py:{line}."
    assert ended.printed.count(said) == 1
    with bv.load(file) as loaded:
        recordings = list(loaded)
        for recording, after in zip(recordings, plain["kept"], strict=True):
            phases = [phase for phase, _ in groupby(e.phase for e in recording.events)]
            assert phases == PHASES
            end = recording.at(len(recording.events))
            np.testing.assert_array_equal(end.value("w"), after.numpy())
