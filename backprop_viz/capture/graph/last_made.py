"""The graph and the layers that were made last of a model: most iterations have the same again.

To see that takes a third of the time of making them. What is told of both is plain data, so one
object serves several recordings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from torch import nn
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import (
    NextFunctions,
    grad_fn_graph,
    leaf_of,
    raw_shape,
)
from backprop_viz.capture.graph.layer_graphs import PassSource, Traced, layer_graph
from backprop_viz.capture.graph.node_keys import Maker, identities
from backprop_viz.capture.graph.saved_tensors import SavedTensors
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.layers import LayerGraph

_Made = TypeVar("_Made")
# What something is made of, column by column; what is quick to tell comes first.
_Columns = Sequence[Callable[[], object]]


class _Last(Generic[_Made]):
    """What was made last, and of what."""

    def __init__(self) -> None:
        self._known: tuple[list[object], _Made] | None = None

    def made(self, of: _Columns, make: Callable[[], _Made]) -> _Made:
        """What ``make`` makes, which depends on these columns alone, or the same of before."""
        known = self._known  # another thread may put another there
        told: list[object] = []
        if known is not None:
            for column, before in zip(of, known[0], strict=True):
                told.append(column())
                if told[-1] != before:
                    break
            else:
                return known[1]
        made = make()
        self._known = [*told, *[column() for column in of[len(told) :]]], made
        return made


class LastGraph:
    """Makes the graph of an iteration's first walk."""

    def __init__(self) -> None:
        self._last = _Last[tuple[Graph, list[str]]]()

    def made(
        self,
        edges: NextFunctions,
        makers: Sequence[Maker],
        root: GradFn | None,
        names: Mapping[int, str],
        saved: Sequence[SavedTensors],
    ) -> tuple[Graph, list[str]]:
        """The graph of these nodes, and their keys in the same order."""

        def make() -> tuple[Graph, list[str]]:
            keys = identities(edges, makers, root, names)
            return grad_fn_graph(edges, names, keys, saved), [keys[node] for node in edges]

        ids: dict[GradFn | None, int | None] = {node: i for i, node in enumerate(edges)}
        ids[None] = None
        if not {root, *[node for _, _, node in makers]} <= ids.keys():
            return make()  # the nodes behind others have part in the keys

        def leads_to() -> list[object]:
            return [[(ids[to], number) for to, number in onward] for onward in edges.values()]

        def leaves() -> list[object]:
            found = [(i, leaf_of(node)) for i, node in enumerate(edges)]
            return [(i, names.get(id(leaf))) for i, leaf in found if leaf is not None]

        columns: _Columns = (
            lambda: [node.name() for node in edges],
            lambda: [ids[root], *[(phase, op, ids[node]) for phase, op, node in makers]],
            leads_to,
            leaves,
            lambda: saved,
            lambda: list(map(raw_shape, edges)),
        )
        return self._last.made(columns, make)


class LastLayers:
    """Makes the layers of a pass."""

    def __init__(self) -> None:
        self._last = _Last[LayerGraph]()

    def made(
        self,
        operations: Sequence[Traced],
        numbers: Sequence[int],
        sources: Mapping[str, PassSource],
        names: Mapping[int, str],
        ids: Mapping[GradFn, int],
    ) -> LayerGraph:
        """As ``layer_graph``."""

        def tensors() -> list[object]:
            """Which tensors are the same one, and which are parameters."""
            keys = [one.key for one in sources.values()]
            for operation in operations:
                keys += operation.read
                keys += operation.made
            seen: dict[int, int] = {}
            places = [seen.setdefault(key, len(seen)) for key in keys]
            return [places, [names.get(key) for key in seen]]

        def told() -> list[object]:
            found: list[object] = []
            for one in operations:
                number = None if one.grad_fn is None else ids.get(one.grad_fn)
                counts = len(one.read), len(one.made)
                made = one.shape, one.floating, one.whole, one.passes, one.output_nr
                found.append((one.phase, one.op, counts, made, number, one.module, one.place))
            return found

        columns: _Columns = (
            told,
            lambda: list(numbers),
            lambda: [(name, one.number, one.shape) for name, one in sources.items()],
            tensors,
        )
        return self._last.made(
            columns, lambda: layer_graph(operations, numbers, sources, names, ids)
        )


@dataclass(frozen=True, slots=True)
class LastMade:
    """Both, of one model."""

    graph: LastGraph = field(default_factory=LastGraph)
    layers: LastLayers = field(default_factory=LastLayers)


_of_models: "WeakKeyDictionary[nn.Module, LastMade]" = WeakKeyDictionary()


def last_made(model: nn.Module) -> LastMade:
    """What was made last of a model."""
    known: Any = _of_models.get(model)
    return _of_models.setdefault(model, LastMade()) if known is None else known
