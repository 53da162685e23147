"""A script that calls its model by ``functional_call`` alone is followed from its first turn on."""

from pathlib import Path

import numpy as np
import pytest
import torch

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

# As private training does it: a gradient of each sample, clipped, and a noisy mean of them.
LOOP = """
import torch
from torch import nn
from torch.func import functional_call, grad, vmap
torch.manual_seed(5)
x, y = torch.randn(6, 4), torch.randn(6, 2)
net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
kept = []
def loss_of_one(weights, x, y):
    return (functional_call(net, weights, (x[None],)) - y).square().mean()
for _ in range(3):
    before = [p.detach().clone() for p in net.parameters()]
    weights = {name: p.detach() for name, p in net.named_parameters()}
    grads = vmap(grad(loss_of_one), (None, 0, 0))(weights, x, y)
    norm = sum(each.flatten(1).square().sum(1) for each in grads.values()).sqrt()
    optimizer.zero_grad()
    for name, p in net.named_parameters():
        p.grad = torch.einsum("b,b...->...", (1 / norm).clamp(max=1), grads[name]) / 6
    given = [p.grad.clone() for p in net.parameters()]
    optimizer.step()
    kept.append((before, given, [p.detach().clone() for p in net.parameters()]))
    print(norm.mean().item())
"""


def test_gradients_of_each_sample(scripts: Scripts, tmp_path: Path) -> None:
    plain: dict[str, list[list[list[np.ndarray]]]] = {}
    exec(LOOP.replace("print(", "str("), plain)
    script, file = tmp_path / "private.py", tmp_path / "private.bprec"
    script.write_text(LOOP)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1, 2, 3]
        for recording, (before, given, after) in zip(loaded, plain["kept"], strict=True):
            names = [parameter.name for parameter in recording.parameters]
            assert names == ["0.weight", "0.bias", "2.weight", "2.bias"]
            start, end = recording.at(0), recording.at(len(recording.events))
            for at, expected in (start.value, before), (end.grad, given), (end.value, after):
                shown = zip(names, expected, strict=True)
                assert all(np.array_equal(at(name), one) for name, one in shown)


# No module has the stacked weights, and the one that is called has none of its own.
ENSEMBLE = """
import copy
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
torch.manual_seed(6)
nets = [nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)) for _ in range(3)]
weights, buffers = stack_module_state(nets)
base = copy.deepcopy(nets[0]).to("meta")
optimizer = torch.optim.Adam(weights.values(), lr=0.01)
kept = []
def one(weights, buffers, x):
    return functional_call(base, (weights, buffers), (x,))
for _ in range(3):
    x, before = torch.randn(5, 4), [w.detach().clone() for w in weights.values()]
    outputs = vmap(one, (0, 0, None))(weights, buffers, x)
    loss = nn.functional.mse_loss(outputs, torch.ones(3, 5, 2))
    optimizer.zero_grad()
    loss.backward()
    given = [w.grad.clone() for w in weights.values()]
    optimizer.step()
    kept.append((loss.item(), before, given, [w.detach().clone() for w in weights.values()]))
    print(loss.item())
"""


def test_an_ensemble_of_stacked_weights(scripts: Scripts, tmp_path: Path) -> None:
    plain: dict[str, list[tuple[float, list[np.ndarray], list[np.ndarray], list[np.ndarray]]]] = {}
    exec(ENSEMBLE.replace("print(", "str("), plain)
    script, file = tmp_path / "ensemble.py", tmp_path / "ensemble.bprec"
    script.write_text(ENSEMBLE)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1, 2, 3]
        for recording, (loss, before, given, after) in zip(loaded, plain["kept"], strict=True):
            assert recording.loss == loss
            phases = [span.phase.value for span in recording.spans]
            assert phases == ["forward", "loss", "zero_grad", "backward", "update"]
            names = [parameter.name for parameter in recording.parameters]
            start, end = recording.at(0), recording.at(len(recording.events))
            for at, expected in (start.value, before), (end.grad, given), (end.value, after):
                shown = zip(names, expected, strict=True)
                assert all(np.array_equal(at(name), one) for name, one in shown)


# What the meta-optimizer owns are copies of the network's weights: those of the network stay.
MAML = """
import torch
from torch import nn
from torch.func import functional_call
torch.manual_seed(7)
net, kept = nn.Sequential(nn.Linear(2, 5), nn.Softplus(), nn.Linear(5, 1)), []
BEFORE
weights = {name: p.detach().clone().requires_grad_() for name, p in net.named_parameters()}
meta = torch.optim.Adam(weights.values(), lr=0.01)
for _ in range(3):
    x, before = torch.randn(6, 2), [w.detach().clone() for w in weights.values()]
    y = x.sum(1, keepdim=True)
    loss = nn.functional.mse_loss(functional_call(net, weights, x), y)
    grads = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
    fast = {name: w - 0.1 * g for (name, w), g in zip(weights.items(), grads)}
    outer = nn.functional.mse_loss(functional_call(net, fast, x), y)
    meta.zero_grad()
    outer.backward()
    given = [w.grad.clone() for w in weights.values()]
    meta.step()
    kept.append((outer.item(), before, given, [w.detach().clone() for w in weights.values()]))
    print(outer.item())
"""
PRETRAINED = """
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    net(torch.ones(3, 2)).square().mean().backward()
    optimizer.step()
"""


@pytest.mark.parametrize(("before", "turns"), [("", 0), (PRETRAINED, 2)])
def test_copies_of_the_weights_that_an_optimizer_owns(
    scripts: Scripts, tmp_path: Path, before: str, turns: int
) -> None:
    loop = MAML.replace("BEFORE", before)
    plain: dict[str, list[tuple[float, list[np.ndarray], list[np.ndarray], list[np.ndarray]]]] = {}
    exec(loop.replace("print(", "str("), plain)
    script, file = tmp_path / "maml.py", tmp_path / "maml.bprec"
    script.write_text(loop)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        assert len(loaded) == turns + 3
        of_copies = list(loaded)[turns:]
        for recording, (loss, start, given, after) in zip(of_copies, plain["kept"], strict=True):
            assert recording.loss == loss
            names = [parameter.name for parameter in recording.parameters]
            assert names == ["0.weight", "0.bias", "2.weight", "2.bias"]
            assert not recording.findings()
            first, last = recording.at(0), recording.at(len(recording.events))
            for at, expected in (first.value, start), (last.grad, given), (last.value, after):
                shown = zip(names, expected, strict=True)
                assert all(np.array_equal(at(name), one) for name, one in shown)


BY_HAND = """
import torch
from torch import nn
from torch.func import functional_call
torch.manual_seed(5)
x, y = torch.randn(6, 4), torch.randn(6, 2)
net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
weights = START
kept = []
for _ in range(3):
    loss = (functional_call(net, weights, (x,)) - y).square().mean()
    GRADS
    pairs = zip(weights.items(), grads)
    weights = {k: (w - 0.1 * g).detach().requires_grad_() for (k, w), g in pairs}
    kept.append((loss.item(), grads, list(weights.values())))
    print(loss.item())
"""
STARTS = (
    "dict(net.named_parameters())",
    "{k: w.detach().clone().requires_grad_() for k, w in net.named_parameters()}",
)
GRADS = (
    "grads = torch.autograd.grad(loss, list(weights.values()))",
    "loss.backward(); grads = [w.grad for w in weights.values()]",
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("grads", GRADS)
def test_weights_that_are_made_anew_each_turn(
    scripts: Scripts, tmp_path: Path, start: str, grads: str
) -> None:
    source = BY_HAND.replace("START", start).replace("GRADS", grads)
    plain: dict[str, list[tuple[float, list[torch.Tensor], list[torch.Tensor]]]] = {}
    exec(source.replace("print(", "str("), plain)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        assert [recording.loss for recording in loaded] == [loss for loss, _, _ in plain["kept"]]
        for recording, (_, given, after) in zip(loaded, plain["kept"], strict=True):
            names = [parameter.name for parameter in recording.parameters]
            assert names == ["0.weight", "0.bias", "2.weight", "2.bias"]
            end = recording.at(len(recording.events))
            for name, grad, weight in zip(names, given, after, strict=True):
                sent = [
                    made
                    for event in recording.events
                    for made in event.outputs
                    if event.phase is Phase.BACKWARD and isinstance(made, np.ndarray)
                ]
                assert any(np.array_equal(made, grad.numpy()) for made in sent)
                np.testing.assert_array_equal(end.value(name), weight.detach().numpy())


def test_of_gradients_of_functions_it_is_said_why_nothing_is_followed(
    scripts: Scripts, tmp_path: Path
) -> None:
    taken = "value, of_loss = vjp(of, weights)\n    grads = of_loss(torch.ones(()))[0].values()"
    source = BY_HAND.replace("START", STARTS[0]).replace("GRADS", taken)
    source = source.replace("import functional_call", "import functional_call, vjp")
    loss = "functional_call(net, weights, (x,)) - y).square().mean()"
    source = source.replace("for _", f"def of(weights): return ({loss}\nfor _", 1)
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(source)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.status == 0
    assert ended.printed.count("No training iteration was seen: the script takes its") == 1
    assert "no training iteration was seen" not in ended.printed
