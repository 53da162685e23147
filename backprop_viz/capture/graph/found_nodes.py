"""The nodes that a walk has found, and what is asked for of all of them as a backward begins."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graph_ages import node_numbers
from backprop_viz.capture.graph.graphs import Nodes, accumulates
from backprop_viz.capture.graph.saved_tensors import NodesByKind, by_kind


class NumberedNodes:
    """Nodes, each with its place among them as its number."""

    def __init__(self, nodes: Sequence[GradFn] = ()) -> None:
        self._nodes = nodes

    @cached_property
    def ids(self) -> Mapping[GradFn, int]:
        """The number of each. They are counted when somebody asks."""
        return {node: i for i, node in enumerate(self._nodes)}


class FoundNodes:
    """Nodes in the order of a walk. What is told of them stays: each is asked for it once.

    ``new``: all but those of leaves are known to be of this iteration.
    """

    def __init__(self, nodes: Nodes, new: bool = False) -> None:
        self._nodes, self._new = nodes, new

    @cached_property
    def all(self) -> list[GradFn]:
        """The nodes, nearest first."""
        return list(self._nodes)

    @cached_property
    def kinds(self) -> NodesByKind:
        """The same by their types."""
        return by_kind(self._nodes)

    @cached_property
    def leaves(self) -> Mapping[GradFn, Tensor]:
        """The leaf of each of the nodes that adds to one."""
        kinds = filter(accumulates, self.kinds)
        found = [(node, getattr(node, "variable", None)) for k in kinds for node in self.kinds[k]]
        return {node: leaf for node, leaf in found if leaf is not None}

    @cached_property
    def oldest(self) -> int | None:
        """The least of the numbers that torch has given them.

        None of no nodes, or where all but those of leaves are of this iteration.
        """
        return None if self._new else min(node_numbers(self._nodes), default=None)
