"""A script that asks its model for actions by a method, before it trains it by the same one."""

from pathlib import Path

import numpy as np

from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

# As DQN with a distribution of values: autograd is on while the agent acts.
SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("atoms", torch.linspace(-1, 1, 4))
        self.layers = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4))
    def get_action(self, x, action=None):
        shares = torch.softmax(self.layers(x), 1)
        if action is None:
            action = torch.argmax(shares * self.atoms, 1)
        return action, shares[torch.arange(len(x)), action]
net, turns = Network(), []
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(3):
    seen, acted = [], []
    for _ in range(4):
        x = torch.randn(1, 3)
        action, _ = net.get_action(x)
        seen.append(x[0].tolist())
        acted.append(action.item())
    batch = torch.tensor(seen)
    with torch.no_grad():
        goal = batch.norm(dim=1).clamp(max=1.0)
    _, share = net.get_action(batch, torch.tensor(acted))
    loss = (share - goal).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    now = {name: (p.grad.clone(), p.detach().clone()) for name, p in net.named_parameters()}
    turns.append((loss.item(), now, batch.clone()))
"""


def test_only_the_call_of_the_loss_is_its_forward(scripts: Scripts, tmp_path: Path) -> None:
    turns = turns_of(SCRIPT)
    recordings = recorded(scripts, tmp_path, SCRIPT)
    assert [one.iteration for one in recordings] == [1, 2, 3]
    for recording, (loss, now, batch) in zip(recordings, turns, strict=True):
        assert (recording.model, recording.loss) == ("Network", loss)
        assert {one.name for one in recording.parameters} == now.keys()
        spans = [span.phase.value for span in recording.spans]
        assert spans == ["forward", "loss", "zero_grad", "backward", "update"]
        forward = [event for event in recording.events if event.phase is Phase.FORWARD]
        layers = ["linear", "relu", "linear", "softmax"]
        assert [event.op for event in forward] == [*layers, "arange", "getitem"]
        np.testing.assert_array_equal(forward[0].inputs[0], batch)
        end = recording.at(len(recording.events))
        for name, (grad, weight) in now.items():
            np.testing.assert_array_equal(end.grad(name), grad)
            np.testing.assert_array_equal(end.value(name), weight)
