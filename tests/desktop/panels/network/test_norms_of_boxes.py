"""The norm in a box is that of the sample whose shape stands beside it."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import BoxRow
from backprop_viz.desktop.panels.network.module_facts import ModuleFacts


class Net(nn.Module):
    """A layer of the batch, and one of positions alone."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.places, self.head = nn.Linear(3, 4), nn.Embedding(2, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.fc(x)) + self.places(torch.arange(2)))


@pytest.mark.parametrize("sample", [0, 2])
def test_of_an_output_the_samples_own(sample: int) -> None:
    torch.manual_seed(0)
    net, x = Net(), torch.randn(5, 2, 3)
    with bv.record(net) as told:
        net(x).sum().backward()
    recording = told.recording
    facts = ModuleFacts.of(recording)
    facts.layers, facts.cursor = recording.layers, recording.at(len(recording.events))
    facts.mode, facts.sample = "activations", sample
    rows = {y.name: BoxRow(y.id, y.id + 1) for y in recording.layers.layers}
    assert facts.caption(rows["fc"]) == "2×4"
    own = torch.relu(net.fc(x))[sample].double().norm().item()
    assert facts.norm(rows["fc"]) == pytest.approx(own, rel=1e-6)
    assert facts.is_of_sample(rows["fc"])
    assert facts.caption(rows["places"]) == "2×4"
    whole = net.places.weight.double().norm().item()
    assert facts.norm(rows["places"]) == pytest.approx(whole, rel=1e-6)
    assert not facts.is_of_sample(rows["places"])
