"""A loop that ends with its zero_grad: what backward gave is still there to be seen."""

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import BoxRow
from backprop_viz.analysis.numbers.number_origin import first_number, grad_number
from backprop_viz.desktop.panels.inspector.gradient_section import GradientSection, gradients
from backprop_viz.desktop.panels.modules.modules_view import ModulesView
from backprop_viz.desktop.panels.network.module_facts import ModuleFacts
from backprop_viz.desktop.panels.origin.no_terms_texts import given_text
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.foreign.conftest import state_at


def recorded(to_none: bool, turns: int = 1) -> tuple[Recording, torch.Tensor, torch.Tensor]:
    """The last iteration of some, and the gradients that its backward gave weight and bias."""
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(turns):
        with bv.record(net, optimizer) as told:
            net(torch.ones(4, 3)).square().sum().backward()
            given = [one.grad.clone() for one in net.parameters() if one.grad is not None]
            optimizer.step()
            optimizer.zero_grad(set_to_none=to_none)
    return told.recording, given[0], given[1]


@pytest.mark.parametrize("to_none", [True, False])
def test_the_bars_are_those_of_the_backward(qtbot: QtBot, to_none: bool) -> None:
    recording, given, _ = recorded(to_none, turns=2)
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
    recording, *_ = recorded(to_none=False)
    number = grad_number(recording.at(len(recording.events)), "weight", (0, 0))
    assert number is not None
    assert "zero_grad cleared it" in given_text(recording, number)


@pytest.mark.parametrize("to_none", [True, False])
def test_the_number_to_begin_with_is_what_the_backward_gave(to_none: bool) -> None:
    recording, given, _ = recorded(to_none)
    number = first_number(recording.at(len(recording.events)), "weight")
    assert number is not None
    assert recording.tensors[number.tensor].tolist() == given.tolist()


@pytest.mark.parametrize("to_none", [True, False])
def test_other_panels_show_what_the_backward_gave(qtbot: QtBot, to_none: bool) -> None:
    recording, given, bias = recorded(to_none)
    length = given.double().norm().item()
    end = state_at(recording)
    flow, modules = GradientFlowPlot(), ModulesView()
    facts = ModuleFacts.of(recording)
    for panel in (flow, modules):
        qtbot.addWidget(panel)
        panel.resize(600, 300)
        panel.show()
        panel.show_view_state(end)
    weight = next(one for one in flow.bars.flows if one.name == "weight")
    assert weight.grad == pytest.approx(length, rel=1e-15)
    assert flow.readout.text() == "bars ‖grad‖ before zero_grad · dots ‖Δw‖ / ‖w‖"
    asked = list[object]()
    flow.number_picked.connect(asked.append)
    flow.bars.picked.emit("weight", False)
    (number,) = asked
    assert isinstance(number, Number)
    assert recording.tensors[number.tensor].tolist() == given.tolist()
    facts.cursor, facts.layers = end.cursor, recording.layers
    place = next(y.id for y in recording.layers.layers if "weight" in y.parameters)
    both = torch.cat([given.flatten(), bias]).double().norm().item()
    assert facts.norm(BoxRow(place, place + 1)) == pytest.approx(both, rel=1e-15)
    weights = modules.rows.row(modules.rows.index_of("parameter", "weight"))
    assert modules.rows.norm(weights) == pytest.approx(length, rel=1e-15)
