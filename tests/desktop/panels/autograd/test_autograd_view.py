"""The graph of grad_fn: the states of its nodes at the cursor, and how they are named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtGui import QPainter
from torch import nn

import backprop_viz as bv
from backprop_viz.analysis.numbers.number_marks import marks_of
from backprop_viz.desktop.panels.autograd import autograd_view
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.autograd.graph_item import name_lines
from backprop_viz.desktop.panels.autograd.node_states import (
    NodeState,
    arriving_gradient_text,
    node_states,
)
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps, preview
from tests.desktop.panels.autograd.graph_helpers import (
    DIGITS,
    GRAPHS,
    colors,
    node_of,
    recording_of,
)
from tests.recording.records import changed_event, changed_recording

MakeViewState = Callable[..., ViewState]


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def after(view_state: ViewState, node: int) -> ViewState:
    """The view state just after backward has run a node."""
    return at(view_state, view_state.cursor.recording.ran_at[node] + 1)


def test_states_at_the_cursor(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    recording = view_state.cursor.recording
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    for position in range(len(recording.events) + 1):
        states = node_states(recording.graph, recording.at(position))
        ran = [e.node for e in recording.events[:position] if e.phase is Phase.BACKWARD]
        assert {n for n, s in states.items() if s is not NodeState.WAITING} == set(ran)
        within = span.start < position <= span.stop
        current = [n for n, s in states.items() if s is NodeState.CURRENT]
        assert current == (ran[-1:] if within else [])


def test_what_takes_part_in_a_number_is_scrolled_into_sight(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    canvas, recording = view.canvas, view_state.cursor.recording
    for _ in range(6):
        canvas.zoom_in()
    for event in (recording.ran_at[node_of(view_state, "conv1.bias").id], recording.ran_at[0]):
        tensor, node = recording.events[event].output_ids[0], recording.events[event].node
        assert tensor is not None
        assert node is not None
        sight = canvas.viewport().rect()
        assert not sight.intersects(canvas.mapFromScene(canvas.item.box(node)).boundingRect())
        index = (0,) * recording.tensors[tensor].ndim
        view.mark_numbers(marks_of(recording, Number(tensor, index, event)))
        assert sight.contains(canvas.mapFromScene(canvas.item.box(node)).boundingRect())


def test_texts(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(after(view_state, 16))
    assert view.subtitle.text() == "loss.grad_fn → next_functions · 27 nodes"
    ran = view_state.cursor.recording.ran_at
    place_of = sum(i <= ran[16] for i in ran.values())
    assert view.progress.text() == f"node {place_of} of 27"
    view.show_view_state(view_state)
    assert view.progress.text() == ""
    view.show_view_state(
        make_view_state(Settings(data="random", loss="output_gradient", batch_size=1))
    )
    assert view.subtitle.text() == "out.grad_fn → next_functions · 25 nodes"
    # What a script has made last may be an output, or half of its loss: that is named.
    recording = changed_recording(view_state.cursor.recording, loss=None)
    of_script = replace(view_state, cursor=recording.at(5), origin=RunOrigin("script", "train.py"))
    view.show_view_state(of_script)
    assert view.subtitle.text() == "from NllLossBackward0 · 27 nodes"


def test_of_several_starts_the_newest_is_named(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    net, x, names = nn.Linear(3, 2), torch.ones(1, 3), []
    with bv.record(net) as recorded:
        for last in (torch.exp, torch.tanh, torch.sigmoid):
            out = last(net(x))
            assert out.grad_fn is not None
            names.append(out.grad_fn.name())
            out.backward(torch.ones(1, 2))
    recording, origin = recorded.recording, RunOrigin("script", "train.py")
    ends = [span.stop for span in recording.spans if span.phase is Phase.BACKWARD]
    for end, name in zip(ends, names, strict=True):
        view.show_view_state(
            replace(make_view_state(DIGITS), cursor=recording.at(end), origin=origin)
        )
        assert view.subtitle.text().startswith(f"from {name} · ")
        view.all_passes.setChecked(True)
        assert view.subtitle.text().startswith(f"from {name} and 2 more")
        view.all_passes.setChecked(False)


def test_a_step_of_the_cursor_does_not_go_through_all_nodes(
    view: AutogradView, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    forward = autograd_view.forward_events
    monkeypatch.setattr(
        autograd_view,
        "forward_events",
        lambda *given: looked.append(1) or forward(*given),  # type: ignore[func-returns-value]
    )
    net, x = nn.Linear(3, 2), torch.ones(1, 3)
    with bv.record(net) as recorded:
        for last in (torch.exp, torch.tanh):
            last(net(x)).backward(torch.ones(1, 2))
    recording, origin = recorded.recording, RunOrigin("script", "train.py")
    view.all_passes.setChecked(True)
    said = set()
    for position in range(len(recording.events) + 1):
        cursor = recording.at(position)
        view.show_view_state(replace(make_view_state(DIGITS), cursor=cursor, origin=origin))
        said.add(view.subtitle.text())
    assert len(said) > 1
    assert len(looked) == 1


def test_node_texts(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    root, conv = (
        view_state.cursor.recording.graph.nodes[0],
        node_of(view_state, "ConvolutionBackward0"),
    )
    assert arriving_gradient_text(conv, None) == "∂ 3×16×13×13"
    assert arriving_gradient_text(root, view_state.cursor.recording.at(0)) == "∂"
    assert arriving_gradient_text(root, view_state.cursor) == "∂ 1.000"
    assert arriving_gradient_text(replace(root, shape=None), view_state.cursor) == ""
    one = replace(root, shape=(1, 1))
    assert arriving_gradient_text(one, view_state.cursor.recording.at(0)) == "∂"
    assert arriving_gradient_text(one, view_state.cursor) == "∂ 1.000"
    assert name_lines("ConvolutionBackward0") == ("Convolution", "Backward0")
    assert name_lines("CopySlices") == ("CopySlices", "")


def test_every_node_is_named_in_full_in_its_hint(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(after(view_state, 2))
    for node in view_state.cursor.recording.graph.nodes:
        lines = view.canvas.hint(node.id).splitlines()
        assert lines[0] == node.name
        if node.parameter:
            assert lines[1] == f"adds to {node.parameter}.grad"
    assert view.canvas.hint(2).splitlines()[-1] == "just run"
    assert view.canvas.hint(0).splitlines()[-1] == "done"
    assert view.canvas.hint(20).splitlines()[-1] == "not reached yet"


def test_nodes_light_up(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(at(view_state, 0))
    dark = colors(view)
    assert DARK.backward not in dark
    view.show_view_state(after(view_state, 0))
    assert DARK.backward in colors(view)


def test_the_structure_is_built_once(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    placement = view.canvas.item.placement
    view.show_view_state(make_view_state(DIGITS, iterations=1))  # an equal graph, other arrays
    assert view.canvas.item.placement is placement
    view.show_view_state(make_view_state())
    assert view.canvas.item.placement is not placement


@pytest.mark.parametrize("name", GRAPHS)
def test_other_networks_at_some_cursors(
    view: AutogradView, make_view_state: MakeViewState, name: str
) -> None:
    base = make_view_state(DIGITS)
    recording = recording_of(GRAPHS[name]())
    for position in range(0, len(recording.events) + 1, 40):
        view.show_view_state(replace(base, cursor=recording.at(position)))
        view.canvas.grab()
    view.canvas.fit()
    view.canvas.grab()


@pytest.mark.parametrize("phases", range(6))
def test_every_phase_can_be_shown(
    view: AutogradView, make_view_state: MakeViewState, phases: int
) -> None:
    view.show_view_state(make_view_state(phases=phases))
    view.canvas.grab()
    assert (view.subtitle.text() == "") is (phases < 2)


def test_before_forward_the_last_graph_stays_unlit(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    view.show_view_state(make_view_state(DIGITS, phases=1))
    assert len(view.canvas.item.graph.nodes) == 27
    assert set(view.canvas.item.states.values()) == {NodeState.WAITING}


def test_preview_is_unlit(view: AutogradView, make_view_state: MakeViewState) -> None:
    recording = preview(bv.Trainer(data="strokes", batch_size=2))
    view.show_view_state(replace(make_view_state(DIGITS, phases=0), cursor=recording.at(0)))
    assert set(view.canvas.item.states.values()) == {NodeState.WAITING}
    assert len(view.canvas.item.states) == 27
    assert view.progress.text() == ""


def test_nan_and_none_gradients(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    recording = view_state.cursor.recording
    for value in (None, np.array(np.nan, np.float32)):
        events = tuple(
            changed_event(e, inputs=(value,), outputs=(None,)) if e.phase is Phase.BACKWARD else e
            for e in recording.events
        )
        broken = changed_recording(recording, events=events)
        view.show_view_state(replace(view_state, cursor=broken.at(len(events))))
        view.canvas.grab()
    assert arriving_gradient_text(recording.graph.nodes[0], broken.at(len(events))) == "∂ nan"


def test_a_node_without_shape_or_edges(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    graph = Graph((Node(0, "AccumulateGrad", None, "a.very.long.name.of.a.parameter"),))
    view.show_view_state(replace(view_state, cursor=Recording(1, (), graph=graph).at(0)))
    view.canvas.grab()
    assert view.canvas.hint(0).startswith("AccumulateGrad")


def test_hidden_it_remembers_and_catches_up(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view.hide()
    view.show_view_state(make_view_state(DIGITS))
    assert not view.canvas.item.graph.nodes
    view.show()
    assert len(view.canvas.item.graph.nodes) == 27


def test_themes(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(after(make_view_state(DIGITS), 5))
    for theme in (LIGHT, DARK):
        view.set_theme(theme)
        assert theme.backward in colors(view)


def drawn_texts(view: AutogradView, monkeypatch: pytest.MonkeyPatch) -> set[object]:
    names, original = set(), QPainter.drawText

    def draw(painter: QPainter, *given: object) -> None:
        names.add(given[-1])
        original(painter, *given)

    monkeypatch.setattr(QPainter, "drawText", draw)
    view.grab()
    return names


@pytest.mark.parametrize("size", [(690, 180), (876, 267)])
def test_no_name_of_lenets_nodes_is_cut(
    view: AutogradView,
    make_view_state: MakeViewState,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    view.resize(*size)
    view.show_view_state(make_view_state(DIGITS))
    names = drawn_texts(view, monkeypatch)
    assert "MaxPool2D" in names
    assert {"Convolution", "Addmm", "conv1.weight", "TBackward0"} <= names
    assert not any("…" in str(name) for name in names)


def test_in_little_room_parameters_have_brief_names(
    view: AutogradView, make_view_state: MakeViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.resize(626, 200)
    view.show_view_state(make_view_state(DIGITS))
    names = drawn_texts(view, monkeypatch)
    assert {"conv1.w", "conv2.w", "conv1.bias", "fc1.bias"} <= names
    assert not any("…weight" in str(name) for name in names)


def test_what_is_chosen_is_in_sight_where_nothing_has_just_run(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    view.show_view_state(at(make_view_state(DIGITS), 0))
    canvas = view.canvas
    view.resize(690, 150)
    key = next(n.key for n in canvas.item.graph.nodes if n.parameter == "conv1.bias")
    node = next(n.id for n in canvas.item.graph.nodes if n.key == key)

    def in_sight() -> bool:
        box = canvas.mapFromScene(canvas.item.box(node)).boundingRect()
        return canvas.viewport().rect().contains(box)

    assert not in_sight()
    canvas.set_selected(frozenset({key}))
    assert in_sight()
    view.resize(700, 151)
    assert in_sight()


def test_a_choice_outlives_its_graph(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.resize(690, 150)
    view.show_view_state(at(make_view_state(DIGITS), 0))
    nodes = view.canvas.item.graph.nodes
    last = max(node.id for node in nodes)
    view.canvas.set_selected(frozenset({nodes[last].key}))
    fewer = make_view_state()
    assert len(fewer.cursor.recording.graph.nodes) < len(nodes)
    view.show_view_state(at(fewer, 0))
    view.resize(690, 160)
    assert view.canvas.item.graph == fewer.cursor.recording.graph


def test_a_second_backward_counts_its_own_nodes(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    recorder = RecordedSteps(bv.Trainer("random", "mse", batch_size=1))
    for _ in range(3):
        recorder.step()
    recorder.backward_twice(retain_graph=True)
    recording = recorder.recording()
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    count = len(recording.graph.nodes)
    said = {}
    for position in (span.start + count, span.start + count + 3, span.stop):
        shown = replace(make_view_state(DIGITS, phases=0), cursor=recording.at(position))
        view.show_view_state(shown)
        said[position - span.start] = view.progress.text()
    assert said == {
        count: f"node {count} of {count}",
        count + 3: f"backward 2: node 3 of {count}",
        2 * count: f"backward 2: node {count} of {count}",
    }
