"""A script that shows one small example after the other: each is an iteration with its leaves."""

from pathlib import Path
from typing import Any

import numpy as np

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded

THREE = """
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x * 2).mean()
y.backward()
a = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(4.0, requires_grad=True)
c = a * b + a.sin()
c.backward()
w = torch.ones(2, requires_grad=True)
d = (w * 2).sum()
d.backward()
"""
# The second leaf is made once the first has been used, and both train from then on.
JOINED = """
import torch
u, v, kept = torch.ones(2, requires_grad=True), None, []
for turn in range(6):
    if turn == 1:
        v = torch.ones(2, requires_grad=True)
    out = u * 3 if v is None else v * 2 + u * 3
    loss = out.square().sum()
    loss.backward()
    grads = {name: p.grad.clone() for name, p in (("u", u), ("v", v)) if p is not None}
    with torch.no_grad():
        for p in (u, v):
            if p is not None:
                p -= 0.01 * p.grad
                p.grad = None
    kept.append((loss.item(), grads))
"""


def test_leaves_of_an_example_that_is_over_are_no_more_looked_for(
    scripts: Scripts, tmp_path: Path
) -> None:
    plain: dict[str, Any] = {}
    exec(THREE, plain)
    recordings = recorded(scripts, tmp_path, THREE)
    names = [[one.name for one in recording.parameters] for recording in recordings]
    assert names == [["x"], ["a", "b"], ["w"]]
    for recording, loss in zip(recordings, "ycd", strict=True):
        assert recording.loss == plain[loss].item()
        assert not recording.findings()
        end = recording.at(len(recording.events))
        for one in recording.parameters:
            np.testing.assert_array_equal(end.grad(one.name), plain[one.name].grad)


def test_a_leaf_that_joins_a_loop_trains_with_the_others(scripts: Scripts, tmp_path: Path) -> None:
    plain: dict[str, Any] = {}
    exec(JOINED, plain)
    recordings = recorded(scripts, tmp_path, JOINED)
    assert [one.iteration for one in recordings] == [1, 2, 3, 4, 5, 6]
    for recording in recordings:
        loss, grads = plain["kept"][recording.iteration - 1]
        assert recording.loss == loss
        assert {one.name for one in recording.parameters} == set(grads)
        backward = [
            i for i, event in enumerate(recording.events) if event.phase.value == "backward"
        ]
        computed = recording.at(backward[-1] + 1)
        for name, grad in grads.items():
            np.testing.assert_array_equal(computed.grad(name), grad)


# As a tutorial on autograd goes on to a model.
THEN_A_MODEL = """
import torch
torch.manual_seed(0)
a = torch.ones(2, 2, requires_grad=True)
out = (a * a).sum()
out.backward()
spare = torch.ones(2, 2, requires_grad=True)
z = torch.ones(3, requires_grad=True)
(z * 3).sum().backward()
model = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, kept = torch.randn(4, 3), []
for _ in range(3):
    optimizer.zero_grad()
    loss = model(x).pow(2).sum()
    loss.backward()
    kept.append((loss.item(), [p.grad.clone() for p in model.parameters()]))
    optimizer.step()
"""


def test_a_model_that_an_optimizer_steps_after_small_examples(
    scripts: Scripts, tmp_path: Path
) -> None:
    plain: dict[str, Any] = {}
    exec(THEN_A_MODEL, plain)
    recordings = recorded(scripts, tmp_path, THEN_A_MODEL)
    assert [one.iteration for one in recordings] == [1, 2, 3, 4, 5]
    assert [one.loss for one in recordings[:2]] == [4.0, 9.0]
    assert not [found for one in recordings for found in one.findings()]
    for recording, (loss, grads) in zip(recordings[2:], plain["kept"], strict=True):
        assert [one.name for one in recording.parameters] == ["weight", "bias"]
        assert recording.loss == loss
        end = recording.at(len(recording.events))
        for one, grad in zip(recording.parameters, grads, strict=True):
            np.testing.assert_array_equal(end.grad(one.name), grad)


# As tutorials show what a model says before it is trained.
SHOWN_FIRST = """
import torch
torch.manual_seed(0)
model = torch.nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.randn(4, 3)
print(model(x))
for _ in range(2):
    model.zero_grad()
    model(x).pow(2).sum().backward()
    optimizer.step()
"""


def test_what_is_printed_of_a_model_before_it_trains_is_no_phase(
    scripts: Scripts, tmp_path: Path
) -> None:
    for recording in recorded(scripts, tmp_path, SHOWN_FIRST):
        phases = [span.phase.value for span in recording.spans]
        assert phases == ["zero_grad", "forward", "loss", "backward", "update"]


FORWARD_AD = """
import torch
import torch.autograd.forward_ad as fwAD
from torch import nn
model = nn.Linear(3, 3)
x, tangent = torch.randn(2, 3), torch.randn(2, 3)
params = {name: p for name, p in model.named_parameters()}
tangents = {name: torch.rand_like(p) for name, p in params.items()}
w = torch.randn(3, requires_grad=True)
with fwAD.dual_level():
    for name, p in params.items():
        delattr(model, name)
        setattr(model, name, fwAD.make_dual(p, tangents[name]))
    print(fwAD.unpack_dual(model(x) * w).tangent.shape)
"""


EVOLVES = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Linear(3, 1)
x, y = torch.randn(20, 3), torch.randn(20, 1)
weights = nn.utils.parameters_to_vector(net.parameters()).detach()
for _ in range(3):
    noise, rewards = torch.randn(6, len(weights)), []
    with torch.no_grad():
        for one in noise:
            nn.utils.vector_to_parameters(weights + 0.1 * one, net.parameters())
            rewards.append(-(net(x) - y).square().mean())
    weights = weights + 0.05 * noise.T @ torch.stack(rewards)
"""


def test_of_weights_that_move_without_a_gradient_it_is_said(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(EVOLVES)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    (said,) = ended.printed.splitlines()
    assert said.startswith("backprop-viz run: No training iteration was seen: the script moves")
    assert said.endswith("There is no back-propagation to record.")


def test_a_script_that_runs_no_backward_has_no_iteration(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(FORWARD_AD)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert "no training iteration was seen" in ended.printed
    with bv.load(file) as loaded:
        assert list(loaded) == []
