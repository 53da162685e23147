"""A scripted module is one operation of the forward: the network is connected through it."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.layers import SCRIPTED
from backprop_viz.recording.trace.phases import Phase


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.linear(x)) + x


def scripted(block: nn.Module) -> nn.Module:
    return torch.jit.script(block)


def traced(block: nn.Module) -> nn.Module:
    return torch.jit.trace(block, torch.ones(2, 4))


def network(made: object) -> nn.Sequential:
    torch.manual_seed(4)
    assert callable(made)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), made(Block()), nn.Sigmoid(), nn.Linear(4, 2))


@pytest.mark.filterwarnings("ignore:.torch.jit")
@pytest.mark.parametrize("made", [scripted, traced])
def test_what_is_before_it_and_after_it_is_connected_through_it(made: object) -> None:
    plain, net = network(made), network(made)
    x = torch.linspace(-1, 1, 15).reshape(5, 3)
    hidden = plain[:2](x)
    out = plain[2](hidden)
    out.retain_grad()
    plain[3:](out).square().mean().backward()
    with bv.record(net) as recorded:
        net(x).square().mean().backward()
    for mine, theirs in zip(net.parameters(), plain.parameters(), strict=True):
        assert mine.grad is not None
        assert theirs.grad is not None
        assert torch.equal(mine.grad, theirs.grad)
    recording = recorded.recording
    (event,) = (event for event in recording.events if event.op == SCRIPTED)
    assert (event.phase, event.module) == (Phase.FORWARD, "2")
    given, *parameters = event.inputs
    np.testing.assert_array_equal(given, hidden.numpy(force=True))
    assert len(parameters) == 2
    np.testing.assert_array_equal(event.outputs[0], out.numpy(force=True))
    layers = recording.layers
    assert [layer.name for layer in layers.layers] == ["input", "0", "2 · scripted", "4", "loss"]
    assert layers.edges == ((0, 1), (1, 2), (2, 3), (3, 4))
    box = layers.layers[2]
    assert box.parameters == ("2.linear.weight", "2.linear.bias")
    assert out.grad is not None
    gradient = recording.at(len(recording.events)).gradient(box.showing(0))
    np.testing.assert_array_equal(gradient, out.grad.numpy(force=True))


@pytest.mark.filterwarnings("ignore:.torch.jit")
def test_a_network_that_is_scripted_as_a_whole_is_one_box() -> None:
    net = torch.jit.script(Block())
    with bv.record(net) as recorded:
        net(torch.ones(2, 4)).sum().backward()
    layers = recorded.recording.layers
    assert [layer.name for layer in layers.layers] == ["x", "scripted", "loss"]
    assert layers.edges == ((0, 1), (1, 2))
