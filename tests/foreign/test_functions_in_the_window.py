"""The operations of a Function's own backward, wherever the cursor is among them."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from PySide6.QtCore import QCoreApplication
from torch import Tensor, nn
from torch.autograd import Function

import backprop_viz as bv
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.phases.timeline_caption import caption
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import PHASES, Phase
from tests.foreign.conftest import state_at


class Scaled(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 1

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad.square() * 2


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(Scaled.apply(self.first(x)))


@pytest.fixture(scope="module")
def recording() -> Recording:
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()
        net(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
    return recorded.recording


def test_every_panel_shows_each_of_its_events(window: MainWindow, recording: Recording) -> None:
    window.show()
    for position in range(len(recording.events) + 1):
        window.show_view_state(state_at(recording, position))
        QCoreApplication.processEvents()
        assert not window.grab().isNull()  # pytest-qt fails the test if a paintEvent raised


def test_the_phase_bar_counts_nodes_and_the_timeline_events(
    window: MainWindow, recording: Recording
) -> None:
    window.show()
    cell = window.findChild(PhaseBar).cells[PHASES.index(Phase.BACKWARD)]
    span = recording.span(Phase.BACKWARD)
    nodes = 0
    for position in range(span.start + 1, span.stop):
        event = recording.events[position - 1]
        nodes += event.node is not None
        assert (event.node is None) == (event.op in ("square", "mul"))
        state = state_at(recording, position)
        window.show_view_state(state)
        assert cell.note == f"{nodes} / {len(recording.graph.nodes)} nodes"
        done = position - span.start
        assert caption(state).endswith(f"backward {done}/{span.stop - span.start}")
    window.show_view_state(state_at(recording))
    assert cell.note.endswith(f"· {len(recording.graph.nodes)} nodes")


def test_what_is_to_come_of_it_is_told_by_the_iteration_before(
    window: MainWindow, recording: Recording
) -> None:
    window.show()
    span = recording.span(Phase.BACKWARD)
    cut = span.start + 2
    held = replace(
        recording,
        iteration=2,
        events=recording.events[:cut],
        spans=(*recording.spans[:3], replace(span, stop=cut, ended=False)),
    )
    state = replace(state_at(held), last_whole=recording, due=Phase.BACKWARD)
    window.show_view_state(state)
    cell = window.findChild(PhaseBar).cells[PHASES.index(Phase.BACKWARD)]
    assert cell.note == f"2 / {len(recording.graph.nodes)} nodes"
