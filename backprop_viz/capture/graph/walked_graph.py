"""The grad_fn graph of an iteration as it grows: every backward adds its nodes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.found_nodes import FoundNodes, NumberedNodes
from backprop_viz.capture.graph.graphs import (
    Nodes,
    Operation,
    chosen_nodes,
    grad_fn_graph,
    grad_fn_of,
    is_functions_node,
    keepers_of,
    leading_on,
    walk_all,
    weight_nodes,
)
from backprop_viz.capture.graph.last_made import LastGraph
from backprop_viz.capture.graph.node_keys import Maker, identities
from backprop_viz.capture.graph.saved_tensors import SavedByNodes, by_kind
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.snapshots import TensorSnapshots
from backprop_viz.recording.trace.graph import Graph


class WalkedGraph:
    """The nodes that were found from the roots of an iteration, and the ``Graph`` of them.

    The nodes of a backward that has begun stay, with their numbers. Until then the nodes found
    last are those of the newest result: a walk from the loss takes the place of one from the
    output. The lists keep the nodes alive, with their keepers, and with them their hooks.

    ``snapshots``: what is kept of a node depends on what it belongs to where they cut a batch.
    ``last`` is the graph that was made last of the same model.
    """

    def __init__(
        self,
        names: Mapping[int, str],
        last: LastGraph,
        snapshots: TensorSnapshots,
        only: ModuleChoice | None = None,
    ) -> None:
        self._only, self._snapshots, self._last = only, snapshots, last
        self.nodes: list[GradFn] = []
        self.roots: list[GradFn | None] = []  # of the newest result; None for a leaf
        self.newest = FoundNodes({})  # those that the newest roots lead to
        self.numbered = NumberedNodes()
        self.all: Nodes = {}
        # The nodes of outputs that are not an operation's first, as ``Graph`` has them.
        self.others: tuple[tuple[int, int, int, int], ...] = ()
        # The nodes that take gradients of weights alone, in which no sample has part.
        self.of_weights: frozenset[GradFn] = frozenset()
        # With ``only=``: the nodes of the modules that are kept full.
        self.chosen: frozenset[GradFn] = frozenset()
        self._names = names
        self._kept = 0
        self._keys: dict[GradFn, str] = {}
        self._walks = 0
        self._saved = SavedByNodes({}, {})  # of each node when it was found
        # By how many backwards had begun before.
        self._keepers: dict[int, list[GradFn]] = {}
        # The walks of which no graph has been made yet.
        self._walked: list[_Walk] = []
        self._graph = Graph()

    def find(
        self,
        roots: Sequence[Tensor],
        operations: Sequence[Operation],
        output: Tensor | None,
        weights: set[int],
        later: Callable[[], Sequence[Maker]] | None = None,
        plain: bool = False,
    ) -> list[GradFn]:
        """Walk from these roots' nodes; those that were found, those of earlier walks among them.

        ``later`` gives those of operations that came after these, when the graph is made.
        ``plain``: all nodes but those of leaves are of this iteration, and nobody has hooked any.
        """
        kept = self.nodes[: self._kept]
        self.roots = list(map(grad_fn_of, roots))
        walked = walk_all([node for node in self.roots if node is not None])
        self.newest = FoundNodes(walked, plain)
        found = self.newest.all
        if kept:
            ids = set(kept)
            self.nodes = kept + [node for node in found if node not in ids]
            self.all = dict.fromkeys(kept) | walked
        else:
            self.nodes, self.all = found, walked
        self.numbered = NumberedNodes(self.nodes)
        makers = _makers(operations)
        ends = roots if output is None else [*roots, output]
        self._keepers[self._walks] = [*keepers_of(ends), *_keepers(operations, makers)]
        # A backward may have freed what the nodes kept that were there before.
        before = self._saved.known
        if before:
            new = by_kind([node for node in self.all if node not in before])
            known = {node: before[node] for node in self.all if node in before}
            self._saved = SavedByNodes(new, known)
        else:
            self._saved = SavedByNodes(self.newest.kinds, {}, plain)
        if self._walked and self._walked[-1].number == self._walks:
            self._walked.pop()  # no backward has begun at what was found then
        root = grad_fn_of(output)
        made = makers, later, root, self._saved
        self._walked.append(_Walk(self._walks, kept, walked, self.all, *made))
        if self._snapshots.cuts:
            self.of_weights |= weight_nodes(leading_on(found), operations, weights)
        if self._only is not None:
            chosen_of = leading_on(found), operations, self._names, self._only
            self.chosen |= chosen_nodes(*chosen_of)
        return found

    @property
    def ids(self) -> Mapping[GradFn, int]:
        """The number of each of the nodes."""
        return self.numbered.ids

    @property
    def graph(self) -> Graph:
        """The graph as it was found last. It is made when somebody asks for it."""
        for walk in self._walked:
            makers = [*walk.makers, *(walk.later() if walk.later else ())]
            saved, edges = walk.saved.of(walk.all), leading_on(walk.all)
            if not walk.kept:
                made_of = edges, makers, walk.output, self._names, saved
                self._graph, keys = self._last.made(*made_of)
                self._keys = dict(zip(edges, keys, strict=True))
                continue
            found_of = {node: edges[node] for node in walk.found}
            found = identities(found_of, makers, walk.output, self._names)
            self._keys = self._told_apart(walk, found)
            self._graph = grad_fn_graph(edges, self._names, self._keys, saved)
        self._walked.clear()
        if self._graph.others != self.others:
            self._graph = replace(self._graph, others=self.others)
        return self._graph

    def _told_apart(self, walk: "_Walk", keys: dict[GradFn, str]) -> dict[GradFn, str]:
        """The keys of all nodes: a later walk's are told apart by its number."""
        old = {node: self._keys[node] for node in walk.kept}
        taken = set(old.values())
        number = f" @{walk.number + 1}"
        return {node: key + number if key in taken else key for node, key in keys.items()} | old

    def keep(self) -> None:
        """Backward has begun: the nodes keep their numbers from now on."""
        self._kept = len(self.nodes)
        self._walks += 1


class _Walk(NamedTuple):
    """What a graph is made of: what was known when it was walked."""

    number: int  # how many backwards had begun before
    kept: Sequence[GradFn]  # the nodes of those
    found: Nodes
    all: Nodes
    makers: Sequence[Maker]
    later: Callable[[], Sequence[Maker]] | None  # and what tells those that follow
    output: GradFn | None
    saved: SavedByNodes


def _keepers(operations: Iterable[Operation], makers: Iterable[Maker]) -> Iterator[GradFn]:
    for operation, (_, _, node) in zip(operations, makers, strict=True):
        if is_functions_node(node):
            yield from operation.keepers or keepers_of(operation.made[:1])


def _makers(operations: Iterable[Operation]) -> list[Maker]:
    return [(o.phase, o.op, o.grad_fn or grad_fn_of(o.made[0])) for o in operations]
