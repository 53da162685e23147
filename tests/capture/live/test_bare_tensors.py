"""Scripts that train tensors which are in no module, as beginners' courses do, are followed."""

from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_day_every

# Each keeps of every turn its loss, the gradients after its backward, and what it has moved.
POLYNOMIAL = """
import math, torch
torch.manual_seed(0)
x = torch.linspace(-math.pi, math.pi, 200)
y = torch.sin(x)
a = torch.randn((), requires_grad=True)
b = torch.randn((), requires_grad=True)
c = torch.randn((), requires_grad=True)
d = torch.randn((), requires_grad=True)
learning_rate = 1e-5
turns = []
for t in range(4):
    y_pred = a + b * x + c * x**2 + d * x**3
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    grads = [p.grad.clone() for p in (a, b, c, d)]
    with torch.no_grad():
        a -= learning_rate * a.grad
        b -= learning_rate * b.grad
        c -= learning_rate * c.grad
        d -= learning_rate * d.grad
        a.grad = None
        b.grad = None
        c.grad = None
        d.grad = None
    turns.append((loss.item(), grads, [p.detach().clone() for p in (a, b, c, d)]))
print(f"y = {a.item()} + {b.item()} x + {c.item()} x^2 + {d.item()} x^3")
"""
TWO_LAYERS = """
import torch
torch.manual_seed(0)
x, y = torch.randn(16, 7), torch.randn(16, 3)
w1 = torch.randn(7, 5, requires_grad=True)
w2 = torch.randn(5, 3, requires_grad=True)
turns = []
for t in range(4):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    grads = [w1.grad.clone(), w2.grad.clone()]
    with torch.no_grad():
        w1 -= 1e-4 * w1.grad
        w2 -= 1e-4 * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()
    turns.append((loss.item(), grads, [w1.detach().clone(), w2.detach().clone()]))
print(loss.item())
"""
BY_OPTIMIZER = """
import torch
torch.manual_seed(0)
x, y = torch.randn(16, 7), torch.randn(16, 1)
w1 = torch.randn(7, 5, requires_grad=True)
w2 = torch.randn(5, 1, requires_grad=True)
optimizer = torch.optim.Adam([w1, w2], lr=0.01)
turns = []
for t in range(4):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    grads = [w1.grad.clone(), w2.grad.clone()]
    optimizer.step()
    turns.append((loss.item(), grads, [w1.detach().clone(), w2.detach().clone()]))
print(loss.item())
"""
MAKEMORE = """
import torch
import torch.nn.functional as F
g = torch.Generator().manual_seed(5)
X, Y = torch.randint(0, 9, (40, 3), generator=g), torch.randint(0, 9, (40,), generator=g)
C = torch.randn((9, 2), generator=g)
W1 = torch.randn((6, 8), generator=g)
b1 = torch.randn(8, generator=g)
W2 = torch.randn((8, 9), generator=g)
b2 = torch.randn(9, generator=g)
parameters = [C, W1, b1, W2, b2]
print(sum(p.nelement() for p in parameters))
for p in parameters:
    p.requires_grad = True
turns, lossi = [], []
for i in range(4):
    ix = torch.randint(0, X.shape[0], (16,), generator=g)
    emb = C[X[ix]]
    h = torch.tanh(emb.view(-1, 6) @ W1 + b1)
    logits = h @ W2 + b2
    loss = F.cross_entropy(logits, Y[ix])
    for p in parameters:
        p.grad = None
    loss.backward()
    grads = [p.grad.clone() for p in parameters]
    for p in parameters:
        p.data += -0.1 * p.grad
    lossi.append(loss.log10().item())
    turns.append((loss.item(), grads, [p.detach().clone() for p in parameters]))
with torch.no_grad():
    print(F.cross_entropy(torch.tanh(C[X].view(-1, 6) @ W1 + b1) @ W2 + b2, Y).item())
"""
# As in d2l: a function of its own for the net, the loss and the step.
OWN_FUNCTIONS = """
import torch
torch.manual_seed(1)
features = torch.randn(40, 2)
labels = features @ torch.tensor([[2.0], [-3.4]]) + 4.2
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
def linreg(X, w, b):
    return torch.matmul(X, w) + b
def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()
net, loss = linreg, squared_loss
turns = []
for epoch in range(2):
    for i in range(0, 40, 20):
        X, y = features[i : i + 20], labels[i : i + 20]
        l = loss(net(X, w, b), y)
        l.sum().backward()
        grads = [w.grad.clone(), b.grad.clone()]
        sgd([w, b], 0.03, 20)
        turns.append((l.sum().item(), grads, [w.detach().clone(), b.detach().clone()]))
    with torch.no_grad():
        print(loss(net(features, w, b), labels).mean().item())
"""
FACTORS = """
import torch
torch.manual_seed(0)
ratings = torch.rand(6, 5)
params = {"U": torch.randn(6, 2, requires_grad=True), "V": torch.randn(5, 2, requires_grad=True)}
turns = []
for step in range(4):
    guess = params["U"] @ params["V"].T
    loss = ((guess - ratings) ** 2).mean() + 0.01 * sum((p**2).sum() for p in params.values())
    loss.backward()
    grads = [p.grad.clone() for p in params.values()]
    with torch.no_grad():
        for p in params.values():
            p.sub_(p.grad, alpha=0.1)
            p.grad = None
    turns.append((loss.item(), grads, [p.detach().clone() for p in params.values()]))
"""
# Everything is done through .data, which no version of a tensor tells of.
BY_DATA = """
import torch
w = torch.tensor([1.0], requires_grad=True)
def forward(x):
    return x * w
def loss(x, y):
    y_pred = forward(x)
    return (y_pred - y) * (y_pred - y)
turns = []
for epoch in range(2):
    for x_val, y_val in zip([1.0, 2.0], [2.0, 4.0]):
        l = loss(x_val, y_val)
        l.backward()
        grads = [w.grad.clone()]
        w.data = w.data - 0.01 * w.grad.item()
        w.grad.data.zero_()
        turns.append((l.item(), grads, [w.detach().clone()]))
"""
# Layers of one's own, that are no modules.
OWN_LAYERS = """
import torch
g = torch.Generator().manual_seed(42)
class Linear:
    def __init__(self, fan_in, fan_out):
        self.weight = torch.randn((fan_in, fan_out), generator=g) / fan_in**0.5
        self.bias = torch.zeros(fan_out)
    def __call__(self, x):
        self.out = x @ self.weight
        self.out += self.bias
        return self.out
    def parameters(self):
        return [self.weight, self.bias]
X, Y = torch.randint(0, 9, (32, 3), generator=g), torch.randint(0, 9, (32,), generator=g)
C = torch.randn((9, 4), generator=g)
layers = [Linear(12, 10), Linear(10, 9)]
parameters = [C] + [p for layer in layers for p in layer.parameters()]
for p in parameters:
    p.requires_grad = True
turns = []
for i in range(4):
    x = C[X].flatten(1)
    for layer in layers:
        x = layer(x)
    loss = torch.nn.functional.cross_entropy(x, Y)
    for p in parameters:
        p.grad = None
    loss.backward()
    grads = [p.grad.clone() for p in parameters]
    for p in parameters:
        p.data += -0.1 * p.grad
    turns.append((loss.item(), grads, [p.detach().clone() for p in parameters]))
"""
LAYERS = "C layers[0].weight layers[0].bias layers[1].weight layers[1].bias"
F, L, B, U, Z = Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE, Phase.ZERO_GRAD
SCRIPTS = {
    "polynomial": (POLYNOMIAL, "a b c d", (F, L, B, U, Z)),
    "two layers": (TWO_LAYERS, "w1 w2", (F, L, B, U, Z)),
    "optimizer": (BY_OPTIMIZER, "w1 w2", (F, L, Z, B, U)),
    "makemore": (MAKEMORE, "C W1 b1 W2 b2", (F, L, Z, B, U)),
    "own functions": (OWN_FUNCTIONS, "w b", (F, L, B, U, Z)),
    "factors": (FACTORS, "params['U'] params['V']", (F, L, B, U, Z)),
    "own layers": (OWN_LAYERS, LAYERS, (F, L, Z, B, U)),
    "data": (BY_DATA, "w", (F, L, B, U, Z)),
}
# Those that move each tensor by w - rate * grad, to the last bit.
RATES = {"polynomial": 1e-5, "two layers": 1e-4, "makemore": 0.1, "own layers": 0.1, "data": 0.01}
MICRO = """
import torch
x = torch.tensor(2.0, requires_grad=True)
y = x**2
y.backward()
print(x.grad)
"""
SEVERAL = """
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
z = y.mean()
z.backward()
a = torch.tensor(3.0, requires_grad=True)
b = torch.tensor(4.0, requires_grad=True)
c = a * b + a.sin()
c.backward()
print(x.grad, a.grad, b.grad)
"""
ACCUMULATED = """
import torch
torch.manual_seed(3)
x = torch.randn(12, 3)
w = torch.randn(3, requires_grad=True)
turns = []
for step in range(3):
    for part in range(0, 12, 4):
        out = x[part : part + 4] @ w
        loss = out.square().mean() / 3
        loss.backward()
    grads = [w.grad.clone()]
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
    turns.append((loss.item(), grads, [w.detach().clone()]))
"""


def recorded(
    scripts: Scripts, folder: Path, source: str, every: int = 1, said: str = ""
) -> list[Recording]:
    """What a script's recordings are, whose output is that of the plain script; and what is said.

    That is once, and before anything that the script prints.
    """
    script, file = folder / "train.py", folder / "train.bprec"
    script.write_text(source)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    plain = scripts.plain(script)
    assert (ended.status, ended.printed) == (plain.status, said + plain.printed)
    with bv.load(file) as loaded:
        return list(loaded)


def turns_of(source: str) -> list[Any]:
    """What the plain script has kept of its turns."""
    plain: dict[str, Any] = {}
    exec(source.replace("print(", "str("), plain)
    turns: list[Any] = plain["turns"]
    return turns


def check(recording: Recording, names: list[str], turn: Any, before: list[Any] | None) -> None:
    """Compare a recording with what the plain loop kept of this turn, and of the one before."""
    loss, grads, after = turn
    assert recording.loss == loss
    assert [parameter.name for parameter in recording.parameters] == names
    start, end = recording.at(0), recording.at(len(recording.events))
    backward = [i for i, event in enumerate(recording.events) if event.phase is Phase.BACKWARD]
    computed = recording.at(backward[-1] + 1)
    for name, grad, weight in zip(names, grads, after, strict=True):
        np.testing.assert_array_equal(computed.grad(name), grad.numpy())
        np.testing.assert_array_equal(end.value(name), weight.numpy())
    for name, weight in zip(names, before or (), strict=False):
        np.testing.assert_array_equal(start.value(name), weight.numpy())
    assert not recording.findings()


@pytest.mark.parametrize("kind", by_day_every(2, list(SCRIPTS)))
def test_each_turn_is_an_iteration(scripts: Scripts, tmp_path: Path, kind: str) -> None:
    source, names, phases = SCRIPTS[kind]
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source)
    assert [recording.iteration for recording in recordings] == [1, 2, 3, 4]
    for number, recording in enumerate(recordings):
        before = turns[number - 1][2] if number else None
        check(recording, names.split(), turns[number], before)
        found = [phase for phase, _ in groupby(event.phase for event in recording.events)]
        assert tuple(found) == phases
        (shown,) = recording.passes
        drawn = {name for layer in shown.layers.layers for name in layer.parameters}
        assert drawn == set(names.split())


@pytest.mark.parametrize("kind", by_day_every(2, list(SCRIPTS)))
def test_those_that_are_recorded_are_counted_among_all(
    scripts: Scripts, tmp_path: Path, kind: str
) -> None:
    source, names, _ = SCRIPTS[kind]
    turns = turns_of(source)
    recordings = recorded(scripts, tmp_path, source, every=2)
    assert [recording.iteration for recording in recordings] == [2, 4]
    for recording, number in zip(recordings, (1, 3), strict=True):
        check(recording, names.split(), turns[number], turns[number - 1][2])


@pytest.mark.parametrize("kind", RATES)
def test_the_rate_of_a_step_by_hand_is_found(scripts: Scripts, tmp_path: Path, kind: str) -> None:
    source, names, _ = SCRIPTS[kind]
    for recording in recorded(scripts, tmp_path, source):
        moves = [event for event in recording.events if event.phase is Phase.UPDATE]
        assert [event.parameter for event in moves] == names.split()
        assert {event.op for event in moves} == {"sub_"}
        assert recording.options == {"lr": RATES[kind]}


def test_another_step_by_hand_is_told_without_a_rule(scripts: Scripts, tmp_path: Path) -> None:
    for recording in recorded(scripts, tmp_path, OWN_FUNCTIONS):
        updates = [event for event in recording.events if event.phase is Phase.UPDATE]
        moves = [event for event in updates if not event.is_of_step]
        assert [(event.op, event.parameter) for event in moves] == [("changed", n) for n in "wb"]
        assert not recording.options


def test_a_script_without_a_loop(scripts: Scripts, tmp_path: Path) -> None:
    (recording,) = recorded(scripts, tmp_path, MICRO)
    assert [event.phase for event in recording.events] == [F, B, B]
    assert recording.loss == 4
    (shown,) = recording.passes
    assert [layer.name for layer in shown.layers.layers] == ["x", "pow"]
    np.testing.assert_array_equal(recording.at(3).grad("x"), np.float32(4))


def test_a_file_beside_the_script_may_make_them(scripts: Scripts, tmp_path: Path) -> None:
    made = "def made():\n    return torch.ones(3, requires_grad=True)\n"
    (tmp_path / "weights.py").write_text(f"import torch\n{made}")
    script = "from weights import made\nw = made()\ny = w.square().sum()\ny.backward()\n"
    (recording,) = recorded(scripts, tmp_path, script)
    np.testing.assert_array_equal(recording.at(len(recording.events)).grad("w"), [2, 2, 2])


def test_tensors_that_are_made_later_are_followed_from_then_on(
    scripts: Scripts, tmp_path: Path
) -> None:
    first, second = recorded(scripts, tmp_path, SEVERAL)
    np.testing.assert_array_equal(
        first.at(len(first.events)).grad("x"), np.full(3, 2 / 3, np.float32)
    )
    end = second.at(len(second.events))
    a, b = np.float32(3), np.float32(4)
    np.testing.assert_array_equal(end.grad("b"), a)
    np.testing.assert_allclose(end.grad("a"), b + np.cos(a))


def test_backwards_that_add_up_are_one_turn(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(ACCUMULATED)
    for every in (1, 3):
        recordings = recorded(scripts, tmp_path, ACCUMULATED, every)
        assert [recording.iteration for recording in recordings] == list(range(every, 4, every))
        for recording in recordings:
            loss, (grad,), (weight,) = turns[recording.iteration - 1]
            assert recording.loss == loss
            end = recording.at(len(recording.events))
            np.testing.assert_array_equal(end.value("w"), weight.numpy())
            backward = [i for i, e in enumerate(recording.events) if e.phase is Phase.BACKWARD]
            np.testing.assert_array_equal(recording.at(backward[-1] + 1).grad("w"), grad.numpy())
