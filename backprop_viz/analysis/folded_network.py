"""The network in few boxes: the layers of a module or a loop as one, or unfolded in place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from backprop_viz.analysis.module_tree import CONTAINERS, ModuleTree
from backprop_viz.analysis.repeated_layers import Pass, Repeat, repeats
from backprop_viz.recording.trace.layers import LayerGraph

# What is folded: a module, by its dotted name, a loop, or one of its passes.
Group = str | Repeat | Pass


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A line of a box: the layers from place ``first`` to ``stop``, of one group or one alone.

    ``group`` is what can be unfolded, None for a layer. ``depth`` counts the unfolded groups
    around it in its box.
    """

    first: int
    stop: int
    group: Group | None = None
    unfolded: bool = False
    depth: int = 0

    @property
    def module(self) -> str | None:
        """The dotted name of its module; None for a layer, a loop and a pass."""
        return self.group if isinstance(self.group, str) else None

    @property
    def repeat(self) -> Repeat | None:
        """The loop that it stands for; None for all else."""
        return self.group if isinstance(self.group, Repeat) else None


@dataclass(frozen=True, slots=True)
class NetworkBox:
    """The layers from place ``first`` to ``stop``; several rows where its group is unfolded."""

    rows: tuple[BoxRow, ...]

    @property
    def first(self) -> int:
        """The place of its first layer."""
        return self.rows[0].first

    @property
    def stop(self) -> int:
        """One past its last layer."""
        return self.rows[0].stop


@dataclass(frozen=True)
class FoldedNetwork:
    """Boxes in the order in which they ran; an edge leads from a box to one that reads it.

    ``links`` are the layers' own edges that each stands for.
    """

    boxes: tuple[NetworkBox, ...] = ()
    links: Mapping[tuple[int, int], tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Which box reads which."""
        return tuple(self.links)

    @cached_property
    def box_of_layer(self) -> tuple[int, ...]:
        """For each layer's place the place of its box."""
        return tuple(i for i, box in enumerate(self.boxes) for _ in range(box.first, box.stop))


class Folding:
    """Folds one network in different ways."""

    def __init__(self, layers: LayerGraph, tree: ModuleTree) -> None:
        self._layers, self._tree = layers, tree
        self._chains: list[tuple[Group, ...]] = [tree.chain(y.module) for y in layers.layers]
        for repeat in repeats(layers):
            self._roll(repeat)

    def _roll(self, repeat: Repeat) -> None:
        """Put a loop and its passes between the module that runs it and what is in each pass."""
        around = _shared(self._chains[repeat.first : repeat.stop])
        # A module that does nothing else is what each pass calls.
        while around and self._is_all_of(repeat, around - 1):
            around -= 1
        for one in repeat.passes():
            for place in range(one.first, one.stop):
                chain = self._chains[place]
                self._chains[place] = (*chain[:around], repeat, one, *chain[around:])

    def _is_all_of(self, repeat: Repeat, depth: int) -> bool:
        """Whether the module at a depth ran no layer just before the loop, and none after it."""
        module = self._chains[repeat.first][depth]
        beside = (repeat.first - 1, repeat.stop)
        known = (self._chains[place] for place in beside if 0 <= place < len(self._chains))
        return all(module not in chain for chain in known)

    def fold(self, spread: frozenset[str], unfolded: frozenset[Group]) -> FoldedNetwork:
        """The network with the modules ``spread`` taken apart into boxes of their own.

        The groups ``unfolded`` show what is in them, as rows of their box. A module whose layers
        did not run one after the other has a box for each time, but for those in a loop.
        """
        boxes = tuple(
            NetworkBox(tuple(self._rows(first, stop, module, unfolded, 0)))
            for first, stop, module in self._runs(0, len(self._chains), spread)
        )
        folded = FoldedNetwork(boxes)
        owner = folded.box_of_layer
        links: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for a, b in self._layers.edges:
            if owner[a] != owner[b]:
                links.setdefault((owner[a], owner[b]), []).append((a, b))
        return FoldedNetwork(boxes, {edge: tuple(found) for edge, found in links.items()})

    def spread(self, room: int) -> frozenset[str]:
        """Which modules to take apart for at most ``room`` boxes, the outermost first.

        What only wraps another module, as Lightning's and DDP's do, is taken apart anyway. Modules
        of one kind beside each other, as the blocks of a transformer are, stay alike. One that has
        no modules itself, as a norm written by hand, stays whole. Inputs stand below each other, in
        the room of one.
        """
        around = self._around_all()
        spread = frozenset(around[:-1])
        refused: set[str] = set()
        while True:
            runs = list(self._runs(0, len(self._chains), spread))
            found = dict.fromkeys(module for _, _, module in runs if isinstance(module, str))
            ways = [m for m in found if m not in refused and self._tree.nodes[m].below]
            if not ways:
                return spread
            first = min(ways, key=lambda name: name.count("."))
            chosen = [name for name in ways if self._is_like(name, first)]
            wider = spread.union(chosen)
            if self._size(wider) <= room * self._share(first, around):
                spread = wider
            else:
                refused.update(chosen)

    def _size(self, spread: frozenset[str]) -> int:
        """How many boxes there are beside each other."""
        runs = list(self._runs(0, len(self._chains), spread))
        inputs = sum(self._layers.layers[first].tensor is not None for first, _, _ in runs)
        return len(runs) - max(inputs - 1, 0)

    def _around_all(self) -> tuple[str, ...]:
        """The modules in each of which all others run, from the outermost."""
        within = [chain for chain in self._chains if chain]
        around = within[0][: _shared(within)] if within else ()
        return tuple(g for g in around if isinstance(g, str) and self._tree.nodes[g].below)

    def _share(self, module: str, around: Sequence[str]) -> int:
        """How many times the room a module may take up.

        A container, in which nothing runs but its modules, may take up more; so may one that runs
        most of the network, or all of it, which would hide it as one box.
        """
        if module in around:
            return 4
        return 2 if self._tree.nodes[module].kind in CONTAINERS or self._is_most(module) else 1

    def _is_most(self, module: str) -> bool:
        """Whether a module runs more than half of the layers that modules run."""
        within = [module in chain for chain in self._chains if chain]
        return 2 * sum(within) > len(within)

    def _is_like(self, name: str, other: str) -> bool:
        """Whether two modules of one kind lie beside each other in the same module."""
        kinds = self._tree.nodes[name].kind, self._tree.nodes[other].kind
        return name.rpartition(".")[0] == other.rpartition(".")[0] and kinds[0] == kinds[1]

    def _runs(
        self, first: int, stop: int, opened: frozenset[str], under: int = 0
    ) -> Iterator[tuple[int, int, Group | None]]:
        """Layers in a row of the same outermost group that is not opened; a layer alone has none.

        ``under``: how many groups of each chain are around all of these layers.
        """

        def key(place: int) -> tuple[Group | None, int]:
            chain = self._chains[place][under:]
            group = next((each for each in chain if each not in opened), None)
            return (group, 0) if group is not None else (None, place)

        for (group, _), run in groupby(range(first, stop), key):
            places = list(run)
            alone = len(places) == 1
            yield places[0], places[-1] + 1, None if alone else group

    def _rows(
        self, first: int, stop: int, group: Group | None, unfolded: frozenset[Group], depth: int
    ) -> Iterator[BoxRow]:
        is_open = group is not None and group in unfolded
        yield BoxRow(first, stop, group, is_open, depth)
        if group is not None and is_open:
            under = self._chains[first].index(group) + 1
            for inner in self._runs(first, stop, frozenset(), under):
                yield from self._rows(*inner, unfolded, depth + 1)


def _shared(chains: Sequence[tuple[Group, ...]]) -> int:
    """How many groups all of the chains begin with."""
    count = 0
    for each in zip(*chains, strict=False):
        if any(group != each[0] for group in each):
            break
        count += 1
    return count
