"""The graph panel folded into boxes of layers, modules and loops."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from torch import Tensor, nn

from backprop_viz.analysis.graph.folded_graph import LayerNodes
from backprop_viz.analysis.repeated_layers import Pass, Repeat
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.autograd.node_states import NodeState
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from tests.desktop.panels.autograd.graph_helpers import DIGITS, recording_of

MakeViewState = Callable[..., ViewState]


class Unrolled(nn.Module):
    """A recurrent cell and a layer over the rows of an image."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.mix, self.out = nn.GRUCell(32, 8), nn.Linear(8, 8), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(len(x), 8)
        for row in x[:, 0].unbind(1)[:12]:
            state = torch.tanh(self.mix(self.cell(row, state)))
        return self.out(state)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recording_of(Unrolled())


@pytest.fixture
def base(make_view_state: MakeViewState) -> ViewState:
    return make_view_state(DIGITS)


def box_of(view: AutogradView, kind: type) -> int:
    return next(box for box, each in view.canvas.graph.groups.items() if isinstance(each, kind))


def middle(view: AutogradView, node: int) -> QPoint:
    return view.canvas.mapFromScene(view.canvas.item.box(node).center())


def names(view: AutogradView) -> set[str]:
    return {view.canvas.graph.graph.nodes[node.id].name for node in view.canvas.shown}


def test_of_many_nodes_it_is_folded_until_the_user_unfolds_it(
    view: AutogradView, base: ViewState, recording: Recording
) -> None:
    view.show_view_state(base)  # of LeNet
    assert not view.canvas.graph.groups
    assert not view.fold.isChecked()
    end = replace(base, cursor=recording.at(len(recording.events)))
    view.show_view_state(end)
    assert view.fold.isChecked()
    assert names(view) >= {"loss", "out", "loop ×12"}
    assert f"{len(recording.graph.nodes)} nodes" in view.subtitle.text()
    view.fold.click()
    assert view.canvas.shown == recording.graph.nodes
    view.fold.click()
    assert len(view.canvas.shown) < 10
    view.show_view_state(base)  # what was chosen stays chosen
    assert view.fold.isChecked()
    assert {"conv1", "fc3"} <= names(view)


def test_a_double_click_unfolds_a_box_and_folds_it_again(
    view: AutogradView, base: ViewState, recording: Recording
) -> None:
    view.show_view_state(replace(base, cursor=recording.at(len(recording.events))))
    canvas, loop = view.canvas, box_of(view, Repeat)
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, loop))
    passes = [g for g in canvas.graph.groups.values() if isinstance(g, Pass)]
    assert sorted(one.number for one in passes) == list(range(1, 13))
    one = box_of(view, Pass)
    canvas.ensureVisible(canvas.item.box(one))
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, one))
    inner = [node for node, group in canvas.graph.around.items() if isinstance(group, Pass)]
    assert inner
    canvas.ensureVisible(canvas.item.box(inner[0]))
    single = inner[0] not in canvas.graph.groups
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, inner[0]))
    assert len([g for g in canvas.graph.groups.values() if isinstance(g, Pass)]) == 11 + single
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert any(isinstance(group, Repeat) for group in canvas.graph.groups.values())


def test_keys_unfold_a_box_and_the_focus_stays_where_the_gradient_enters(
    view: AutogradView, base: ViewState, recording: Recording
) -> None:
    view.show_view_state(replace(base, cursor=recording.at(len(recording.events))))
    canvas = view.canvas
    canvas.setFocus()
    for _ in canvas.shown:
        if canvas.graph.groups.get(canvas.item.focused) == LayerNodes("out"):
            break
        QTest.keyClick(canvas, Qt.Key.Key_Right)
    entry = canvas.item.focused
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.item.focused == entry
    assert recording.graph.nodes[entry].name == "AddmmBackward0"
    assert canvas.graph.around[entry] == LayerNodes("out")
    assert "out.bias" in {node.parameter for node in canvas.shown}
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.graph.groups[entry] == LayerNodes("out")


def test_a_box_is_current_while_its_nodes_run_and_counts_them(
    view: AutogradView, base: ViewState, recording: Recording
) -> None:
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    view.show_view_state(replace(base, cursor=recording.at(span.start)))
    loop = box_of(view, Repeat)
    members = set(view.canvas.graph.members[loop])
    for position in range(span.start + 1, span.stop + 1):
        view.show_view_state(replace(base, cursor=recording.at(position)))
        ran = [event.node for event in recording.events[span.start : position]]
        done = len(members.intersection(ran))
        state = view.canvas.item.states[loop]
        assert (state is NodeState.CURRENT) == (ran[-1] in members)
        assert (state is NodeState.WAITING) == (done == 0)
        assert (view.canvas.current == loop) == (ran[-1] in members)
        assert f"{done} of {len(members)} nodes have run" in view.canvas.hint(loop)


def test_a_box_is_chosen_by_its_node_and_has_its_parameters_breakpoints(
    view: AutogradView, base: ViewState, recording: Recording
) -> None:
    stop = Breakpoint("parameter", "out.weight")
    end = replace(base, cursor=recording.at(len(recording.events)), breakpoints=(stop,))
    view.show_view_state(end)
    canvas = view.canvas
    out = next(b for b, group in canvas.graph.groups.items() if group == LayerNodes("out"))
    assert canvas.item.breaking == {out}
    assert "adds to the gradients of out.bias, out.weight" in canvas.hint(out)
    picked: list[tuple[str, object]] = []
    view.picked.connect(lambda *what: picked.append(what))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, out))
    assert picked == [("node", recording.graph.nodes[out].key)]
    menu = canvas.menu_of(out)
    told = {action.text(): action for action in menu.actions() if action.text()}
    assert told["Break when out.weight is &accumulated"].isChecked()
    assert not told["Break when out.bias is &accumulated"].isChecked()
    told["&Unfold out (Space)"].trigger()
    assert LayerNodes("out") not in canvas.graph.groups.values()
    menu.deleteLater()
