"""A model that an autograd.Function calls is followed, as a neural ODE's with its adjoint."""

from pathlib import Path

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

# An Euler solver that keeps no graph: its backward runs the model again, and differentiates that.
SCRIPT = """
import torch
from torch import nn


class Solved(torch.autograd.Function):
    @staticmethod
    def forward(ctx, net, start, *parameters):
        states = [start]
        for _ in range(2):
            states.append(states[-1] + 0.5 * net(states[-1]))
        ctx.net, ctx.states, ctx.parameters = net, states, parameters
        return states[-1]

    @staticmethod
    def backward(ctx, adjoint):
        sums = [torch.zeros_like(one) for one in ctx.parameters]
        for state in reversed(ctx.states[:-1]):
            with torch.enable_grad():
                state = state.detach().requires_grad_()
                moved = state + 0.5 * ctx.net(state)
                adjoint, *parts = torch.autograd.grad(moved, (state, *ctx.parameters), adjoint)
            sums = [whole + part for whole, part in zip(sums, parts)]
        return None, adjoint, *sums


torch.manual_seed(2)
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = (Solved.apply(net, torch.randn(4, 2), *net.parameters()) - 1).square().mean()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        checked = Solved.apply(net, torch.ones(1, 2), *net.parameters())
    print(loss.item(), checked.tolist())
"""


def test_each_iteration_has_its_forward_and_its_loss(scripts: Scripts, tmp_path: Path) -> None:
    script, path = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(SCRIPT)
    plain = scripts.plain(script)
    assert plain.status == 0
    assert scripts.recorded("--to", str(path), str(script)) == plain
    recordings = list(bv.load(path))
    losses = [float(line.split()[0]) for line in plain.printed.splitlines()]
    assert [recording.loss for recording in recordings] == losses
    for recording in recordings:
        phases = [phase for span in recording.spans if (phase := span.phase) is not Phase.ZERO_GRAD]
        calls = [Phase.FORWARD, Phase.LOSS] * 2  # the one under no_grad is no call of the loop's
        assert phases == [*calls, Phase.BACKWARD, Phase.UPDATE]
        forward = [event.op for event in recording.events if event.phase is Phase.FORWARD]
        assert forward == ["linear", "tanh", "linear"] * 2
        assert not recording.findings()
