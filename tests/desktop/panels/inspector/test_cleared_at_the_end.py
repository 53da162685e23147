"""A loop that ends with its zero_grad: what backward gave is still there to be seen."""

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_origin import grad_number
from backprop_viz.desktop.panels.inspector.gradient_section import GradientSection, gradients
from backprop_viz.desktop.panels.origin.no_terms_texts import given_text
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def recorded(to_none: bool, turns: int = 1) -> tuple[Recording, torch.Tensor]:
    """The last iteration of some, and the gradient of its backward."""
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(turns):
        with bv.record(net, optimizer) as told:
            net(torch.ones(4, 3)).square().sum().backward()
            assert net.weight.grad is not None
            given = net.weight.grad.clone()
            optimizer.step()
            optimizer.zero_grad(set_to_none=to_none)
    return told.recording, given


@pytest.mark.parametrize("to_none", [True, False])
def test_the_bars_are_those_of_the_backward(qtbot: QtBot, to_none: bool) -> None:
    recording, given = recorded(to_none, turns=2)
    assert recording.spans[-1].phase is Phase.ZERO_GRAD
    end = recording.at(len(recording.events))
    found = gradients(end, "weight")
    assert found.ran
    assert found.after is not None
    assert found.after.tolist() == given.tolist()
    section = GradientSection()
    qtbot.addWidget(section)
    section.show_cursor(end, "weight")
    assert [bars.word for bars in section.chart.chart.bars][1] == "after backward"
    # At its start, what the iteration before has left.
    start = gradients(recording.at(1), "weight")
    assert not start.ran
    assert (start.before is None) == to_none


def test_zeros_that_zero_grad_left_are_explained_by_it() -> None:
    recording, _ = recorded(to_none=False)
    number = grad_number(recording.at(len(recording.events)), "weight", (0, 0))
    assert number is not None
    assert "zero_grad cleared it" in given_text(recording, number)
