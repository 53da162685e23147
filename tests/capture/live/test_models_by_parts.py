"""A script that calls nothing but parts of its model: all of the model is followed."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

HEAD = """
import torch
from torch import nn
torch.manual_seed(6)
kept = []
def weights(net):
    return {name: p.detach().clone() for name, p in net.named_parameters()}
"""
# As in reinforcement learning: two heads, and a parameter of the model's own.
AGENT = """
class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        self.actor = nn.Linear(3, 2)
        self.log_std = nn.Parameter(torch.zeros(2))
    def value(self, x):
        return self.critic(x)
    def log_prob(self, x, action):
        return torch.distributions.Normal(self.actor(x), self.log_std.exp()).log_prob(action).sum(1)
net = Agent()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(3):
    x, action = torch.randn(5, 3), torch.randn(5, 2)
    with torch.no_grad():
        net.value(x)
    loss = (net.value(x) - 1).square().mean() - net.log_prob(x, action).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kept.append(weights(net))
    print(loss.item())
"""
# Two networks in one module, each with an optimizer.
GAN = """
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.made, self.judged = nn.Linear(2, 3), nn.Linear(3, 1)
net = Both()
ours = torch.optim.SGD(net.made.parameters(), lr=0.1)
theirs = torch.optim.SGD(net.judged.parameters(), lr=0.1)
for _ in range(3):
    fake, real = net.made(torch.randn(4, 2)), torch.randn(4, 3)
    theirs.zero_grad()
    loss = (net.judged(real) - 1).square().mean() + net.judged(fake.detach()).square().mean()
    loss.backward()
    theirs.step()
    ours.zero_grad()
    (net.judged(fake) - 1).square().mean().backward()
    ours.step()
    kept.append(weights(net))
    print(loss.item())
"""
# Parts within a part, of which now one is called first, now the other.
NESTED = """
class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleDict({"one": nn.Linear(2, 3), "two": nn.Linear(3, 1)})
net = Pair()
one = torch.optim.SGD(net.nets["one"].parameters(), lr=0.1)
two = torch.optim.SGD(net.nets["two"].parameters(), lr=0.1)
for turn in range(4):
    if turn % 2:
        loss = (net.nets["two"](torch.randn(4, 3)) - 1).square().mean()
        loss = loss + net.nets["one"](torch.randn(4, 2)).square().mean()
    else:
        loss = net.nets["two"](net.nets["one"](torch.randn(4, 2))).square().mean()
    one.zero_grad()
    two.zero_grad()
    loss.backward()
    one.step()
    two.step()
    kept.append(weights(net))
    print(loss.item())
"""
# A module that is a GAN, as frameworks want it: called as a whole it is the one that makes.
WHOLE = """
class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.made, self.judged, self.loss = nn.Linear(2, 3), nn.Linear(3, 1), nn.MSELoss()
    def forward(self, z):
        return self.made(z)
net = Both()
ours = torch.optim.SGD(net.made.parameters(), lr=0.1)
theirs = torch.optim.SGD(net.judged.parameters(), lr=0.1)
for _ in range(3):
    z, real, one = torch.randn(4, 2), torch.randn(4, 3), torch.ones(4, 1)
    ours.zero_grad()
    net.loss(net.judged(net(z)), one).mean().backward()
    ours.step()
    theirs.zero_grad()
    loss = net.loss(net.judged(real), one) + net.loss(net.judged(net(z).detach()), 0 * one).mean()
    loss.backward()
    theirs.step()
    kept.append(weights(net))
    print(loss.item())
"""


@pytest.mark.parametrize(
    "loop", [AGENT, GAN, NESTED, WHOLE], ids=["agent", "GAN", "nested", "whole and parts"]
)
def test_every_parameter_is_followed(scripts: Scripts, tmp_path: Path, loop: str) -> None:
    plain: dict[str, list[dict[str, np.ndarray]]] = {}
    exec((HEAD + loop).replace("print(", "str("), plain)
    script, file = tmp_path / "parts.py", tmp_path / "parts.bprec"
    script.write_text(HEAD + loop)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        for recording, expected in zip(loaded, plain["kept"], strict=True):
            assert [parameter.name for parameter in recording.parameters] == list(expected)
            end = recording.at(len(recording.events))
            assert all(np.array_equal(end.value(name), w) for name, w in expected.items())
            assert any(span.phase is Phase.FORWARD for span in recording.spans)
            ran = {(e.op, e.phase) for e in recording.events}
            assert ("mean", Phase.LOSS) in ran
            assert ("linear", Phase.FORWARD) in ran
            assert ("linear", Phase.LOSS) not in ran
            assert ("mse_loss", Phase.FORWARD) not in ran
            moved = {e.parameter for e in recording.events if e.phase is Phase.UPDATE}
            assert moved == set(expected)


def test_a_loop_of_parts_that_is_recorded_has_a_forward() -> None:
    torch.manual_seed(2)
    net = nn.ModuleDict({"one": nn.Linear(2, 3), "two": nn.Linear(3, 1), "loss": nn.MSELoss()})
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x, y = torch.randn(4, 2), torch.randn(4, 1)
    expected = deepcopy(net)
    with bv.record(net, optimizer) as recorded:
        net["loss"](net["two"](net["one"](x)), y).backward()
        optimizer.step()
    expected["loss"](expected["two"](expected["one"](x)), y).backward()
    phases = [span.phase for span in recorded.spans]
    assert phases == [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]
    assert [e.op for e in recorded.events if e.phase is Phase.LOSS] == ["mse_loss"]
    assert np.array_equal(recorded.input, x.numpy())
    end = recorded.at(len(recorded.events))
    for name, parameter in expected.named_parameters():
        assert parameter.grad is not None
        assert np.array_equal(end.grad(name), parameter.grad.numpy())
    assert not any(module._forward_hooks for module in net.modules())
