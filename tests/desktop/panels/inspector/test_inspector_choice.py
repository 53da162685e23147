"""What the inspector shows, and how it is chosen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.selection import Selection, select
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.settings.run_settings import Settings
from tests.desktop.panels.inspector.inspector_helpers import choose, shown_texts

MakeViewState = Callable[..., ViewState]


def test_conv1_bias_is_shown_first(view: InspectorView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state())
    assert view.chosen == ("parameter", "conv1.bias")
    assert view.choice.objectName() == "inspectorChoice"
    assert view.description.text() == "torch.Size([6]) · float32 · leaf · requires_grad"
    names = [view.choice.itemText(i) for i in range(view.choice.count())]
    assert names[0] == "conv1.weight"
    assert names[10:12] == ["", "x"]
    assert names[-1] == "loss"


def test_a_parameter_with_numbers_is_shown_first(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    net = nn.ParameterDict({"dummy": torch.empty(0), "weight": torch.ones(2, 3)})
    with bv.record(net) as recording:
        (net["weight"] * 2).sum().backward()
    state = make_view_state()
    view.show_view_state(replace(state, cursor=recording.recording.at(0)))
    assert view.chosen == ("parameter", "weight")


def test_before_a_scripts_first_iteration_it_says_what_will_come(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    state = make_view_state()
    said = "The parameters appear with the first iteration."
    view.show_view_state(replace(state, cursor=Cursor(Recording(1, ()), 0)))
    assert said in shown_texts(view)
    view.show_view_state(state)
    assert said not in shown_texts(view)
    assert view.gradient.title.isVisible()


def test_choosing_tells_and_selecting_does_not(
    view: InspectorView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    view.show_view_state(view_state)
    picked: list[tuple[str, object]] = []
    view.picked.connect(lambda kind, key: picked.append((kind, key)))
    choose(view, "conv2.weight")
    assert picked[-1] == ("parameter", "conv2.weight")
    assert view.gradient.title.text() == "conv2.weight.grad"
    choose(view, "conv1")
    assert picked[-1] == ("layer", "conv1")
    picked.clear()
    recording = view_state.cursor.recording
    view.select(select(recording, "parameter", "fc3.bias"))
    assert view.chosen == ("parameter", "fc3.bias")
    view.select(select(recording, "layer", "pool1"))
    assert view.chosen == ("layer", "pool1")
    leaf = next(n.id for n in recording.graph.nodes if n.parameter == "conv1.bias")
    view.select(select(recording, "node", leaf))
    assert view.chosen == ("parameter", "conv1.bias")
    convolution = next(e.node for e in recording.events if e.op == "conv2d")
    view.select(select(recording, "node", convolution))
    assert view.chosen == ("layer", "conv1")
    view.select(None)
    view.select(Selection("parameter", "there is none"))
    assert picked == []


@pytest.mark.parametrize("name", ["x", "conv2"])
def test_the_choice_outlives_an_iteration_without_layers(
    view: InspectorView, make_view_state: MakeViewState, name: str
) -> None:
    whole, begun = make_view_state(), make_view_state(phases=1)
    view.show_view_state(whole)
    choose(view, name)
    view.show_view_state(begun)
    assert view.chosen == ("layer", name)
    assert view.tensor.table.rows.columns[0].values is None
    view.show_view_state(whole)
    assert view.tensor.table.rows.columns[0].values is not None


def test_an_input_is_none_of_the_next_iteration_before_its_forward(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    """Its id, of which a script's network may have several, is of another table."""
    whole, begun = make_view_state(), make_view_state(phases=1)
    recording, position = whole.cursor.recording, whole.cursor.position
    (ran,) = recording.passes
    last = len(recording.tensors) - 1
    layers = [replace(n, tensor=last) if n.name == "x" else n for n in ran.layers.layers]
    named = replace(ran, layers=replace(ran.layers, layers=tuple(layers)))
    view.show_view_state(replace(whole, cursor=replace(recording, passes=(named,)).at(position)))
    choose(view, "x")
    view.show_view_state(begun)
    assert view.chosen == ("layer", "x")
    assert view.tensor.table.rows.columns[0].values is None


def test_a_node_has_a_page_of_its_own(
    view: InspectorView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    view.show_view_state(view_state)
    convolution = next(e.node for e in recording.events if e.op == "conv2d")
    view.select(select(recording, "node", convolution))
    assert view.node is not None
    assert view.node_section.isVisible()
    assert view.node_section.title.text() == "ConvolutionBackward0"
    assert view.description.text() == "grad_fn of conv2d 1 · 1×6×30×30"
    with qtbot.waitSignal(view.evidence) as told:
        view.node_section.why.show_button.click()
    assert told.args == [recording.ran_at[convolution]]
    # Before the graph of the next iteration is built the page stays.
    view.show_view_state(make_view_state(phases=1))
    assert view.node_section.isVisible()
    choose(view, "fc1.weight")
    assert view.node is None
    assert view.gradient.isVisible()


def test_a_node_within_an_operation_has_its_layer(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(Settings(data="random", batch_size=1))
    view.show_view_state(view_state)
    inner = next(
        n for n in view_state.cursor.recording.graph.nodes if n.name == "LogSoftmaxBackward0"
    )
    view.select(select(view_state.cursor.recording, "node", inner.id))
    assert view.chosen == ("layer", "loss")
    assert view.node == inner


def test_what_the_search_finds_is_shown_and_told(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state())
    picked: list[tuple[str, object]] = []
    view.picked.connect(lambda kind, key: picked.append((kind, key)))
    view.search.setText("fc2.bias")
    QTest.keyClick(view.search, Qt.Key.Key_Return)
    assert picked == [("parameter", "fc2.bias")]
    assert view.chosen == ("parameter", "fc2.bias")
    assert "fc2.bias" in view.why.sentence.text()


def test_the_optimizer_is_shown_for_the_element_chosen(
    view: InspectorView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state())
    view.update_section.element_chosen.emit(3)
    assert view.state_section.element.text() == "conv1.bias[3]"
