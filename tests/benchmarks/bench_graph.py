"""A grad_fn graph of a thousand nodes, and of ten thousand, from walking it to panning it.

    python tests/benchmarks/bench_graph.py

The networks are a ResNet-152, one ten times as deep, and a GRU of 96 steps, in plain torch. The
peer is torchviz with graphviz's ``dot`` to SVG, where both are installed; otherwise the bar is for
ours alone.
"""

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from deep_nets import RESNET_152, Recurrent, ResNet
from PySide6.QtWidgets import QApplication
from report import Figure, print_figures

from backprop_viz.analysis.graph.folded_graph import unfolded_graph
from backprop_viz.analysis.graph.layered_layout import bent_layout
from backprop_viz.capture.graph.graphs import grad_fn_graph, parameter_names, walk
from backprop_viz.desktop.panels.autograd.graph_canvas import GraphCanvas
from backprop_viz.desktop.system.garbage_collector import Collector

ROUNDS = 5
FRAMES = 60
TEN_TIMES = (30, 80, 384, 30)  # 10,000 nodes
SIZE = (880, 230)


def seconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def loss_of(blocks: tuple[int, ...]) -> tuple[torch.nn.Module, torch.Tensor]:
    """A network and the loss of a forward pass; narrow, for the graph is the same."""
    torch.manual_seed(0)
    net = ResNet(blocks, width=4)
    return net, loss_on(net, torch.rand(2, 1, 32, 32))


def loss_on(net: torch.nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """The cross-entropy of a network's outputs for two inputs."""
    return torch.nn.functional.cross_entropy(net(inputs), torch.zeros(2, dtype=torch.long))


def shown(canvas: GraphCanvas, names: dict[int, str], loss: torch.Tensor) -> dict[str, float]:
    """The seconds of each step from a loss to a painted graph."""
    root = loss.grad_fn
    assert root is not None
    bent_layout.cache_clear()
    found: list[Any] = []
    steps: dict[str, Callable[[], object]] = {
        "walk": lambda: found.append(walk(root)),
        "graph": lambda: found.append(grad_fn_graph(found[0], names)),
        "layout and scene": lambda: canvas.show_graph(unfolded_graph(found[1], None), None),
        "first frame": canvas.viewport().repaint,
    }
    return {name: seconds(step) for name, step in steps.items()}


def canvas_on_screen() -> GraphCanvas:
    """An empty canvas, as large as in a window of 1600x1000."""
    canvas = GraphCanvas()
    canvas.resize(*SIZE)
    canvas.show()
    QApplication.processEvents()
    return canvas


def view_states(canvas: GraphCanvas) -> float:
    """The 95th percentile of the milliseconds of panning and zooming, near by and from afar."""
    spent = []

    def paint(act: Callable[[], object]) -> None:
        spent.append(1e3 * seconds(lambda: (act(), QApplication.processEvents())))

    canvas.fit()
    QApplication.processEvents()
    bar = canvas.horizontalScrollBar()
    for verb, times in ((canvas.zoom_in, 14), (canvas.zoom_out, 20), (canvas.zoom_in, 10)):
        for i in range(times):
            paint(verb)
            for step in (30, 30) if i % 4 == 0 else ():
                paint(lambda step=step: bar.setValue(bar.value() + step))
    return float(np.percentile(spent, 95))


def dot_seconds(parameters: dict[str, torch.Tensor], loss: torch.Tensor) -> float | None:
    """torchviz and dot from the loss to SVG; None where they are not installed."""
    try:
        from torchviz import make_dot
    except ImportError:
        return None
    if shutil.which("dot") is None:
        return None
    return seconds(lambda: make_dot(loss, parameters).pipe("svg"))


def deep_graph() -> Iterator[Figure]:
    net, loss = loss_of(RESNET_152)
    names, parameters = parameter_names(net), dict(net.named_parameters())
    runs, peers = [], []
    for _ in range(ROUNDS):
        canvas = canvas_on_screen()
        runs.append(shown(canvas, names, loss))
        peer = dot_seconds(parameters, loss)
        peers += [] if peer is None else [peer]
    ours = statistics.median(run["walk"] + run["graph"] + run["layout and scene"] for run in runs)
    yield Figure("ResNet-152's graph: walk, layout, scene", ours, "s", 0.5)
    if peers:
        peer = statistics.median(peers)
        yield Figure("the same beside the peer", ours, "s", 0.1, peer, "torchviz, dot, SVG")
    painted = statistics.median(run["first frame"] for run in runs)
    yield Figure("the same graph: first frame", painted * 1e3, "ms", 16)
    yield Figure("the same graph: pan and zoom", view_states(canvas), "ms", 16)


def deeper_graph() -> Iterator[Figure]:
    net, loss = loss_of(TEN_TIMES)
    canvas = canvas_on_screen()
    for step, spent in shown(canvas, parameter_names(net), loss).items():
        yield Figure(f"10,000 nodes: {step}", spent, "s", 2)
    yield Figure("10,000 nodes: all of it at once", seconds(canvas.fit), "s", 2)
    yield Figure("10,000 nodes: pan and zoom", view_states(canvas), "ms", 50)


def recurrent_graph() -> Iterator[Figure]:
    torch.manual_seed(0)
    net = Recurrent()
    loss = loss_on(net, torch.rand(2, 96, 8))
    run = shown(canvas_on_screen(), parameter_names(net), loss)
    spent = run["walk"] + run["graph"] + run["layout and scene"]
    yield Figure("a 96-step GRU's graph: walk, layout, scene", spent, "s", 0.5)


def main() -> None:
    torch.set_num_threads(1)
    application = QApplication.instance() or QApplication([])
    collector = Collector(application)  # as in the window: not in the midst of something
    print_figures(deep_graph())
    print_figures(deeper_graph())
    print_figures(recurrent_graph())
    collector.deleteLater()


if __name__ == "__main__":
    main()
