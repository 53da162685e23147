"""Scripts that move the parameters of a module by their own lines, without any optimizer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

START = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
x, y = torch.randn(8, 3), torch.randn(8, 1)
turns = []
def keep(loss, grads):
    turns.append((loss.item(), grads, [p.detach().clone() for p in net.parameters()]))
for t in range(4):
"""
# As PyTorch's tutorial on nn: cleared by the module before its backward.
TUTORIAL = """
    loss = (net(x) - y).pow(2).sum()
    if t % 2 == 1:
        print(loss.item())
    net.zero_grad()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    with torch.no_grad():
        for param in net.parameters():
            param -= 1e-2 * param.grad
    keep(loss, grads)
"""
BLITZ = """
    net.zero_grad()
    loss = nn.MSELoss()(net(x), y)
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    for f in net.parameters():
        f.data.sub_(f.grad.data * 1e-2)
    keep(loss, grads)
"""
CLEARED_ONE_BY_ONE = """
    loss = (net(x) - y).pow(2).mean()
    for w in net.parameters():
        if w.grad is not None:
            w.grad.zero_()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    for w in net.parameters():
        w.data.sub_(1e-2 * w.grad)
    keep(loss, grads)
"""
CLEARED_AFTER = """
    loss = (net(x) - y).pow(2).mean()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    with torch.no_grad():
        for w in net.parameters():
            w -= 1e-2 * w.grad
            w.grad = None
        print((net(x) - y).abs().max().item())
    keep(loss, grads)
"""
# Several calls and backwards are one turn.
ACCUMULATED = """
    loss = (net(x[:4]) - y[:4]).pow(2).mean()
    loss.backward()
    loss = (net(x[4:]) - y[4:]).pow(2).mean()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    with torch.no_grad():
        for w in net.parameters():
            w.sub_(1e-2 * w.grad)
    keep(loss, grads)
    net.zero_grad()
"""
# As PyTorch's example of a regression tells at its end what it has learnt.
TOLD_AFTER = """
    net.zero_grad()
    loss = (net(x) - y).pow(2).mean()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    for w in net.parameters():
        w.data.add_(-1e-2 * w.grad)
    print((net[0].weight.view(-1)[0] + net[2].weight.norm()).item())
    keep(loss, grads)
"""
# An optimizer of the script's own.
OWN_OPTIMIZER = """
    if t == 0:
        class SGD:
            def __init__(self, parameters, lr):
                self.parameters, self.lr = list(parameters), lr
            def zero_grad(self):
                for p in self.parameters:
                    p.grad = None
            def step(self):
                for p in self.parameters:
                    p.data -= self.lr * p.grad
        optimizer = SGD(net.parameters(), 1e-2)
    loss = (net(x) - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    grads = [p.grad.clone() for p in net.parameters()]
    optimizer.step()
    keep(loss, grads)
"""
F, L, Z, B, U = "forward", "loss", "zero_grad", "backward", "update"
# What the spans of a turn are, from the second on.
SCRIPTS = {
    "tutorial": (TUTORIAL, [F, L, Z, B, U]),
    "blitz": (BLITZ, [Z, F, L, B, U]),
    "cleared one by one": (CLEARED_ONE_BY_ONE, [F, L, Z, B, U]),
    "cleared after": (CLEARED_AFTER, [F, L, B, U, Z]),
    "told after": (TOLD_AFTER, [Z, F, L, B, U]),
    "own optimizer": (OWN_OPTIMIZER, [F, L, Z, B, U]),
    "accumulated": (ACCUMULATED, [Z, F, L, B, F, L, B, U]),
}
NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]


def recorded(scripts: Scripts, folder: Path, source: str, every: int = 1) -> list[Recording]:
    """What a script's recordings are, whose output is that of the plain script."""
    script, file = folder / "train.py", folder / "train.bprec"
    script.write_text(source)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    plain = scripts.plain(script)
    assert (ended.status, ended.printed) == (plain.status, plain.printed)
    with bv.load(file) as loaded:
        return list(loaded)


def turns_of(source: str) -> list[Any]:
    """What the plain script has kept of its turns."""
    plain: dict[str, Any] = {}
    exec(source.replace("print(", "str("), plain)
    turns: list[Any] = plain["turns"]
    return turns


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("kind", SCRIPTS)
def test_each_turn_is_an_iteration(scripts: Scripts, tmp_path: Path, kind: str, every: int) -> None:
    body, phases = SCRIPTS[kind]
    turns = turns_of(START + body)
    recordings = recorded(scripts, tmp_path, START + body, every)
    numbers = [recording.iteration for recording in recordings]
    assert numbers == list(range(every, 5, every))
    for number, recording in zip(numbers, recordings, strict=True):
        loss, grads, after = turns[number - 1]
        assert recording.loss == loss
        assert [parameter.name for parameter in recording.parameters] == NAMES
        start, end = recording.at(0), recording.at(len(recording.events))
        backward = [i for i, e in enumerate(recording.events) if e.phase is Phase.BACKWARD]
        computed = recording.at(backward[-1] + 1)
        for name, grad, weight in zip(NAMES, grads, after, strict=True):
            np.testing.assert_array_equal(computed.grad(name), grad.numpy())
            np.testing.assert_array_equal(end.value(name), weight.numpy())
        for name, weight in zip(NAMES, turns[number - 2][2] if number > 1 else (), strict=False):
            np.testing.assert_array_equal(start.value(name), weight.numpy())
        moves = [event for event in recording.events if event.phase is Phase.UPDATE]
        assert [(event.op, event.parameter) for event in moves] == [("sub_", n) for n in NAMES]
        assert recording.options == {"lr": 1e-2}
        if number > 1:
            assert [span.phase.value for span in recording.spans] == phases
            cleared = [e.parameter for e in recording.events if e.phase is Phase.ZERO_GRAD]
            assert cleared == NAMES
        assert not recording.findings()


SEVERAL = """
import torch
from torch import nn
torch.manual_seed(0)
one, two = nn.Sequential(nn.Linear(2, 3), nn.Tanh()), nn.Sequential(nn.Linear(3, 1), nn.Tanh())
x, y = torch.randn(8, 2), torch.randn(8, 1)
turns = []
def moved(*nets):
    weights = [p for net in nets for p in net.parameters()]
    grads = [p.grad.clone() for p in weights]
    with torch.no_grad():
        for p in weights:
            p -= 1e-2 * p.grad
    return grads
def keep(loss, grads):
    weights = [*one.parameters(), *two.parameters()]
    turns.append((loss.item(), grads, [p.detach().clone() for p in weights]))
for t in range(4):
"""
TOGETHER = """
    loss = (two(one(x)) - y).pow(2).mean()
    one.zero_grad()
    two.zero_grad()
    loss.backward()
    keep(loss, moved(one, two))
"""
# As a GAN: each has its own backward, and the second one's goes through both.
ONE_AFTER_THE_OTHER = """
    two.zero_grad()
    loss = (two(one(x).detach()) - y).pow(2).mean()
    loss.backward()
    grads = moved(two)
    one.zero_grad()
    loss = two(one(x)).mean()
    loss.backward()
    keep(loss, moved(one) + grads)
"""


@pytest.mark.parametrize("every", [1, 2])
@pytest.mark.parametrize("body", [TOGETHER, ONE_AFTER_THE_OTHER])
def test_several_modules_have_a_turn_together(
    scripts: Scripts, tmp_path: Path, body: str, every: int
) -> None:
    turns = turns_of(SEVERAL + body)
    recordings = recorded(scripts, tmp_path, SEVERAL + body, every)
    assert [recording.iteration for recording in recordings] == list(range(every, 5, every))
    names = ["one.0.weight", "one.0.bias", "two.0.weight", "two.0.bias"]
    for recording in recordings:
        loss, grads, after = turns[recording.iteration - 1]
        assert recording.loss == loss
        assert sorted(parameter.name for parameter in recording.parameters) == sorted(names)
        end = recording.at(len(recording.events))
        moves = {str(e.parameter): e for e in recording.events if e.phase is Phase.UPDATE}
        assert sorted(moves) == sorted(names)
        for name, grad, weight in zip(names, grads, after, strict=True):
            assert moves[name].op == "sub_"
            np.testing.assert_array_equal(moves[name].inputs[1], grad.numpy())
            np.testing.assert_array_equal(end.value(name), weight.numpy())


# As PyTorch's tutorial on what torch.nn is: tensors, then one module after the other, then an
# optimizer.
REFACTORED = """
import torch
from torch import nn, optim
torch.manual_seed(0)
x, y = torch.randn(8, 3), torch.randn(8, 1)
turns = []
def keep(loss, *parameters):
    turns.append((loss.item(), [p.grad.clone() for p in parameters]))
weights = torch.randn(3, 1, requires_grad=True)
def model(x):
    return x @ weights
def loss_of():
    return (model(x) - y).pow(2).mean()
for _ in range(3):
    loss = loss_of()
    loss.backward()
    keep(loss, weights)
    with torch.no_grad():
        weights -= weights.grad * 0.1
        weights.grad.zero_()
print(loss_of())
def fit():
    for _ in range(3):
        loss = loss_of()
        loss.backward()
        keep(loss, *model.parameters())
        with torch.no_grad():
            for p in model.parameters():
                p -= p.grad * 0.1
            model.zero_grad()
model = nn.Linear(3, 1)
print(loss_of())
fit()
model = nn.Linear(3, 1, bias=False)
fit()
model = nn.Sequential(nn.Linear(3, 1))
opt = optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    loss = loss_of()
    loss.backward()
    keep(loss, *model.parameters())
    opt.step()
    opt.zero_grad()
"""


def test_a_script_that_goes_over_to_modules_and_to_an_optimizer(
    scripts: Scripts, tmp_path: Path
) -> None:
    plain: dict[str, Any] = {}
    exec(REFACTORED.replace("print(", "str("), plain)
    script, file = tmp_path / "refactored.py", tmp_path / "refactored.bprec"
    script.write_text(REFACTORED)
    ended = scripts.recorded("--to", str(file), str(script))
    said = "iteration 7 is not recorded: another model trains than before"
    assert said in ended.printed
    with bv.load(file) as loaded:
        recordings = list(loaded)
    # The first turn of a second module by hand tells only by its backward that it trains.
    assert [one.iteration for one in recordings] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    names = [[p.name for p in one.parameters] for one in recordings]
    linear, inner = ["weight", "bias"], ["0.weight", "0.bias"]
    assert names == [["weights"]] * 3 + [linear] * 3 + [["weight"]] * 2 + [inner] * 3
    for recording in recordings:
        loss, grads = plain["turns"][recording.iteration - 1]
        assert recording.loss == loss
        assert not recording.findings()
        for name, grad in zip([p.name for p in recording.parameters], grads, strict=True):
            added = [
                e for e in recording.events if e.op == "AccumulateGrad" and e.parameter == name
            ]
            np.testing.assert_array_equal(added[-1].outputs[0], grad)


# As PyTorch's tutorial on adversarial examples: an optimizer is imported, and none is made.
ADVERSARIAL = """
import torch
from torch import nn
import torch.optim as optim
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
for _ in range(2):
    x = torch.randn(4, 3)
    x.requires_grad = True
    loss = nn.functional.cross_entropy(net(x), torch.tensor([0, 1, 0, 1]))
    net.zero_grad()
    loss.backward()
    print(x.grad)
"""


def test_an_optimizer_that_is_imported_and_not_used_is_none(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "adversarial.py", tmp_path / "adversarial.bprec"
    script.write_text(ADVERSARIAL)
    assert scripts.recorded("--to", str(file), str(script)) == scripts.plain(script)
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1, 2]
        for recording in loaded:
            names = [p.name.rpartition("0.")[2] for p in recording.parameters]
            assert {"weight", "bias"} < set(names)


# As PyTorch's tutorial on generating names: torch rounds such a move but once.
ADDED = """
import torch
from torch import nn
torch.manual_seed(0)
rnn = nn.Linear(300, 30)
learning_rate = 0.0005
for _ in range(2):
    rnn.zero_grad()
    loss = rnn(torch.randn(8, 300)).pow(2).mean()
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-learning_rate)
"""


def test_a_move_by_add_is_one_along_the_gradient(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "added.py", tmp_path / "added.bprec"
    script.write_text(ADDED)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        for recording in loaded:
            moves = [one for one in recording.events if one.phase is Phase.UPDATE]
            assert [one.op for one in moves] == ["sub_", "sub_"]
