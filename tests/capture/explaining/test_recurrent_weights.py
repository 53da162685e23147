"""W_hh's gradient of a layer that torch runs step by step is one sum over steps and samples."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from backprop_viz.capture.explaining.chains import chain
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.recording.explanations.number import Number
from tests.capture.explaining.checks import faults
from tests.capture.explaining.test_lstm_gradients import last_backward
from tests.capture.recorded_nets import recorded_net
from tests.nightly import by_day_every

LENGTHS = [5, 3, 3]
KINDS: dict[str, type[nn.RNNBase]] = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}
OPTIONS: dict[str, dict[str, Any]] = {
    "one layer": {},
    "two layers": {"num_layers": 2},
    "both ways": {"bidirectional": True},
    "batch first": {"batch_first": True},
    "no bias": {"bias": False},
    "relu": {"nonlinearity": "relu"},
    "dropout": {"num_layers": 2, "dropout": 0.4},
}
CASES = [
    (kind, name, packed)
    for kind in KINDS
    for name in OPTIONS
    for packed in (True, False)
    # An LSTM that is not packed is one node in torch: test_lstm_gradients.
    if (name != "relu" or kind == "RNN") and (packed or kind != "LSTM")
]


class Net(nn.Module):
    """A recurrent layer on sequences of several lengths, or of one."""

    def __init__(self, kind: str, name: str, packed: bool) -> None:
        super().__init__()
        self.layer = KINDS[kind](3, 4, **OPTIONS[name])
        self.packed = packed

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(0, 1) if self.layer.batch_first else x
        first = self.layer.batch_first
        given = pack_padded_sequence(x, LENGTHS, batch_first=first) if self.packed else x
        made, last = self.layer(given)
        made = pad_packed_sequence(made)[0] if self.packed else made
        state = last[0] + last[1] if isinstance(last, tuple) else last
        return (made**2).sum() + state.sum()


@pytest.mark.parametrize(("kind", "name", "packed"), by_day_every(4, CASES))
def test_a_recurrent_weights_gradient_is_one_sum(kind: str, name: str, packed: bool) -> None:
    torch.manual_seed(3)
    net, x = Net(kind, name, packed), torch.randn(5, 3, 3)
    recording = recorded_net(net, x, lambda y: y * 2)
    net.zero_grad()
    (net.double()(x.double()) * 2).backward()
    explainer, terms = Explainer(recording), sum(LENGTHS) if packed else 15
    for weight, parameter in net.layer.named_parameters():
        if "_hh_" not in weight:
            continue
        assert parameter.grad is not None
        event = last_backward(recording, f"layer.{weight}")
        for index in ((0, 1), (len(parameter) - 1, 2)):
            at = index[: parameter.ndim]
            tensor = recording.events[event].output_ids[0]
            assert tensor is not None
            found = explainer.explain(Number(tensor, at, event))
            assert found.formula == ("∂L/∂b_hh = Σ δa" if len(at) == 1 else "∂L/∂W_hh = Σ δa·h₋₁")
            assert sum(len(part.values) for part in found.parts) == terms
            roles = {part.factors[1].role for part in found.parts}
            assert roles == ({"one"} if len(at) == 1 else {"hidden", "initial_hidden"})
            assert list(faults(recording, found)) == []
            if "dropout" not in OPTIONS[name]:
                exact = float(parameter.grad[at])
                assert found.total == pytest.approx(exact, rel=1e-4, abs=1e-6)


def test_an_arrow_of_it_leads_on_to_the_loss() -> None:
    torch.manual_seed(3)
    net = Net("GRU", "one layer", packed=True)
    recording = recorded_net(net, torch.randn(5, 3, 3), lambda y: y * 2)
    event = last_backward(recording, "layer.weight_hh_l0")
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    steps = chain(recording, Number(tensor, (1, 2), event))
    assert steps[1].number.arrived
    assert steps[-1].facts[0].code == "backward_starts"
