"""A loss that is on the line of its forward, or within one function with it, is told from it."""

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded
from tests.nightly import by_day_every

LOOP = """
import torch
import torch.nn.functional as F
torch.manual_seed(0)
X, y, lam = torch.randn(12, 3), torch.randn(12), 0.1
w, b = torch.randn(3, requires_grad=True), torch.zeros(1, requires_grad=True)
def net(x):
    h = x @ w
    return h + b
def error(x):
    guess = net(x)
    return (guess - y).pow(2).mean()
losses = []
for i in range(3):
    {lines}
    losses.append({loss}.item())
    with torch.no_grad():
        for p in (w, b):
            p -= 0.1 * p.grad
            p.grad = None
print(losses)
"""
# The lines, what the loss is in them, and the operations of the forward and of the loss.
ONE_LINE = "matmul add", "sub pow mean"
LINES = {
    "mean": ("loss = ((X @ w + b - y) ** 2).mean(); loss.backward()", "loss", *ONE_LINE),
    "scaled": (
        "loss = (X @ w + b - y).pow(2).sum() / 12; loss.backward()",
        "loss",
        *("matmul add", "sub pow sum div"),
    ),
    "torch": ("loss = torch.mean((X @ w + b - y) ** 2); loss.backward()", "loss", *ONE_LINE),
    "without a name": (
        "with torch.no_grad():loss = error(X); ((X @ w + b - y) ** 2).mean().backward()",
        "loss",
        *ONE_LINE,
    ),
    "function": ("loss = ((net(X) - y) ** 2).mean(); loss.backward()", "loss", *ONE_LINE),
    "in a function": ("loss = error(X); loss.backward()", "loss", *ONE_LINE),
    "lambda": (
        "error_of = lambda w, b: ((X @ w + b - y) ** 2).mean(); loss = error_of(w, b); "
        "loss.backward()",
        "loss",
        *ONE_LINE,
    ),
    "part": (
        "l = ((X[:4] @ w + b - y[:4]) ** 2).mean(); l.backward()",
        "l",
        *("matmul add", "getitem sub pow mean"),
    ),
    "penalty": (
        "loss = F.mse_loss(X @ w + b, y) + lam * w.pow(2).sum(); loss.backward()",
        "loss",
        *("matmul add", "mse_loss pow sum mul add"),
    ),
    "leaves alone": (
        "loss = ((w - b) ** 2).sum(); loss.backward()",
        "loss",
        *("sub", "pow sum"),
    ),
    "gradients": (
        "loss = ((X @ w + b - y) ** 2).mean(); w.grad, b.grad = torch.autograd.grad(loss, [w, b])",
        "loss",
        *ONE_LINE,
    ),
}

# What it is assigned to is no variable of its own, or comes with others.
ERROR = "matmul add", "mse_loss"
ASSIGNED = {
    "tuple": (
        """
    def both():
        guess = X @ w + b
        loss = F.mse_loss(guess, y)
        return loss, guess
    loss, guess = both()
    loss.backward()""",
        "loss",
        *ERROR,
    ),
    "tuple of a tuple": (
        """
    guess = X @ w + b
    loss, size = F.mse_loss(guess, y), len(y)
    loss.backward()""",
        "loss",
        *ERROR,
    ),
    "attribute": (
        """
    class Trained:
        def forward(self):
            self.guess = X @ w + b
            self.loss = F.mse_loss(self.guess, y)
        def backward(self):
            self.loss.backward()
    it = Trained()
    it.forward()
    it.backward()""",
        "it.loss",
        *ERROR,
    ),
    "item": (
        """
    found = {}
    found["guess"] = X @ w + b
    found["total"] = F.mse_loss(found["guess"], y)
    found["total"].backward()""",
        "found['total']",
        *ERROR,
    ),
    "dictionary": (
        """
    def step():
        guess = X @ w + b
        return {"guess": guess * 2, "loss": F.mse_loss(guess, y)}
    found = step()
    found["loss"].backward()""",
        "found['loss']",
        "matmul add mul",
        "mse_loss",
    ),
    "added up": (
        """
    loss = 0.0
    guess = X @ w + b
    for one in (guess - y, guess + y):
        loss += one.square().mean()
    loss.backward()""",
        "loss",
        "matmul add sub add",
        "square mean add square mean add_",
    ),
    "walrus": (
        """
    guess = X @ w + b
    (loss := F.mse_loss(guess, y)).backward()""",
        "loss",
        *ERROR,
    ),
    "returned": (
        """
    def step():
        guess = X @ w + b
        loss = F.mse_loss(guess, y)
        return loss
    loss = step()
    loss.backward()""",
        "loss",
        *ERROR,
    ),
    "list": (
        """
    guess, found = X @ w + b, []
    found.append(F.mse_loss(guess, y))
    found.append(F.l1_loss(guess, y))
    loss = sum(found)
    sum(found).backward()""",
        "loss",
        "matmul add",
        "mse_loss l1_loss add add add add",
    ),
    "nothing": (
        """
    guess = X @ w + b
    F.mse_loss(guess, y).backward()
    loss = F.mse_loss(guess, y)""",
        "loss",
        *ERROR,
    ),
    "sum of two": (
        """
    guess = X @ w + b
    first, second = F.mse_loss(guess, y), F.l1_loss(guess, y)
    (first + second).backward()
    loss = first.detach() + second.detach()""",
        "loss",
        "matmul add",
        "mse_loss l1_loss add",
    ),
}


@pytest.mark.parametrize("kind", by_day_every(2, list(ASSIGNED)))
def test_a_loss_is_one_whatever_it_is_assigned_to(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    lines, loss, forward, computed = ASSIGNED[kind]
    check(scripts, tmp_path, LOOP.format(lines=lines, loss=loss), forward, computed)


@pytest.mark.parametrize("kind", by_day_every(2, list(LINES)))
def test_what_makes_one_number_of_it_is_the_loss(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    lines, loss, forward, computed = LINES[kind]
    source = LOOP.format(lines="\n    ".join(lines.split("; ")), loss=loss)
    check(scripts, tmp_path, source, forward, computed)


def test_the_loss_may_be_computed_in_another_file(scripts: Scripts, tmp_path: Path) -> None:
    other = "def error(w, b, X, y):\n    h = X @ w\n    h = h.tanh() + b\n"
    (tmp_path / "own_errors.py").write_text(f"{other}    return ((h - y) ** 2).mean()\n")
    lines = "loss = own_errors.error(w, b, X, y)\n    loss.backward()"
    source = LOOP.format(lines=lines, loss="loss").replace("import torch\n", "import torch\nNAME\n")
    source = source.replace("NAME", "import sys; sys.path.insert(0, FOLDER); import own_errors", 1)
    source = source.replace("FOLDER", repr(str(tmp_path))).replace("NAME", "")
    check(scripts, tmp_path, source, "matmul tanh add", "sub pow mean")


def check(scripts: Scripts, folder: Path, source: str, forward: str, computed: str) -> None:
    plain: dict[str, Any] = {}
    exec(source.replace("print(", "str("), plain)
    recordings = recorded(scripts, folder, source)
    assert [recording.loss for recording in recordings] == plain["losses"]
    for recording in recordings:
        phases = groupby(recording.events, key=lambda event: event.phase)
        found = [(phase, [event.op for event in events]) for phase, events in phases]
        assert found[:2] == [(Phase.FORWARD, forward.split()), (Phase.LOSS, computed.split())]
        assert [phase for phase, _ in found[2:]][:2] == [Phase.BACKWARD, Phase.UPDATE]
        last = next(one for one in reversed(recording.events) if one.phase is Phase.LOSS)
        assert last.outputs[0] is not None
        assert last.outputs[0].item() == recording.loss


LOOKS = "((X @ w + b - y) ** 2).mean().backward(); loss = ((X @ w + b - y) ** 2).mean().detach()"


def test_a_look_at_the_error_before_the_step_is_in_the_same_turn(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = LOOP.format(lines="\n    ".join(LOOKS.split("; ")), loss="loss")
    check(scripts, tmp_path, source, *ONE_LINE)


INNER = """
import torch
torch.manual_seed(0)
X, y, losses = torch.randn(6, 2), torch.randn(6), []
W = [torch.randn(2, requires_grad=True), torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(W, lr=0.1)
def f(x, w):
    return x @ w[0] + w[1]
for outer in range(2):
    own = ((f(X, W) - y) ** 2).mean()
    grads = torch.autograd.grad(own, W, create_graph=True)
    fast = [w - 0.1 * g for w, g in zip(W, grads)]
    loss = ((f(X, fast) - y) ** 2).mean()
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(losses)
"""


def test_a_loss_after_an_inner_gradient_is_told_from_its_forward(
    scripts: Scripts, tmp_path: Path
) -> None:
    plain: dict[str, Any] = {}
    exec(INNER, plain)
    recordings = recorded(scripts, tmp_path, INNER)
    assert [recording.loss for recording in recordings] == plain["losses"]
    for recording in recordings:
        computed = [event.op for event in recording.events if event.phase is Phase.LOSS]
        assert computed == ["sub", "pow", "mean"]
