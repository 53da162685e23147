from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import Dataset

import backprop_viz as bv
from backprop_viz.analysis.selection import select
from backprop_viz.capture.recorder import Recorder, preview
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.autograd.graph_item import (
    NodeState,
    gradient_text,
    name_lines,
    node_states,
)
from backprop_viz.desktop.panels.autograd.graph_keys import neighbour_node
from backprop_viz.desktop.panels.autograd.graph_layout import (
    READABLE_SCALE,
    Placement,
    best_columns,
    place,
)
from backprop_viz.desktop.panels.autograd.graph_structure import analyse, is_leaf
from backprop_viz.desktop.style.theme import DARK, LIGHT
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.graph import Graph, Node
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.settings import Settings

MakeViewState = Callable[..., ViewState]
DIGITS = Settings(data="strokes", batch_size=3)


@pytest.fixture
def view(qtbot: QtBot) -> AutogradView:
    view = AutogradView()
    qtbot.addWidget(view)
    view.resize(876, 267)
    view.show()
    return view


def at(view_state: ViewState, position: int) -> ViewState:
    return replace(view_state, cursor=view_state.cursor.recording.at(position))


def after(view_state: ViewState, node: int) -> ViewState:
    """The moment just after backward has run a node."""
    return at(view_state, view_state.cursor.recording.ran_at[node] + 1)


def node_of(view_state: ViewState, name: str) -> Node:
    nodes = view_state.cursor.recording.graph.nodes
    return next(n for n in nodes if name in (n.name, n.parameter))


# -- graphs of other networks ----------------------------------------------------------------


class Digits(Dataset[tuple[Tensor, int]]):
    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return torch.full((1, 32, 32), index / 6), index


class Branched(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3)
        self.arms = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in range(3))
        self.out = nn.Linear(12 * 36, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(F.max_pool2d(x, 4)))
        return self.out(torch.cat([torch.tanh(arm(x)) for arm in self.arms], 1).flatten(1))


class Residual(nn.Module):
    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 4, 3, 4, bias=False)
        self.body = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(4, 4, 3, padding=1, bias=False),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.Conv2d(4, 4, 3, padding=1, bias=False),
                nn.BatchNorm2d(4),
            )
            for _ in range(blocks)
        )
        self.side = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in range(blocks))
        self.out = nn.Linear(4 * 64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for i, (body, side) in enumerate(zip(self.body, self.side, strict=True)):
            x = F.relu(body(x) + (side(x) if i % 3 == 0 else x))
        return self.out(x.flatten(1))


class Chain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(1024, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.out(x.flatten(1))
        for _ in range(57):
            x = torch.tanh(x)
        return x


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.again = nn.Linear(1024, 8), nn.Linear(8, 8)
        self.out = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x.flatten(1))
        for _ in range(5):
            x = torch.relu(self.again(x))
        return self.out(x)


class Wide(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.arms = nn.ModuleList(nn.Linear(1024, 2) for _ in range(9))
        self.out = nn.Linear(18, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        arms = [torch.tanh(torch.relu(arm(x))) for arm in self.arms]
        return self.out(torch.cat(arms, 1))


def recording_of(model: nn.Module, phases: int = 5) -> Recording:
    recorder = Recorder(bv.Trainer(model=model, data=Digits(), batch_size=3))
    for _ in range(phases):
        recorder.step()
    return recorder.recording()


GRAPHS = {
    "lenet": bv.LeNet,
    "branched": Branched,
    "residual": lambda: Residual(16),
    "chain": Chain,
    "shared": Shared,
    "wide": Wide,
}


def graph_of(name: str) -> Graph:
    return recording_of(GRAPHS[name](), 3).graph


def inside(graph: Graph, placement: Placement) -> bool:
    rects = placement.rects.values()
    lines = [point for line in placement.edges.values() for point in line]
    return (
        set(placement.rects) == {node.id for node in graph.nodes}
        and set(placement.edges) == set(graph.edges)
        and all(r.x >= 0 and r.y >= 0 for r in rects)
        and all(r.right <= placement.width and r.bottom <= placement.height for r in rects)
        and all(0 <= x <= placement.width and 0 <= y <= placement.height for x, y in lines)
    )


@pytest.mark.parametrize("name", GRAPHS)
def test_every_node_has_a_place_of_its_own(name: str) -> None:
    graph = graph_of(name)
    structure = analyse(graph)
    for columns in (1, 3, 7, structure.length):
        placement = place(structure, columns)
        assert inside(graph, placement)
        for one, other in combinations(placement.rects.values(), 2):
            assert not one.overlaps(other)


def test_sizes_of_the_graphs() -> None:
    assert len(graph_of("lenet").nodes) == 27
    assert len(graph_of("residual").nodes) > 200
    assert analyse(graph_of("chain")).length >= 60
    assert not analyse(graph_of("wide")).foldable


def test_the_chain_runs_straight_in_each_row() -> None:
    structure = analyse(graph_of("lenet"))
    assert len(structure.chain) == 14
    placement = place(structure, 7)
    tops = [placement.rects[node].y for node in structure.chain]
    assert len(set(tops[:7])) == len(set(tops[7:])) == 1
    assert tops[0] < tops[7]
    for a, b in pairwise(structure.chain):
        line = placement.edges[a, b]
        assert (len(line) == 2) is (a != structure.chain[6])
        assert line[0] == (placement.rects[a].right, placement.rects[a].center[1])
        assert line[-1] == (placement.rects[b].x, placement.rects[b].center[1])


def test_what_serves_a_parameter_hangs_below_its_node() -> None:
    graph = graph_of("lenet")
    structure = analyse(graph)
    placement = place(structure, 7)
    names = {node.id: node.parameter or node.name for node in graph.nodes}
    hanging = {
        tuple(names[n] for n in chain) for chains in structure.hanging.values() for chain in chains
    }
    assert ("TBackward0", "fc3.weight") in hanging
    assert ("fc3.bias",) in hanging
    assert ("conv1.weight",) in hanging
    for node, chains in structure.hanging.items():
        for chain in chains:
            heights = [placement.rects[n].y for n in (node, *chain)]
            assert heights == sorted(heights)
            assert heights[0] < heights[-1]
    leaves = [node for node in graph.nodes if is_leaf(node)]
    assert len(leaves) == 10


def test_edges_that_skip_run_past_the_boxes() -> None:
    structure = analyse(graph_of("residual"))
    placement = place(structure, 9)
    boxes = [placement.rects[node] for node in structure.lanes if structure.lanes[node] == 0]
    for (a, b), line in placement.edges.items():
        if structure.lanes.get(a) != 0 or structure.lanes.get(b) != 0:
            continue
        for (x0, y0), (x1, y1) in pairwise(line):
            for box in boxes:
                across = min(x0, x1) < box.right - 1 and max(x0, x1) > box.x + 1
                down = min(y0, y1) < box.bottom - 1 and max(y0, y1) > box.y + 1
                assert not (across and down)


def test_a_wide_graph_is_shown_as_laid_out() -> None:
    graph = graph_of("wide")
    placement = place(analyse(graph), 4)
    for one, other in combinations(graph.nodes, 2):
        a, b = placement.rects[one.id].center, placement.rects[other.id].center
        assert (one.x < other.x) == (a[0] < b[0] - 0.01)
        if one.x == other.x:
            assert (one.y < other.y) == (a[1] < b[1])


def test_rows_follow_the_size() -> None:
    structure = analyse(graph_of("lenet"))
    assert best_columns(structure, 850, 210) == 7
    assert best_columns(structure, 1900, 100) == 14
    assert best_columns(structure, 300, 500) in (3, 4)
    # Calm: a little more room changes nothing where the rows are nearly as good.
    assert best_columns(structure, 860, 250, now=7) == 7
    assert best_columns(analyse(Graph()), 850, 210) == 0


def test_a_long_chain_stays_readable() -> None:
    structure = analyse(graph_of("chain"))
    columns = best_columns(structure, 850, 200)
    assert 5 <= columns <= 9
    assert 850 / place(structure, columns).width > READABLE_SCALE


def test_a_thousand_nodes_are_placed_quickly(benchmark_seconds: Callable[..., float]) -> None:
    recording = recording_of(Residual(64), 3)
    assert len(recording.graph.nodes) > 900

    def all_of_it() -> None:
        structure = analyse(recording.graph)
        place(structure, best_columns(structure, 850, 200))

    assert benchmark_seconds(all_of_it) < 0.5


@pytest.fixture
def benchmark_seconds() -> Callable[..., float]:
    import timeit

    return lambda call: min(timeit.repeat(call, number=1, repeat=3))


# -- what is shown ---------------------------------------------------------------------------


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


def test_node_texts(make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    root, conv = (
        view_state.cursor.recording.graph.nodes[0],
        node_of(view_state, "ConvolutionBackward0"),
    )
    assert gradient_text(conv, None) == "∂ 3×16×13×13"
    assert gradient_text(root, view_state.cursor.recording.at(0)) == "∂"
    assert gradient_text(root, view_state.cursor) == "∂ 1.000"
    assert gradient_text(replace(root, shape=None), view_state.cursor) == ""
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


def colors(view: AutogradView) -> set[str]:
    image = view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    return {f"#{int(pixel) & 0xFFFFFF:06x}" for pixel in np.unique(pixels)}


def test_the_structure_is_built_once(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    placement = view.canvas.item.placement
    view.show_view_state(make_view_state(DIGITS, iterations=1))  # an equal graph, other arrays
    assert view.canvas.item.placement is placement
    view.show_view_state(make_view_state())
    assert view.canvas.item.placement is not placement


# -- choosing --------------------------------------------------------------------------------


def spot(view: AutogradView, node: int) -> QPoint:
    return view.canvas.mapFromScene(view.canvas.item.box(node).center())


def test_a_click_picks_a_node(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    for node in view_state.cursor.recording.graph.nodes:
        with qtbot.waitSignal(view.picked) as picked:
            QTest.mouseClick(
                view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(view, node.id)
            )
        assert picked.args == ["node", node.key]


def test_keys_follow_the_edges(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    view.canvas.setFocus()
    chosen: list[object] = []
    view.picked.connect(lambda kind, key: chosen.append((kind, key)))
    keys = [Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down]
    for key in [*keys, Qt.Key.Key_Return]:
        QTest.keyClick(view.canvas, key)
    assert chosen == [("node", node_of(view_state, "fc3.weight").key)]
    QTest.keyClick(view.canvas, Qt.Key.Key_Up)
    QTest.keyClick(view.canvas, Qt.Key.Key_Right)
    QTest.keyClick(view.canvas, Qt.Key.Key_Return)
    assert chosen[-1] == ("node", node_of(view_state, "fc3.bias").key)


@pytest.mark.parametrize("name", GRAPHS)
def test_keys_reach_every_node(name: str) -> None:
    structure = analyse(graph_of(name))
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    reached, left = {0}, [0]
    while left:
        node = left.pop()
        for key in keys:
            following = neighbour_node(structure, node, key)
            if following is not None and following not in reached:
                reached.add(following)
                left.append(following)
    assert reached == {node.id for node in structure.graph.nodes}


def test_selection_is_ringed(view: AutogradView, make_view_state: MakeViewState) -> None:
    view_state = make_view_state(DIGITS)
    view.show_view_state(view_state)
    before = colors(view)
    view.select(select(view_state.cursor.recording, "parameter", "conv1.bias"))
    assert DARK.accent in colors(view)
    view.select(None)
    assert colors(view) == before


# -- zoom and pan ----------------------------------------------------------------------------


def scale(view: AutogradView) -> float:
    return view.canvas.transform().m11()


def press(view: AutogradView, name: str) -> None:
    button = view.findChild(QToolButton, name)
    assert isinstance(button, QToolButton)
    assert button.accessibleName()
    assert button.toolTip()
    button.click()


def test_buttons_zoom_and_fit(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    home = scale(view)
    press(view, "graphZoomIn")
    assert scale(view) > home
    press(view, "graphZoomOut")
    press(view, "graphZoomOut")
    assert scale(view) < home
    press(view, "graphFit")
    assert scale(view) == pytest.approx(home)
    for _ in range(60):
        press(view, "graphZoomOut")
    view.canvas.grab()
    QTest.keyClick(view.canvas, Qt.Key.Key_0)
    assert scale(view) == pytest.approx(home)


def test_all_of_lenet_is_seen_at_first(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    for size in ((876, 267), (700, 210), (1408, 400)):
        view.resize(*size)
        port = view.canvas.viewport().rect()
        for node in view.canvas.item.graph.nodes:
            box = view.canvas.mapFromScene(view.canvas.item.box(node.id)).boundingRect()
            assert port.contains(box)


def test_the_wheel_zooms_at_the_mouse(view: AutogradView, make_view_state: MakeViewState) -> None:
    view.show_view_state(make_view_state(DIGITS))
    home = scale(view)
    point = QPointF(200, 60)
    wheel = QWheelEvent(
        point,
        view.canvas.viewport().mapToGlobal(point),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.canvas.wheelEvent(wheel)
    assert scale(view) > home


def test_a_drag_moves_and_picks_nothing(
    view: AutogradView, make_view_state: MakeViewState, qtbot: QtBot
) -> None:
    view.show_view_state(make_view_state(DIGITS))
    start = spot(view, 0)
    with qtbot.assertNotEmitted(view.picked):
        port = view.canvas.viewport()
        QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(port, start + QPoint(30, 20))
        QTest.mouseMove(port, start + QPoint(60, 40))
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 40))
    moved = spot(view, 0) - start
    assert (moved - QPoint(60, 40)).manhattanLength() <= 4
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert (spot(view, 0) - start).manhattanLength() <= 4


def test_the_node_at_the_cursor_is_brought_into_view(
    view: AutogradView, make_view_state: MakeViewState
) -> None:
    base = make_view_state(DIGITS)
    recording = recording_of(Chain())
    span = recording.span(Phase.BACKWARD)
    assert span is not None
    view.show_view_state(replace(base, cursor=recording.at(0)))
    for position in range(span.start + 1, span.stop + 1):
        view.show_view_state(replace(base, cursor=recording.at(position)))
        node = recording.events[position - 1].node
        assert node is not None
        assert view.canvas.viewport().rect().contains(spot(view, node))


# -- edges -----------------------------------------------------------------------------------


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
            replace(e, inputs=(value,), outputs=(None,)) if e.phase is Phase.BACKWARD else e
            for e in recording.events
        )
        broken = replace(recording, events=events)
        view.show_view_state(replace(view_state, cursor=broken.at(len(events))))
        view.canvas.grab()
    assert gradient_text(recording.graph.nodes[0], broken.at(len(events))) == "∂ nan"


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
