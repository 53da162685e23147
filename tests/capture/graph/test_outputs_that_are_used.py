"""Of an operation that makes several tensors the network shows the one that another reads."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import activation_number, gradient_number


class LastState(nn.Module):
    """Classifies a sequence by what a recurrent layer remembers at its end."""

    def __init__(self, kind: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.rnn = kind(3, 4, batch_first=True)
        self.fc = nn.Linear(4, 2)
        self.kept: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        _, state = self.rnn(x)
        self.kept = state[0] if isinstance(state, tuple) else state
        self.kept.retain_grad()
        return self.fc(self.kept[-1])


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_a_recurrent_layer_of_which_only_the_last_state_is_used(
    kind: Callable[..., nn.Module],
) -> None:
    torch.manual_seed(0)
    net, x = LastState(kind), torch.linspace(-1, 1, 36).reshape(2, 6, 3)
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as found:
        net(x).square().mean().backward()
        optimizer.step()
    recording = found.recording
    assert net.kept is not None
    assert net.kept.grad is not None
    cursor = recording.at(len(recording.events))
    (layer,) = (one for one in cursor.layers.layers if one.name == "rnn")
    shown, gradient = cursor.activation(layer), cursor.gradient(layer)
    assert shown is not None
    assert gradient is not None
    np.testing.assert_array_equal(shown, net.kept.detach().numpy())
    np.testing.assert_array_equal(gradient, net.kept.grad.numpy())
    assert layer.shape == shown.shape[1:]
    names = NumberNames(recording)
    made, came = (of(cursor, layer, (0, 1, 2)) for of in (activation_number, gradient_number))
    assert made is not None
    assert came is not None
    assert (names.tensor(made), names.tensor(came)) == ("rnn.1", "∂L/∂rnn.1")


def test_what_all_later_operations_read_is_the_first_of_several() -> None:
    net = nn.ModuleDict({"one": nn.Linear(3, 6), "two": nn.Linear(2, 1)})
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as found:
        parts = net["one"](torch.ones(2, 3)).chunk(3, 1)
        (net["two"](parts[0]) * net["two"](parts[2])).sum().backward()
        optimizer.step()
    chunks = [one.op for layer in found.recording.layers.layers for one in layer.outputs]
    assert "chunk" not in chunks  # views of what is shown
