"""The tensors that nodes have saved for their backward, asked for by the nodes' types."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from operator import attrgetter, is_
from types import NoneType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.nn import Parameter

from backprop_viz.capture.tensors.shapes import known_shape, shape_of
from backprop_viz.capture.tensors.unheard import unheard
from backprop_viz.recording.trace.graph import Saved

_STRIDED = torch.strided
_TELLS_OF_HOOKS = hasattr(torch._C._autograd.SavedTensor, "unpack_hook")
_USUAL = frozenset({Tensor, Parameter, NoneType})
# The name of each tensor that a node has saved, its shape and bytes.
SavedTensors = Sequence[tuple[str, torch.Size, int]]
# Some nodes, by their types.
NodesByKind = Mapping[type, Sequence[GradFn]]


def by_kind(nodes: Iterable[GradFn]) -> NodesByKind:
    """These nodes by their types, those of a type in the same order."""
    found = defaultdict[type, list[GradFn]](list)
    for node in nodes:
        found[type(node)].append(node)
    return found


class SavedByNodes:
    """What nodes have saved, as it is when this is made; ``known`` is told of others.

    An attribute is asked for of all nodes of a type at once, and each node's own are put together
    when somebody asks. ``unpacked``: it is known that nobody's hooks have packed any of it.
    """

    def __init__(
        self, kinds: NodesByKind, known: Mapping[GradFn, SavedTensors], unpacked: bool = False
    ) -> None:
        self._known = dict(known)
        self._of_kinds: list[tuple[Sequence[GradFn], list[_Column]]] = []
        for kind, nodes in kinds.items():
            columns = _columns(kind, nodes, unpacked)
            if columns is None:
                self._known |= {node: _saved_by(node) for node in nodes}
            else:
                self._of_kinds.append((nodes, columns))

    @property
    def known(self) -> Mapping[GradFn, SavedTensors]:
        """What each node has saved, none maybe."""
        of_kinds, self._of_kinds = self._of_kinds, []
        for nodes, columns in of_kinds:
            found: list[list[tuple[str, torch.Size, int]]] = [[] for _ in nodes]
            for name, places, shapes, sizes in columns:
                for place, shape, size in zip(places, shapes, sizes, strict=True):
                    found[place].append((name, shape, size))
            self._known |= zip(nodes, found, strict=True)
        return self._known

    def of(self, nodes: Iterable[GradFn]) -> list[SavedTensors]:
        """The same of each of these nodes."""
        known = self.known
        return [known[node] for node in nodes]


class _Column(NamedTuple):
    """The tensors that nodes of one type have saved as one attribute."""

    name: str
    places: Sequence[int]  # of the nodes that have one, among those of the type
    shapes: Sequence[torch.Size]
    sizes: Sequence[int]  # in bytes


def _columns(kind: type, nodes: Sequence[GradFn], unpacked: bool) -> list[_Column] | None:
    """What these nodes of a type have saved; None where one has anything but plain tensors.

    So it is where somebody's hooks have packed one, with a list of tensors, and where a backward
    has freed them before.
    """
    found: list[_Column] = []
    known: dict[Any, Any] = {}
    alike = known.setdefault
    if not saved_attributes(kind):
        return found
    if not (unpacked or _TELLS_OF_HOOKS):
        return None  # else their code might run twice
    try:
        for name, value_of, unpack_hook_of in _getters(kind):
            if not (unpacked or all(map(is_, map(unpack_hook_of, nodes), repeat(None)))):
                return None
            with unheard():  # torch detaches some of them
                values = list(map(value_of, nodes))
            places: Sequence[int] = range(len(nodes))
            kinds = set(map(type, values))
            if not kinds <= _USUAL:
                return None
            if NoneType in kinds:
                places = [i for i in places if values[i] is not None]
                values = [values[i] for i in places]
            if not {_STRIDED}.issuperset(map(_layout_of, values)):
                return None
            # A shape that came before is let go of at once: most of a layer's are the next one's.
            shapes = [alike(shape, shape) for shape in map(_shape_of, values)]
            sizes = [alike(size, size) for size in map(_nbytes_of, values)]
            found.append(_Column(name, places, shapes, sizes))
    except (AttributeError, RuntimeError):
        return None
    return found


_layout_of, _shape_of = attrgetter("layout"), attrgetter("shape")
_nbytes_of = attrgetter("nbytes")


@cache
def _getters(kind: type) -> list[tuple[str, Callable[[GradFn], Any], Callable[[GradFn], Any]]]:
    """What gives the value of each attribute, and the hook that unpacks it."""
    return [
        (name, attrgetter(attribute), attrgetter(f"_raw{attribute}.unpack_hook"))
        for attribute, name in saved_attributes(kind)
    ]


def saved_by(node: GradFn) -> tuple[Saved, ...]:
    """The tensors a node keeps for its backward; none once backward has freed them."""
    return told_saved(_saved_by(node))


def told_saved(saved: SavedTensors) -> tuple[Saved, ...]:
    """The same of a node that was looked at before."""
    return tuple([Saved(name, known_shape(shape) or (), size) for name, shape, size in saved])


def _saved_by(node: GradFn) -> SavedTensors:
    """The name, shape and bytes of each tensor that a node keeps for its backward."""
    found: list[tuple[str, torch.Size, int]] = []
    for attribute, name in saved_attributes(type(node)):
        try:
            if is_packed(node, attribute):
                value = [one.data for one in _raw(node, attribute)]  # what they made of it
            else:
                with unheard():
                    value = getattr(node, attribute)
        except RuntimeError:
            continue  # freed by a backward before
        if isinstance(value, Tensor):
            value = (value,)
        if isinstance(value, list | tuple):
            tensors = [tensor for tensor in value if isinstance(tensor, Tensor)]
            found += [(name, shape_of(tensor), _bytes_of(tensor)) for tensor in tensors]
    return found


def is_packed(node: GradFn, attribute: str) -> bool:
    """Whether somebody's hooks have packed what a node keeps as this.

    To ask for it runs their code once more than it would without us: a checkpoint computes all
    again, and its BatchNorms count that batch twice. An older torch does not tell: False.
    """
    return _TELLS_OF_HOOKS and any(one.unpack_hook is not None for one in _raw(node, attribute))


def _raw(node: GradFn, attribute: str) -> Sequence[Any]:
    raw = getattr(node, f"_raw{attribute}")
    return raw if isinstance(raw, list | tuple) else (raw,)


@cache
def saved_attributes(kind: type) -> tuple[tuple[str, str], ...]:
    """The attributes that may hold tensors, each with its name in short.

    Beside a saved tensor torch has its raw form; beside a saved number it has none.
    """
    names = dir(kind)
    saved = (name for name in names if name.startswith("_saved_"))
    return tuple((name, name.removeprefix("_saved_")) for name in saved if f"_raw{name}" in names)


def _bytes_of(tensor: Tensor) -> int:
    """The memory of a tensor's numbers; of a sparse one those that it has, and their places."""
    if tensor.layout is _STRIDED:
        return tensor.nbytes
    if tensor.layout is torch.sparse_coo:
        return tensor._values().nbytes + tensor._indices().nbytes
    if tensor.is_nested:
        jagged: Any = tensor
        places: tuple[Tensor, ...] = (jagged.offsets(),)
    elif tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        places = tensor.crow_indices(), tensor.col_indices()
    else:
        places = tensor.ccol_indices(), tensor.row_indices()
    return tensor.values().nbytes + sum(one.nbytes for one in places)
