"""Loops that make a new leaf in each turn, in place of the one before, are followed as others."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import check, recorded, turns_of
from tests.nightly import by_day_each

# Each keeps of every turn its loss, the gradients after its backward, and what it has moved.
BY_NAME = """
import torch
torch.manual_seed(0)
X = torch.randn(20, 3)
y = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
w = torch.zeros(3, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr, turns = 0.1, []
for i in range(6):
    y_pred = X @ w + b
    loss = (y_pred - y).square().mean()
    loss.backward()
    grads = [w.grad.clone(), b.grad.clone()]
    w = w - lr * w.grad
    w = w.detach().requires_grad_()
    b = (b - lr * b.grad).detach().requires_grad_()
    turns.append((loss.item(), grads, [w.detach().clone(), b.detach().clone()]))
print(w.tolist())
"""
# Without autograd, and clamped; the flag is set by an assignment.
WITHOUT_AUTOGRAD = """
import torch
torch.manual_seed(1)
x = torch.randn(8, 4)
w = torch.randn(4, 2, requires_grad=True)
turns = []
for i in range(6):
    out = x @ w
    loss = out.square().mean()
    loss.backward()
    grads = [w.grad.clone()]
    with torch.no_grad():
        new = w - 0.1 * w.grad
        w = new.clamp(-1, 1)
    w.requires_grad = True
    turns.append((loss.item(), grads, [w.detach().clone()]))
"""
IN_A_FUNCTION = """
import torch
torch.manual_seed(2)
x = torch.randn(8, 4)
def made():
    return {"w": torch.randn(4, 2, requires_grad=True), "b": torch.zeros(2, requires_grad=True)}
def output(p):
    return x @ p["w"] + p["b"]
def stepped(params):
    return {k: (p - 0.1 * p.grad).detach().requires_grad_() for k, p in params.items()}
params, turns = made(), []
for i in range(6):
    out = output(params)
    loss = out.square().mean()
    loss.backward()
    grads = [p.grad.clone() for p in params.values()]
    params = stepped(params)
    turns.append((loss.item(), grads, [p.detach().clone() for p in params.values()]))
"""
DECAYED = BY_NAME.replace("w - lr * w.grad", "0.99 * w - lr * w.grad").replace(
    "(b - lr * b.grad)", "(b * 0.99 - lr * b.grad)"
)
LOOPS = {
    "decayed": (DECAYED, ["w", "b"], None),
    "by name": (BY_NAME, ["w", "b"], "sub_"),
    "without autograd": (WITHOUT_AUTOGRAD, ["w"], None),
    "in a function": (IN_A_FUNCTION, ["params['w']", "params['b']"], "sub_"),
}
# Each is a Parameter of no module, moved with a momentum.
PARAMETERS = """
import torch
torch.manual_seed(3)
X = torch.randn(20, 3)
y = X @ torch.tensor([1.0, -2.0, 0.5])
w, v = torch.nn.Parameter(torch.zeros(3)), torch.zeros(3)
turns = []
for i in range(7):
    out = X @ w
    loss = (out - y).square().mean()
    loss.backward()
    grads = [w.grad.clone()]
    v = 0.9 * v + w.grad
    w = torch.nn.Parameter(w.data - 0.1 * v)
    turns.append((loss.item(), grads, [w.detach().clone()]))
"""
# It has no .grad: the gradients are what torch.autograd.grad returns.
CENTERS = """
import torch
torch.manual_seed(0)
points = torch.cat([torch.randn(20, 2) + m for m in (-4.0, 0.0, 4.0)])
centers = torch.randn(3, 2).requires_grad_()
turns = []
for turn in range(6):
    distances = torch.cdist(points, centers) ** 2
    loss = distances.min(dim=1).values.mean()
    (g,) = torch.autograd.grad(loss, [centers])
    moved = (centers - 0.5 * g).detach()
    shift = (moved - centers).norm()
    centers = moved.requires_grad_()
    turns.append((loss.item(), centers.detach().clone()))
print(centers.tolist())
"""
# Those of the same name are others: nothing that the loop knows of a gradient is in them.
OTHERS = """
import torch
torch.manual_seed(0)
values = []
for turn in range(3):
    x = torch.randn(4, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    values.append(x.detach().clone())
"""
PHASES = [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE, Phase.ZERO_GRAD]


@pytest.mark.parametrize(("kind", "every"), by_day_each(LOOPS, [1, 2, 3]))
def test_a_new_leaf_goes_on_as_the_same_parameter(
    scripts: Scripts, tmp_path: Path, kind: str, every: int
) -> None:
    source, names, op = LOOPS[kind]
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 7, every))
    for recording in recordings:
        number = recording.iteration - 1
        check(recording, names, turns[number], turns[number - 1][2] if number else None)
        assert [phase for phase, _ in groupby(e.phase for e in recording.events)] == PHASES
        updates = [event for event in recording.events if event.phase is Phase.UPDATE]
        moves = [event for event in updates if not event.is_of_step]
        assert [event.parameter for event in moves] == names
        assert op is None or {event.op for event in moves} == {op}
        added = [event for event in recording.events if event.op == "AccumulateGrad"]
        assert {event.parameter for event in added} == set(names)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_parameter_of_no_module_goes_on_too(scripts: Scripts, tmp_path: Path, every: int) -> None:
    turns = turns_of(PARAMETERS)
    recordings = recorded(scripts, tmp_path, PARAMETERS, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 8, every))
    for recording in recordings[: 6 // every]:  # of the last nothing is used any more
        number = recording.iteration - 1
        check(recording, ["w"], turns[number], turns[number - 1][2] if number else None)
        assert [span.phase for span in recording.spans] == PHASES


@pytest.mark.parametrize("every", [1, 2, 3])
def test_one_that_is_made_by_returned_gradients_goes_on_too(
    scripts: Scripts, tmp_path: Path, every: int
) -> None:
    turns = turns_of(CENTERS)
    recordings = recorded(scripts, tmp_path, CENTERS, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 7, every))
    for recording in recordings:
        number = recording.iteration - 1
        loss, after = turns[number]
        assert recording.loss == loss
        assert [parameter.name for parameter in recording.parameters] == ["centers"]
        end = recording.at(len(recording.events))
        np.testing.assert_array_equal(end.value("centers"), after.numpy())
        if number:
            before = turns[number - 1][1].numpy()
            np.testing.assert_array_equal(recording.at(0).value("centers"), before)
        assert not recording.findings()


def test_what_is_made_of_no_gradient_is_no_update(scripts: Scripts, tmp_path: Path) -> None:
    plain: dict[str, list[np.ndarray]] = {}
    exec(OTHERS, plain)
    recordings = recorded(scripts, tmp_path, OTHERS)
    assert [recording.iteration for recording in recordings] == [1, 2, 3]
    for recording, value in zip(recordings, plain["values"], strict=True):
        assert Phase.UPDATE not in {event.phase for event in recording.events}
        np.testing.assert_array_equal(recording.at(0).value("x"), value)


# The loop reads the leaf in a function that stands on the leaf's own line.
ON_ONE_LINE = """
import torch
torch.manual_seed(0)
x, y = torch.randn(8, 3), torch.randn(8, 2)
w = torch.randn(3, 2, requires_grad=True); net = lambda x: x @ w
turns = []
for turn in range(4):
    loss = (net(x) - y).square().mean()
    loss.backward()
    grads = [w.grad.clone()]
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
    turns.append((loss.item(), grads, [w.detach().clone()]))
"""


def test_a_function_on_the_line_of_a_leaf_makes_none(scripts: Scripts, tmp_path: Path) -> None:
    turns, recordings = turns_of(ON_ONE_LINE), recorded(scripts, tmp_path, ON_ONE_LINE)
    assert [recording.loss for recording in recordings] == [loss for loss, _, _ in turns]
    for number, recording in enumerate(recordings):
        check(recording, ["w"], turns[number], turns[number - 1][2] if number else None)
