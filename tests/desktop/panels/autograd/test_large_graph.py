"""A graph of a thousand nodes: folded, found, named and painted as far as it can be seen."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

from backprop_viz.analysis.graph.box_sizes import OPEN
from backprop_viz.analysis.graph.folded_graph import unfolded_graph
from backprop_viz.analysis.graph.graph_fit import best_columns
from backprop_viz.analysis.graph.graph_layout import place
from backprop_viz.analysis.graph.graph_structure import analyse
from backprop_viz.capture.graph.graphs import grad_fn_graph, parameter_names, walk
from backprop_viz.capture.graph.saved_tensors import saved_by
from backprop_viz.desktop.panels.autograd.graph_canvas import GraphCanvas
from backprop_viz.desktop.panels.autograd.graph_index import index_edges, index_nodes
from backprop_viz.desktop.panels.autograd.module_spans import stretches
from backprop_viz.recording.trace.graph import Graph

AREA = (850.0, 200.0)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)
        self.norm = nn.BatchNorm2d(2)

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.relu(self.norm(self.conv(x)))


class Deep(nn.Module):
    def __init__(self, stages: int, blocks: int) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            *(nn.Sequential(*(Block() for _ in range(blocks))) for _ in range(stages))
        )
        self.fc = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.stages(x).mean((2, 3)))


@pytest.fixture(scope="module")
def graph() -> Graph:
    net = Deep(4, 30)
    root = net(torch.rand(2, 2, 3, 3)).sum().grad_fn
    assert root is not None
    graph = grad_fn_graph(walk(root), parameter_names(net))
    # Keys come with the operations that ran; here none was recorded.
    return replace(graph, nodes=tuple(replace(n, key=f"node {n.id}") for n in graph.nodes))


@pytest.fixture
def canvas(graph: Graph, qtbot: QtBot) -> GraphCanvas:
    canvas = GraphCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(880, 230)
    canvas.show()
    canvas.show_graph(unfolded_graph(graph, None), None)
    return canvas


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """What is written on the graph, and how many pixels high on screen."""
    written: list[tuple[str, float]] = []

    original = QPainter.drawText

    def draw(self: QPainter, *args: object) -> None:
        scale = self.worldTransform().m11()
        written.append((str(args[-1]), self.font().pixelSize() * scale))
        original(self, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainter, "drawText", draw)
    return written


def test_all_of_it_fills_the_area(graph: Graph) -> None:
    structure = analyse(graph)
    assert len(graph.nodes) > 800
    readable = place(structure, best_columns(structure, *AREA))
    assert AREA[0] / readable.width > OPEN.readable
    whole = place(structure, best_columns(structure, *AREA, readable=False))
    across, down = AREA[0] / whole.width, AREA[1] / whole.height
    assert 0.75 < across / down < 1.33
    assert min(across, down) > 2 * AREA[1] / readable.height


def test_what_is_within_an_area_is_found(graph: Graph) -> None:
    structure = analyse(graph)
    placement = place(structure, 20)
    nodes, edges = index_nodes(placement, 0), index_edges(placement, 0)
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, y = rng.random(2) * (placement.width, placement.height)
        width, height = rng.random(2) * 900
        area = QRectF(x, y, width, height)
        sides = (x, y, x + width, y + height)
        expected = [
            node
            for node, r in placement.rects.items()
            if QRectF(r.x, r.y, r.width, r.height).intersects(area)
        ]
        assert nodes.within(*sides) == expected
        found = set(edges.within(*sides))
        for edge, points in placement.edges.items():
            ends = [point for point in points if area.contains(QPointF(*point))]
            assert not ends or edge in found
    everything = (-1e9, -1e9, 1e9, 1e9)
    assert nodes.within(*everything) == list(placement.rects)
    assert edges.within(*everything) == list(placement.edges)


def test_stretches_name_the_modules_in_order(graph: Graph) -> None:
    structure = analyse(graph)
    placement = place(structure, 20)
    first, second, third = stretches(structure, placement)
    assert [s.module for s in first] == ["fc", "stages"]
    assert [s.module for s in second] == ["fc", "stages.3", "stages.2", "stages.1", "stages.0"]
    blocks = [f"stages.{i}.{j}" for i in range(3, -1, -1) for j in range(29, -1, -1)]
    assert [s.module for s in third] == ["fc", *blocks]
    for level in (first, second, third):
        boxes = [box for stretch in level for box in stretch.boxes]
        chain = [n for n, lane in structure.lanes.items() if lane == 0]
        for node in chain:
            rect = placement.rects[node]
            holding = [b for b in boxes if b.x <= rect.x and rect.right <= b.right]
            assert sum(b.y <= rect.y and rect.bottom <= b.bottom for b in holding) == 1
        assert all(a.y < b.y or a.right <= b.x for a, b in pairwise(boxes))


@pytest.mark.parametrize("steps", range(0, 14, 2))
def test_nothing_illegible_is_written(
    canvas: GraphCanvas, texts: list[tuple[str, float]], steps: int
) -> None:
    canvas.fit()
    for _ in range(steps):
        canvas.zoom_in()
    texts.clear()
    canvas.grab()
    assert texts
    assert min(size for _, size in texts) > 10.99
    names = [text for text, _ in texts if text.startswith(("fc", "stages"))]
    assert len(names) == len(set(names))
    if steps == 0:
        assert names == ["fc", "stages.3", "stages.2", "stages.1", "stages.0"]


def test_only_what_is_in_sight_is_painted(
    canvas: GraphCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[QRectF] = []
    original = QPainter.drawRoundedRect

    def draw(self: QPainter, box: QRectF, *more: float) -> None:
        boxes.append(QRectF(box))
        original(self, box, *more)

    monkeypatch.setattr(QPainter, "drawRoundedRect", draw)
    canvas.grab()
    painted = [n.id for n in canvas.item.graph.nodes if canvas.item.box(n.id) in boxes]
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    inside = {n.id for n in canvas.item.graph.nodes if canvas.item.box(n.id).intersects(seen)}
    assert inside <= set(painted)
    assert len(painted) <= len(inside) + 12
    assert len(boxes) < 80


def test_nodes_are_found_by_the_mouse_zoomed_out(canvas: GraphCanvas) -> None:
    canvas.fit()
    for node in canvas.item.graph.nodes[::37]:
        assert canvas.item.node_at(canvas.item.box(node.id).center()) == node.id


def test_zoomed_out_a_mark_is_seen(canvas: GraphCanvas) -> None:
    canvas.fit()
    canvas.item.focused = None
    before = canvas.grab().toImage()
    assert canvas.grab().toImage() == before
    canvas.set_selected(frozenset({"node 400"}))
    marked = canvas.grab().toImage()
    assert marked != before
    canvas.set_selected(frozenset())
    assert canvas.grab().toImage() == before


def test_a_resize_leaves_the_whole_whole(canvas: GraphCanvas) -> None:
    canvas.fit()
    canvas.resize(700, 320)
    port = canvas.viewport().rect()
    for node in canvas.item.graph.nodes:
        assert port.contains(canvas.mapFromScene(canvas.item.box(node.id)).boundingRect())


def test_every_saved_tensor_is_found() -> None:
    """The raw forms only tell which attributes to look at: none that holds a tensor is missed."""
    x = torch.rand(2, 2, 4, 4, requires_grad=True)
    norm, lstm = nn.BatchNorm2d(2), nn.LSTM(4, 3)
    y = nn.functional.max_pool2d(norm(torch.tanh(x) ** 2), 2)
    z, _ = lstm(nn.functional.interpolate(y, 4)[0])
    loss = torch.cat([z, z.exp()]).std() + nn.functional.cross_entropy(
        y[0, 0], torch.tensor([0, 1])
    )
    root = loss.grad_fn
    assert root is not None
    count = 0
    for node in walk(root):
        found = []
        for name in dir(node):
            if name.startswith("_saved_"):
                value = getattr(node, name)
                values = value if isinstance(value, list | tuple) else (value,)
                found += [tuple(v.shape) for v in values if isinstance(v, Tensor)]
        assert [saved.shape for saved in saved_by(node)] == found
        count += len(found)
    assert count > 15
