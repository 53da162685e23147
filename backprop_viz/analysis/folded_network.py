"""The network in few boxes: the layers of a module folded into one, or unfolded in place."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from backprop_viz.analysis.module_tree import CONTAINERS, ModuleTree
from backprop_viz.recording.trace.layers import LayerGraph


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A line of a box: the layers from place ``first`` to ``stop``, of one module or one alone.

    ``module`` is the dotted name of the module that can be unfolded, None for a layer. ``depth``
    counts the unfolded modules around it in its box.
    """

    first: int
    stop: int
    module: str | None = None
    unfolded: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True)
class NetworkBox:
    """The layers from place ``first`` to ``stop``; several rows where its module is unfolded."""

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
    """Boxes in the order in which they ran; an edge leads from a box to one that reads it."""

    boxes: tuple[NetworkBox, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()

    @cached_property
    def box_of_layer(self) -> tuple[int, ...]:
        """For each layer's place the place of its box."""
        return tuple(i for i, box in enumerate(self.boxes) for _ in range(box.first, box.stop))


class Folding:
    """Folds one network in different ways."""

    def __init__(self, layers: LayerGraph, tree: ModuleTree) -> None:
        self._layers, self._tree = layers, tree
        self._chains = tuple(tree.chain(layer.module) for layer in layers.layers)

    def fold(self, spread: frozenset[str], unfolded: frozenset[str]) -> FoldedNetwork:
        """The network with the modules ``spread`` taken apart into boxes of their own.

        The modules ``unfolded`` show what is in them, as rows of their box. A module whose layers
        did not run one after the other has a box for each time.
        """
        boxes = tuple(
            NetworkBox(tuple(self._rows(first, stop, module, unfolded, 0)))
            for first, stop, module in self._runs(0, len(self._chains), spread)
        )
        folded = FoldedNetwork(boxes)
        owner = folded.box_of_layer
        pairs = ((owner[a], owner[b]) for a, b in self._layers.edges)
        return FoldedNetwork(boxes, tuple(dict.fromkeys((a, b) for a, b in pairs if a != b)))

    def spread(self, room: int) -> frozenset[str]:
        """Which modules to take apart for at most ``room`` boxes, the outermost first.

        A container, in which nothing runs but its modules, may take up twice the room.
        """
        spread: frozenset[str] = frozenset()
        refused: set[str] = set()
        while True:
            runs = list(self._runs(0, len(self._chains), spread))
            ways = {m: None for _, _, m in runs if m is not None and m not in refused}
            if not ways:
                return spread
            chosen = min(ways, key=lambda name: name.count("."))
            wider = spread | {chosen}
            container = self._tree.nodes[chosen].kind in CONTAINERS
            fits = room * 2 if container else room
            if sum(1 for _ in self._runs(0, len(self._chains), wider)) <= fits:
                spread = wider
            else:
                refused.add(chosen)

    def _runs(
        self, first: int, stop: int, opened: frozenset[str], under: int = 0
    ) -> Iterator[tuple[int, int, str | None]]:
        """Layers in a row of the same outermost module that is not opened; a layer alone has none.

        ``under``: how many modules of each chain are around all of these layers.
        """

        def key(place: int) -> tuple[str | None, int]:
            chain = self._chains[place][under:]
            module = next((name for name in chain if name not in opened), None)
            return (module, 0) if module is not None else (None, place)

        for (module, _), run in groupby(range(first, stop), key):
            places = list(run)
            alone = len(places) == 1
            yield places[0], places[-1] + 1, None if alone else module

    def _rows(
        self, first: int, stop: int, module: str | None, unfolded: frozenset[str], depth: int
    ) -> Iterator[BoxRow]:
        is_open = module is not None and module in unfolded
        yield BoxRow(first, stop, module, is_open, depth)
        if module is not None and is_open:
            under = len(self._tree.chain(module))
            for inner in self._runs(first, stop, frozenset(), under):
                yield from self._rows(*inner, unfolded, depth + 1)
