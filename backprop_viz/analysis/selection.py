"""One selection: what belongs to a parameter, a layer, a grad_fn node or a module."""

from dataclasses import dataclass
from typing import Literal

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.graph import Node
from backprop_viz.recording.trace.layers import Layer

SelectionKind = Literal["parameter", "layer", "node", "module"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The thing chosen (``kind`` and ``key``) and what belongs to it in every panel.

    ``key``: a parameter's or a module's dotted name, a layer's name, or a node's key. ``nodes`` are
    keys too, ``lines`` are lines of the network's source file.
    """

    kind: SelectionKind
    key: str
    parameters: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()


def select(recording: Recording, kind: SelectionKind, key: str | int) -> Selection:
    """What belongs to a thing of a recording. A node is found by its key or by its id."""
    graph = recording.graph
    chosen = graph.find(key) if kind == "node" else None
    every = (layer for ran in recording.passes for layer in ran.layers.layers)
    layers = {y for y in every if _belongs(recording, y, kind, key, chosen)}
    events = [recording.events[i] for layer in layers for i in layer.operations]
    ids = {e.node for e in events if e.node is not None}
    names = {p for layer in layers for p in layer.parameters}
    if kind == "parameter":
        names = {str(key)}
    elif kind == "module":
        names |= {p.name for p in recording.parameters if is_under(p.name, str(key))}
    if chosen is not None:
        names = {chosen.parameter} if chosen.parameter else names
        ids.add(chosen.id)
    nodes = {n.key for n in graph.nodes if n.id in ids or n.parameter in names}
    return Selection(
        kind,
        str(key) if chosen is None else chosen.key,
        frozenset(names),
        frozenset(layer.name for layer in layers),
        frozenset(nodes if chosen or kind != "node" else {*nodes, str(key)}),
        frozenset(e.line for e in events if e.line is not None),
    )


def is_under(name: str, module: str) -> bool:
    """Whether a dotted name is a module's or that of something in it."""
    return not module or name == module or name.startswith(f"{module}.")


def _belongs(
    recording: Recording, layer: Layer, kind: SelectionKind, key: str | int, node: Node | None
) -> bool:
    if kind == "parameter":
        return key in layer.parameters
    if kind == "layer":
        return key == layer.name
    if kind == "module":
        return layer.module is not None and is_under(layer.module, str(key))
    if node is None:
        return False
    made = any(recording.events[i].node == node.id for i in layer.operations)
    return made or node.parameter in layer.parameters
