"""The nodes of further outputs stay with their operation where calls beside it are left out."""

import random

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.explaining.explainer import Explainer
from tests.capture.explaining.checks import faults, numbers_of


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.LSTMCell(3, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = None
        for _ in range(2):
            state = self.cell(x, state)
        assert state is not None
        made: torch.Tensor = self.out(state[0] * state[1])
        return made


def test_a_cell_after_a_call_that_no_backward_goes_through() -> None:
    torch.manual_seed(0)
    net, x = Cell(), torch.randn(5, 3)
    with bv.record(net) as recorded:
        net(x).argmax(1)  # for an accuracy
        net(x).square().sum().backward()
    recording = recorded.recording
    cells = {i for i, event in enumerate(recording.events) if event.op == "lstm_cell"}
    assert len(cells) == 2
    assert {event for event, slot, _, _ in recording.graph.others if slot == 1} == cells
    explainer = Explainer(recording)
    for number in numbers_of(recording, random.Random(0)):
        found = explainer.explain(number)
        assert found.reason is None or found.reason.code == "constant", (found.op, found.reason)
        assert not [*faults(recording, found)]
