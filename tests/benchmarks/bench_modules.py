"""A network of 50,000 grad_fn nodes: to open it folded, to unfold it, and to pan over it.

python tests/benchmarks/bench_modules.py
"""

import os
from collections.abc import Iterator
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from bench_graph import seconds
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget
from report import Figure, print_figures

from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.modules.modules_view import ModulesView
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.history import History
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import Event, Parameter, PhaseSpan
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.layers import ForwardPass, Layer, LayerGraph, Output
from backprop_viz.recording.trace.modules import Module
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import TensorTable

BLOCKS, IN_BLOCK = 2500, 4
FRAMES = 60
# What torch's graph has for a linear layer on sequences, from the loss on.
KINDS = ("ViewBackward0", "AddmmBackward0", "ViewBackward0", "TBackward0", "AccumulateGrad")


def recording_of_blocks() -> Recording:
    """A recorded forward and backward of so many blocks, without torch: the numbers are ones."""
    table = TensorTable()
    made, weight = np.ones((2, 4), np.float32), np.ones((4, 4), np.float32)
    last = table.add(made)
    names = [f"blocks.{b}.fc{k}" for b in range(BLOCKS) for k in range(IN_BLOCK)]
    modules = [Module("", "Deep"), Module("blocks", "ModuleList")]
    modules += [Module(f"blocks.{b}", "Block") for b in range(BLOCKS)]
    modules += [Module(name, "Linear") for name in names]
    layers = [Layer(0, "x", (), (4,), tensor=last)]
    events: list[Event] = []
    parameters = []
    nodes: list[Node] = []
    edges: list[tuple[int, int]] = []
    for place, name in enumerate(names):
        # Backward comes from the other end.
        first = len(KINDS) * (len(names) - 1 - place)
        value = Parameter(f"{name}.weight", table.add(weight.copy()), None, table)
        parameters.append(value)
        new = table.add(made.copy())
        ids = (last, value.value_id)
        events.append(Event(Phase.FORWARD, "linear", ids, (new,), table, first, module=name))
        layer = Layer(place + 1, name, (place,), (4,), (value.name,), first, module=name)
        layers.append(replace(layer, outputs=(Output("linear", first),)))
        last = new
    for place, name in enumerate(reversed(names)):
        first = len(KINDS) * place
        for i, kind in enumerate(KINDS):
            leaf = f"{name}.weight" if kind == "AccumulateGrad" else None
            nodes.append(Node(first + i, kind, (2, 4), leaf, key=f"{kind}{first + i}"))
            grad = table.add((weight if leaf else made).copy())
            given = (None, grad) if leaf else (grad,)
            events.append(
                Event(Phase.BACKWARD, kind, given, (grad,), table, first + i, parameter=leaf)
            )
        edges += [(first + a, first + b) for a, b in ((0, 1), (1, 2), (1, 3), (3, 4))]
        if place:
            edges.append((first - 3, first))
    chain = tuple((i, i + 1) for i in range(len(names)))
    return Recording(
        1,
        tuple(parameters),
        tuple(events),
        (
            PhaseSpan(Phase.FORWARD, 0, len(names), 0.1),
            PhaseSpan(Phase.BACKWARD, len(names), len(events), 0.1),
        ),
        Graph(tuple(nodes), tuple(edges)),
        (ForwardPass(0, LayerGraph(tuple(layers), chain)),),
        input_id=0,
        model="Deep",
        modules=tuple(modules),
        tensors=table,
    )


def state_at(recording: Recording, position: int) -> ViewState:
    """What the window shows of the recording."""
    return ViewState(
        settings=Settings(),
        cursor=recording.at(position),
        program=Program(()),
        curves=History().curves(),
        iteration=1,
        due=Phase.ZERO_GRAD,
    )


def panned(bar: QScrollBar, step: int) -> float:
    """The 95th percentile of the milliseconds of a frame while a panel is scrolled."""
    spent = []
    for i in range(FRAMES):
        bar.setValue(i * step % max(bar.maximum(), 1))
        spent.append(1e3 * seconds(QApplication.processEvents))
    return float(np.percentile(spent, 95))


def shown(panel: QWidget) -> None:
    """Put an empty panel on the screen, as large as in a window of 1600x1000."""
    panel.resize(880, 320)
    panel.show()
    QApplication.processEvents()


def figures() -> Iterator[Figure]:
    application = QApplication.instance() or QApplication([])
    recording = recording_of_blocks()
    whole = state_at(recording, len(recording.events))
    network, modules, graph = NetworkView(), ModulesView(), AutogradView()
    opened = 0.0
    for panel in (network, modules, graph):
        shown(panel)
        opened += seconds(lambda panel=panel: (panel.show_view_state(whole), panel.grab()))
    title = f"{len(recording.graph.nodes):,} nodes in {BLOCKS:,} blocks"
    yield Figure(f"{title}: opened in three panels", opened, "s", 3)
    canvas = network.modules.canvas
    place = next(i for i, box in enumerate(canvas.network.boxes) if box.rows[0].module == "blocks")
    unfolded = seconds(lambda: (canvas.toggle(canvas.row((place, 0))), network.grab()))
    assert len(canvas.network.boxes) == BLOCKS + 1
    yield Figure(f"{title}: unfolded into its blocks", unfolded, "s", 1)
    bar = network.modules.horizontalScrollBar()
    yield Figure(f"{title}: panned, folded, p95", panned(bar, 997), "ms", 33)
    yield Figure(f"{title}: folded", seconds(lambda: (canvas.fold_all(), network.grab())), "s", 1)
    bar = graph.canvas.horizontalScrollBar()
    yield Figure(f"{title}: the graph panned, p95", panned(bar, 97), "ms", 33)
    middle, spent = len(recording.events) // 2, []
    for position in range(middle, middle + FRAMES):
        moved = state_at(recording, position)
        spent.append(
            1e3 * seconds(lambda moved=moved: (network.show_view_state(moved), network.grab()))
        )
    yield Figure(f"{title}: a step in the network, p95", float(np.percentile(spent, 95)), "ms", 50)
    application.processEvents()


if __name__ == "__main__":
    print_figures(figures())
