"""Momentum, Adam and others that a loop's own lines compute: a new weight is told by these."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of
from tests.nightly import by_day_every

# Each keeps of every turn what it has moved, and what it has computed on the way.
TENSORS = """
import torch
torch.manual_seed(0)
x, y = torch.randn(16, 3), torch.randn(16, 1)
w = torch.randn(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
states = [(torch.zeros_like(p), torch.zeros_like(p)) for p in (w, b)]
turns = []
for t in range(1, 4):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    steps, moved = [], []
    for p, (v, s) in zip((w, b), states):
        STEP
        p.grad.data.zero_()
    with torch.no_grad():
        ((x @ w + b - y) ** 2).mean()
    turns.append((loss.item(), steps, [w.detach().clone(), b.detach().clone()]))
print(loss.item())
"""
MODULE = """
import torch
from torch import nn
torch.manual_seed(0)
x, y = torch.randn(16, 3), torch.randn(16, 1)
net = nn.Linear(3, 1)
states = {p: torch.zeros_like(p) for p in net.parameters()}
turns = []
for t in range(1, 4):
    loss = nn.functional.mse_loss(net(x), y)
    net.zero_grad()
    loss.backward()
    steps = []
    with torch.no_grad():
        for p in net.parameters():
            v = states[p] = 0.9 * states[p] + p.grad
            p -= 0.1 * v
            steps += [v.clone(), 0.1 * v]
    turns.append((loss.item(), steps, [p.detach().clone() for p in net.parameters()]))
print(loss.item())
"""
MOMENTUM = """with torch.no_grad():
            v[:] = 0.9 * v + p.grad
            p[:] -= 0.1 * v
            steps += [v.clone(), 0.1 * v]
"""
BY_DATA = """v.mul_(0.9).add_(p.grad)
        p.data = p.data - 0.1 * v
        steps += [v.clone(), 0.1 * v]
"""
ADAGRAD = """with torch.no_grad():
            s[:] += torch.square(p.grad)
            p[:] -= 0.1 * p.grad / torch.sqrt(s + 1e-6)
            steps += [s.clone(), torch.sqrt(s + 1e-6)]
"""
ADAM = """with torch.no_grad():
            v[:] = 0.9 * v + (1 - 0.9) * p.grad
            s[:] = 0.999 * s + (1 - 0.999) * torch.square(p.grad)
            m_hat = v / (1 - 0.9 ** t)
            s_hat = s / (1 - 0.999 ** t)
            p[:] -= 0.1 * m_hat / (torch.sqrt(s_hat) + 1e-6)
            steps += [v.clone(), s.clone(), m_hat, s_hat, torch.sqrt(s_hat)]
"""
FASTAI = """avg = v.mul_(0.9).add_(p.grad.data)
        square = s.mul_(0.99).addcmul_(p.grad, p.grad, value=0.01)
        p.data.addcdiv_(avg, (square / (1 - 0.99 ** t)).sqrt() + 1e-6, value=-0.1)
        steps += [avg.clone(), square.clone()]
"""
RETURNED = MODULE.replace("    net.zero_grad()\n    loss.backward()\n", "").replace(
    "for p in net.parameters():\n            v = states[p] = 0.9 * states[p] + p.grad",
    "for p, g in zip(net.parameters(), grads):\n            v = states[p] = 0.9 * states[p] + g",
)
RETURNED = RETURNED.replace(
    "    steps = []", "    grads = torch.autograd.grad(loss, GIVEN)\n    steps = []"
)
VECTOR = """
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters
torch.manual_seed(0)
x, y = torch.randn(16, 3), torch.randn(16, 1)
net = nn.Linear(3, 1)
v = torch.zeros(4)
turns = []
for t in range(1, 4):
    loss = nn.functional.mse_loss(net(x), y)
    net.zero_grad()
    loss.backward()
    with torch.no_grad():
        v = 0.9 * v + torch.cat([p.grad.view(-1) for p in net.parameters()])
        vector_to_parameters(parameters_to_vector(net.parameters()) - 0.1 * v, net.parameters())
    turns.append((loss.item(), [v, 0.1 * v], [p.detach().clone() for p in net.parameters()]))
print(loss.item())
"""
# Each row by its own rate: a view of the weights is written to.
ROWS = """with torch.no_grad():
            for i in range(len(p)):
                p[i] -= 0.1 * (i + 1) * p.grad[i]
                steps += [0.1 * (i + 1) * p.grad[i], p[i].clone()]
"""
VIEWS = """part = p.data[..., :1] if p.ndim > 1 else p.data[0]
        v[..., 0] *= 0.9
        v[..., 0] += p.grad[..., 0]
        part.add_(v.view_as(part), alpha=-0.1)
        steps += [v.clone(), part.clone()]
"""
# All parameters in one call, as torch's own optimizers do it.
LISTS = """
import torch
from torch import nn
torch.manual_seed(0)
x, y = torch.randn(16, 3), torch.randn(16, 1)
net = nn.Linear(3, 1)
params = list(net.parameters())
turns = []
for t in range(1, 4):
    loss = nn.functional.mse_loss(net(x), y)
    grads = torch.autograd.grad(loss, params)
    with torch.no_grad():
        STEP
    turns.append((loss.item(), steps, [p.detach().clone() for p in params]))
print(loss.item())
"""
ADDED = LISTS.replace("STEP", "torch._foreach_add_(params, grads, alpha=-0.1); steps = []")
SCALED = LISTS.replace(
    "STEP",
    """scaled = torch._foreach_mul(grads, [0.1, 0.2])
        torch._foreach_addcdiv_(params, scaled, torch._foreach_exp(grads), -0.1)
        steps = scaled""",
)
KINDS = {
    "lists": (ADDED, "weight bias", "add_"),
    "more lists": (SCALED, "weight bias", "addcdiv_"),
    "rows": (TENSORS.replace("STEP", ROWS), "w b", "setitem"),
    "views": (TENSORS.replace("STEP", VIEWS), "w b", ""),
    "momentum": (TENSORS.replace("STEP", MOMENTUM), "w b", "sub_"),
    "by data": (TENSORS.replace("STEP", BY_DATA), "w b", "sub"),
    "adagrad": (TENSORS.replace("STEP", ADAGRAD), "w b", "sub_"),
    "adam": (TENSORS.replace("STEP", ADAM), "w b", "sub_"),
    "fastai": (TENSORS.replace("STEP", FASTAI), "w b", "addcdiv_"),
    "module": (MODULE, "weight bias", "sub_"),
    "returned": (RETURNED.replace("GIVEN", "list(net.parameters())"), "weight bias", "sub_"),
    "generated": (RETURNED.replace("GIVEN", "net.parameters()"), "weight bias", "sub_"),
    "vector": (VECTOR, "weight bias", ""),
}


def behind(recording: Recording, number: Number) -> Iterator[Number]:
    """What a number of a step is made from, as its terms say, and what that is made from."""
    assert number.event is not None
    told = recording.explain(number.event, number.slot, number.index)
    assert told.reason is None
    assert abs(told.residual) < 1e-6
    for part in told.parts:
        for column in part.factors:
            inner = column.number(0)
            if inner is not None and inner.event is not None:
                yield inner
                if recording.events[inner.event].phase is Phase.UPDATE:
                    yield from behind(recording, inner)


@pytest.mark.parametrize("kind", by_day_every(2, list(KINDS)))
def test_a_new_weight_is_told_by_what_the_loop_has_computed(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    source, names, last = KINDS[kind]
    turns, recordings = turns_of(source), recorded(scripts, tmp_path, source)
    assert [recording.iteration for recording in recordings] == [1, 2, 3]
    for recording, (loss, steps, after) in zip(recordings, turns, strict=True):
        assert recording.loss == loss
        assert not recording.findings()
        made = [one.outputs[0] for one in recording.events if one.is_of_step]
        for step in steps:
            assert any(np.array_equal(step.numpy(), one) for one in made if one is not None)
        updates = [(i, e) for i, e in enumerate(recording.events) if e.phase is Phase.UPDATE]
        moves = [(i, event) for i, event in updates if not event.is_of_step]
        assert sorted(str(event.parameter) for _, event in moves) == sorted(names.split())
        for i, event in moves:
            weight = after[names.split().index(str(event.parameter))].numpy()
            np.testing.assert_array_equal(event.outputs[0], weight)
            index = (0,) * weight.ndim
            told = recording.explain(i, 0, index)
            assert (told.kind, told.value) == ("update", weight[index])
            assert last in ("", told.op)
            (tensor,) = event.output_ids
            assert tensor is not None
            read = {one.event for one in behind(recording, Number(tensor, index, i))}
            grads = [recording.events[one] for one in read if one is not None]
            gradients = [one for one in grads if one.phase is Phase.BACKWARD]
            assert gradients  # the events that have made them
            if event.inputs[1] is not None and kind != "vector":
                assert {one.parameter for one in gradients} == {event.parameter}


def test_the_losses_of_turns_with_returned_gradients_are_those_of_the_loop(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = RETURNED.replace("GIVEN", "net.parameters()").replace("range(1, 4)", "range(1, 8)")
    turns, recordings = turns_of(source), recorded(scripts, tmp_path, source, every=3)
    assert [recording.iteration for recording in recordings] == [3, 6]
    assert [recording.loss for recording in recordings] == [turns[2][0], turns[5][0]]
    with bv.load(tmp_path / "train.bprec") as loaded:
        numbers, losses = loaded.losses
        assert dict(zip(numbers, losses, strict=True)) == {
            i: loss for i, (loss, _, _) in enumerate(turns, start=1)
        }
