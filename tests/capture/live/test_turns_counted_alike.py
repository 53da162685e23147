"""A loop without an optimizer has the same turns and losses, whichever of them are recorded."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_day_each

# Two losses a pass, each with a step: one by backward, one by torch.autograd.grad.
BOTH = """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
G = {"w": torch.randn(2, 2).requires_grad_(), "b": torch.zeros(2, requires_grad=True)}
D = {"w": torch.randn(2, 1).requires_grad_(), "b": torch.zeros(1, requires_grad=True)}
def score(x, target):
    return F.binary_cross_entropy_with_logits(x @ D["w"] + D["b"], torch.full((16, 1), target))
losses = []
for i in range(6):
    z, real = torch.randn(16, 2), torch.randn(16, 2) + 2
    fake = z @ G["w"] + G["b"]
    loss_d = score(real, 1.0) + score(fake.detach(), 0.0)
    loss_d.backward()
    with torch.no_grad():
        for p in D.values():
            p -= 0.1 * p.grad
            p.grad = None
    losses.append(loss_d.item())
    loss_g = score(fake, 1.0)
    grads = torch.autograd.grad(loss_g, list(G.values()))
    with torch.no_grad():
        for p, g in zip(G.values(), grads):
            p -= 0.1 * g
    losses.append(loss_g.item())
"""
RETURNED = """
import torch
torch.manual_seed(1)
x, y = torch.randn(8, 3), torch.randn(8)
w = torch.zeros(3, requires_grad=True)
losses = []
for i in range(12):
    out = x @ w
    loss = (out - y).square().mean()
    (g,) = torch.autograd.grad(loss, w)
    with torch.no_grad():
        w -= 0.1 * g
    losses.append(loss.item())
"""
# Its loss is what is differentiated twice, not a gradient that is differentiated once more.
NEWTON = """
import torch
x = torch.tensor([-1.2, 1.0], requires_grad=True)
losses = []
for i in range(12):
    f = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    (g,) = torch.autograd.grad(f, x, create_graph=True)
    H = torch.stack([torch.autograd.grad(g[k], x, retain_graph=True)[0] for k in range(2)])
    with torch.no_grad():
        x -= 0.5 * torch.linalg.solve(H, g)
    losses.append(f.item())
"""
# Two backwards of one forward, which moves the first before the second runs: one turn.
ONE_FORWARD = """
import torch
torch.manual_seed(2)
a, b = torch.randn(3, requires_grad=True), torch.randn(3, requires_grad=True)
losses = []
for i in range(12):
    one, other = (a * 2 + 1).square().sum(), (b - 3).square().sum()
    one.backward()
    with torch.no_grad():
        a -= 0.01 * a.grad
        a.grad = None
    other.backward()
    with torch.no_grad():
        b -= 0.01 * b.grad
        b.grad = None
    losses.append(other.item())
"""
# Each turn has its own way to run backward.
MIXED = """
import torch
from torch.autograd import backward
torch.manual_seed(3)
x, y = torch.randn(8, 3), torch.randn(8)
w = torch.zeros(3, requires_grad=True)
losses = []
for i in range(12):
    loss = (x @ w - y).square().mean()
    if i % 4 == 0:
        loss.backward()
    elif i % 4 == 1:
        torch.autograd.backward(loss)
    elif i % 4 == 2:
        torch.autograd.backward(tensors=(one for one in [loss]))
    else:
        backward([loss])
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
    losses.append(loss.item())
"""
MODULE = MIXED.replace(
    "w = torch.zeros(3, requires_grad=True)",
    "net = torch.nn.Linear(3, 1)\nw = net.weight",
).replace("x @ w - y", "net(x)[:, 0] - y")
# What torch checks moves the leaf to and fro, and differentiates again and again.
CHECKED = """
import torch
w = torch.tensor([1.0, 2.0], dtype=torch.double, requires_grad=True)
def f(w):
    return (w * w).sum()
losses = []
for i in range(12):
    loss = f(w)
    if i % 2:
        assert torch.autograd.gradcheck(f, w)
    loss.backward()
    assert torch.autograd.gradgradcheck(f, (w,), eps=1e-5)
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
    losses.append(loss.item())
"""
# Nothing but a custom Function reads the leaf.
FUNCTION = """
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3
    @staticmethod
    def backward(ctx, grad):
        return grad * 3 * ctx.saved_tensors[0] ** 2
w = torch.tensor([1.0, 0.5], requires_grad=True)
losses = []
for i in range(12):
    loss = Cube.apply(w).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
    losses.append(loss.item())
"""
LOOPS = {
    "checked": CHECKED,
    "a custom function": FUNCTION,
    "both": BOTH,
    "returned": RETURNED,
    "newton": NEWTON,
    "one forward": ONE_FORWARD,
    "mixed": MIXED,
    "mixed, a module": MODULE,
}


@pytest.mark.parametrize(("kind", "every"), by_day_each(LOOPS, [1, 2, 3]))
def test_turns_are_the_same_recorded_or_not(
    scripts: Scripts, tmp_path: Path, kind: str, every: int
) -> None:
    plain: dict[str, Any] = {}
    exec(LOOPS[kind], plain)
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(LOOPS[kind])
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert ended.status == 0
    with bv.load(file) as loaded:
        np.testing.assert_array_equal(np.asarray(loaded.losses[1]), plain["losses"])
        assert [one.iteration for one in loaded] == list(range(every, 13, every))
        for one in loaded:
            ran = [span.phase for span in one.spans if span.stop > span.start]
            assert ran.index(Phase.FORWARD) < ran.index(Phase.BACKWARD)


RAISES = """
import torch, traceback
torch.manual_seed(1)
w = torch.randn(3, requires_grad=True)
loss = (w * 2).square().sum()
torch.autograd.grad(loss, w)
try:
    torch.autograd.grad(loss, w)
except RuntimeError:
    traceback.print_exc()
"""


def test_an_error_of_autograd_grad_has_none_of_our_frames(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(RAISES)
    ended = scripts.recorded("--to", str(tmp_path / "run.bprec"), str(script))
    assert ended == scripts.plain(script)
