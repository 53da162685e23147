"""The grad_fn graph of an iteration as it grows: every backward adds its nodes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import (
    NextFunctions,
    Operation,
    chosen_nodes,
    grad_fn_graph,
    walk_all,
    weight_nodes,
)
from backprop_viz.capture.graph.node_keys import identities
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.recording.graph import Graph


class WalkedGraph:
    """The nodes that were found from the roots of an iteration, and the ``Graph`` of them.

    The nodes of a backward that has begun stay, with their numbers. Until then the nodes found
    last are those of the newest result: a walk from the loss takes the place of one from the
    output. The lists keep the nodes alive, and with them their hooks.
    """

    def __init__(self, names: Mapping[int, str], only: ModuleChoice | None = None) -> None:
        self._only = only
        self.nodes: list[GradFn] = []
        self.ids: dict[GradFn, int] = {}
        self.edges: NextFunctions = {}
        self.graph = Graph()
        # The nodes that take gradients of weights alone, in which no sample has part.
        self.of_weights: frozenset[GradFn] = frozenset()
        # With ``only=``: the nodes of the modules that are kept full.
        self.chosen: frozenset[GradFn] = frozenset()
        self._names = names
        self._kept = 0
        self._keys: dict[GradFn, str] = {}
        self._walks = 0

    def find(
        self,
        roots: Iterable[GradFn],
        operations: Sequence[Operation],
        output: Tensor | None,
        weights: set[int],
    ) -> list[GradFn]:
        """Walk from these roots; the nodes that were found, those of earlier walks among them."""
        kept = self.nodes[: self._kept]
        edges = walk_all(roots)
        found = list(edges)
        if kept:
            known = set(kept)
            self.nodes = kept + [node for node in found if node not in known]
        else:
            self.nodes = found
        self.edges = {node: self.edges[node] for node in kept} | edges
        self.ids = {node: i for i, node in enumerate(self.nodes)}
        self._keys = self._told_apart(kept, identities(edges, operations, output, self._names))
        self.graph = grad_fn_graph(self.edges, self._names, self._keys)
        self.of_weights |= weight_nodes(edges, operations, weights)
        if self._only is not None:
            self.chosen |= chosen_nodes(edges, operations, self._names, self._only)
        return found

    def _told_apart(self, kept: Iterable[GradFn], keys: dict[GradFn, str]) -> dict[GradFn, str]:
        """The keys of all nodes: a later walk's are told apart by its number."""
        if not kept:
            return keys
        old = {node: self._keys[node] for node in kept}
        taken = set(old.values())
        number = f" @{self._walks + 1}"
        return {node: key + number if key in taken else key for node, key in keys.items()} | old

    def tell_others(self, others: tuple[tuple[int, int, int, int], ...]) -> None:
        """Take note of the nodes of outputs that are not an operation's first."""
        if others != self.graph.others:
            self.graph = replace(self.graph, others=others)

    def keep(self) -> None:
        """Backward has begun: the nodes keep their numbers from now on."""
        self._kept = len(self.nodes)
        self._walks += 1
