"""One selection: what belongs to a parameter, a layer or a grad_fn node. No torch here."""

from dataclasses import dataclass
from typing import Literal

from .records import Layer, Recording

Kind = Literal["parameter", "layer", "node"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The thing chosen (``kind`` and ``key``) and its kin in every panel.

    ``key``: a parameter's dotted name, a layer's name, or a node's id. ``lines`` are lines of
    the network's source file.
    """

    kind: Kind
    key: str | int
    parameters: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    nodes: frozenset[int] = frozenset()
    lines: frozenset[int] = frozenset()


def select(recording: Recording, kind: Kind, key: str | int) -> Selection:
    """What belongs to the thing chosen, found in the recording."""
    layers = {layer for layer in recording.layers.layers if _belongs(recording, layer, kind, key)}
    events = [recording.events[i] for layer in layers for i in layer.operations]
    nodes = {e.node for e in events if e.node is not None}
    names = {p for layer in layers for p in layer.parameters}
    if kind == "parameter":
        names = {str(key)}
    if kind == "node":
        leaf = {n.parameter for n in recording.graph.nodes if n.id == key and n.parameter}
        names = {str(name) for name in leaf} or names
        nodes.add(int(key))
    nodes |= {n.id for n in recording.graph.nodes if n.parameter in names}
    return Selection(
        kind,
        key,
        frozenset(names),
        frozenset(layer.name for layer in layers),
        frozenset(nodes),
        frozenset(e.line for e in events if e.line is not None),
    )


def _belongs(recording: Recording, layer: Layer, kind: Kind, key: str | int) -> bool:
    if kind == "parameter":
        return key in layer.parameters
    if kind == "layer":
        return key == layer.name
    if any(recording.events[i].node == key for i in layer.operations):
        return True
    parameter = next((n.parameter for n in recording.graph.nodes if n.id == key), None)
    return parameter is not None and parameter in layer.parameters
