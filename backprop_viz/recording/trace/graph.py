"""The grad_fn graph of an iteration, as plain data."""

from dataclasses import dataclass

from backprop_viz.recording.trace.quick_records import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True)
class Saved:
    """A tensor that a grad_fn node saved in forward for its backward: ``_saved_`` + ``name``."""

    name: str
    shape: tuple[int, ...]
    bytes: int


@quickly_made
@dataclass(frozen=True, slots=True)
class Node:
    """One grad_fn node.

    ``id`` is its number in this graph: its place among the graph's nodes. ``key`` names it in
    every graph of a network: that of the output and that of the loss, in every iteration, whatever
    the loss. ``saved`` is freed when backward has run the node. ``sends``: the receiver
    of each gradient, as (node's id, at which of its outputs it arrives); None where none is needed.
    """

    id: int
    name: str
    shape: tuple[int, ...] | None
    parameter: str | None = None
    saved: tuple[Saved, ...] = ()
    key: str = ""
    sends: tuple[tuple[int, int] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph of grad_fn nodes; an edge leads from a node to one of its ``next_functions``.

    The edges are pairs of ids. ``others``: of the outputs of forward operations that are not the
    first and have another node than that, as a recurrent layer's last state has: (event, output,
    the node's id, at which of its outputs).
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    others: tuple[tuple[int, int, int, int], ...] = ()

    def find(self, node: str | int | None) -> Node | None:
        """The node with this key, or with this id."""
        return next((n for n in self.nodes if node in (n.key, n.id)), None)
