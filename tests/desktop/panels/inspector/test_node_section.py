from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.provenance import arrived
from backprop_viz.desktop.panels.inspector.node_section import (
    NodeSection,
    first_maps,
    saved_state,
    size_text,
)
from backprop_viz.desktop.style.numbers import norm, short
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.graph import Node

MakeViewState = Callable[..., ViewState]


@pytest.fixture
def section(qtbot: QtBot) -> NodeSection:
    section = NodeSection()
    qtbot.addWidget(section)
    section.resize(270, 500)
    section.show()
    return section


def node(view_state: ViewState, name: str) -> Node:
    return next(n for n in view_state.cursor.recording.graph.nodes if n.name == name)


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def test_a_convolution(section: NodeSection, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(Settings(data="strokes", batch_size=4))
    first = [
        n for n in view_state.cursor.recording.graph.nodes if n.name == "ConvolutionBackward0"
    ][-1]
    section.show_cursor(view_state, first)
    assert section.title.text() == "ConvolutionBackward0"
    assert "∂L/∂b = Σ g" in section.backward.text()
    assert "self.conv1(x)" in section.made.text()
    event = view_state.cursor.backward_event(first.id)
    assert event is not None
    rows = [row for row in section.sent if row.isVisible()]
    assert [row.name.text() for row in rows] == ["∂L/∂x", "∂L/∂w", "∂L/∂b"]
    # The image needs no gradient.
    assert [row.shape_text.text() for row in rows] == ["None", "6×1×3×3", "6"]
    assert not rows[0].picture.isVisible()
    for row, array in zip(rows[1:], event.outputs[1:], strict=True):
        assert array is not None
        assert row.figures.text().endswith(f"norm {short(norm(array))}")
        assert row.picture.sizeHint().height() <= 64
    assert section.arrived[0].shape_text.text() == "4×6×30×30"
    assert "conv1" not in section.why.sentence.text()
    section.grab()


def test_the_life_of_saved_tensors(section: NodeSection, make_view_state: MakeViewState) -> None:
    view_state = make_view_state()
    recording = view_state.cursor.recording
    relu = node(view_state, "ReluBackward0")
    ran = recording.ran_at[relu.id]
    made = next(i for i, e in enumerate(recording.events) if e.node == relu.id)
    states = [saved_state(recording.at(c), relu.id) for c in range(len(recording.events) + 1)]
    assert states[: made + 1] == ["coming"] * (made + 1)
    assert states[made + 1 : ran + 1] == ["saved"] * (ran - made)
    assert states[ran + 1] == "used"
    assert set(states[ran + 2 :]) == {"freed"}
    section.show_cursor(at(view_state, ran + 1), relu)
    assert section.saved_title.text() == "Saved tensors: used"
    assert section.saved[0].text() == "result · 1×84 · 336 B"
    section.show_cursor(view_state, node(view_state, "TBackward0"))
    assert section.saved_title.text() == "No saved tensors"


def test_before_it_ran_there_is_nothing(
    section: NodeSection, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    addmm = node(view_state, "AddmmBackward0")
    section.show_cursor(at(view_state, 0), addmm)
    assert section.arrived_title.text() == "Gradient in: not reached yet"
    assert not any(row.isVisible() for row in (*section.arrived, *section.sent))


def test_an_accumulation_shows_what_came_and_what_stands(
    section: NodeSection, make_view_state: MakeViewState
) -> None:
    view_state = make_view_state()
    leaf = next(n for n in view_state.cursor.recording.graph.nodes if n.parameter == "fc3.weight")
    section.show_cursor(view_state, leaf)
    event = view_state.cursor.backward_event(leaf.id)
    assert event is not None
    assert len([r for r in section.arrived if r.isVisible()]) == len(arrived(event)) == 1
    assert section.sent[0].name.text() == ".grad"
    assert section.sent[0].shape_text.text() == "10×84"


def test_all_nodes_at_all_cursors(section: NodeSection, make_view_state: MakeViewState) -> None:
    for settings in (
        Settings(data="random", loss="mse", batch_size=1),
        Settings(data="random", loss="mse", batch_size=2, lr=1e30),
    ):
        view_state = make_view_state(settings, iterations=2)
        recording = view_state.cursor.recording
        for each in recording.graph.nodes:
            ran = recording.ran_at[each.id]
            for position in (0, ran, ran + 1, len(recording.events)):
                section.show_cursor(at(view_state, position), each)
                section.grab()
    assert any("not finite" in row.figures.text() for row in section.arrived)


def test_a_node_of_no_graph(section: NodeSection, make_view_state: MakeViewState) -> None:
    section.show_cursor(make_view_state(phases=1), Node(7, "CubeBackward", (4, 12)))
    assert "autograd.Function" in section.words.text()
    assert not section.backward.isVisible()
    for theme in (LIGHT, DARK):
        section.set_theme(theme)
        section.grab()


def test_first_maps_and_sizes() -> None:
    batch = np.arange(4 * 20 * 9, dtype=np.float32).reshape(4, 20, 3, 3)
    found = first_maps(batch, 0)
    assert found is not None
    np.testing.assert_array_equal(found, batch[0, :16])
    assert first_maps(np.array(1.0), 0) is None
    weights = first_maps(batch[0, :, :, 0], None)
    assert weights is not None
    assert weights.shape == (1, 20, 3)
    assert [size_text(n) for n in (160, 21600, 3_200_000)] == ["160 B", "21.6 kB", "3.2 MB"]
