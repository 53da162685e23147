"""Graphs read from live torch objects."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.recording.graph import Graph, Node, Saved
from backprop_viz.recording.layers import Layer, LayerGraph, Output
from backprop_viz.recording.phases import Phase

# The nodes of a graph in the order of a walk, each with its ``next_functions``.
NextFunctions = dict[GradFn, tuple[tuple[GradFn | None, int], ...]]


_LOSS = "loss"


class Operation(NamedTuple):
    """A forward operation as it ran: the tensors it read and made, in event order."""

    phase: Phase
    op: str
    read: tuple[Tensor, ...]
    made: tuple[Tensor, ...]
    # Of the first tensor made. Read at once, for a later in-place operation replaces them.
    grad_fn: GradFn | None
    output_nr: int
    module: str | None = None  # the innermost one that ran it
    others: tuple[GradFn | None, ...] = ()  # the grad_fn of the tensors made after the first


def walk(root: GradFn) -> list[GradFn]:
    """Every node reachable along ``next_functions``, nearest first; the list keeps them alive."""
    return list(walk_all([root]))


def walk_all(roots: Iterable[GradFn]) -> NextFunctions:
    """Every node reachable from some roots, root by root, with where it leads."""
    found: NextFunctions = {}
    for root in roots:
        nodes = [] if root in found else [root]
        seen = set(nodes).union(found)
        for node in nodes:
            found[node] = onward = node.next_functions
            for following, _ in onward:
                if following is not None and following not in seen:
                    seen.add(following)
                    nodes.append(following)
    return found


def grad_fn_graph(
    nodes: Sequence[GradFn] | NextFunctions,
    names: Mapping[int, str],
    keys: Mapping[GradFn, str] | None = None,
) -> Graph:
    """The graph of ``walk``'s nodes; a node's id is its place among them.

    ``names``: a parameter's dotted name by the ``id()`` of its tensor. ``keys``: the key of each
    node, if there is any.
    """
    edges = nodes if isinstance(nodes, dict) else {node: node.next_functions for node in nodes}
    ids = {node: i for i, node in enumerate(edges)}
    found: list[Node] = []
    pairs: dict[tuple[int, int], None] = {}
    for i, (node, onward) in enumerate(edges.items()):
        sends = tuple([None if to is None else (ids[to], number) for to, number in onward])
        for send in sends:
            if send is not None:
                pairs[i, send[0]] = None
        leaf = leaf_of(node)
        found.append(
            Node(
                i,
                grad_fn_name(node),
                _shape(node),
                None if leaf is None else names.get(id(leaf)),
                saved_by(node),
                "" if keys is None else keys[node],
                sends,
            )
        )
    return Graph(tuple(found), tuple(pairs))


def grad_fn_name(node: GradFn) -> str:
    """``ConvolutionBackward0``, ``AccumulateGrad``: the name without its C++ namespace."""
    return node.name().rpartition("::")[2]


def grad_fn_of(tensor: Tensor | None) -> GradFn | None:
    """The node that made a tensor; None for a leaf, for no tensor, and where torch refuses to say.

    That it does of a view from under no_grad, once what it views has been changed.
    """
    try:
        return None if tensor is None else tensor.grad_fn
    except RuntimeError:
        return None


@cache
def is_torchs_node(kind: type) -> bool:
    """Whether nodes of this type are generated from torch's own derivatives."""
    return (
        kind.__module__ == "builtins" and re.fullmatch(r"\w+Backward\d+", kind.__name__) is not None
    )


def leaf_of(node: GradFn) -> Tensor | None:
    """The leaf whose ``.grad`` an AccumulateGrad node adds to; None for any other node."""
    if type(node).__name__ != "AccumulateGrad":
        return None
    leaf: Tensor | None = getattr(node, "variable", None)
    return leaf


def weight_nodes(
    edges: NextFunctions, operations: Sequence[Operation], weights: Collection[int]
) -> frozenset[GradFn]:
    """The nodes whose gradients belong to weights alone, not to samples.

    ``weights`` are the ids of the tensors made of parameters alone. A node that is no
    operation's own (the transpose inside ``linear``) belongs to them if it feeds nothing else.
    """
    made_by = {op.grad_fn or grad_fn_of(op.made[0]): id(op.made[0]) in weights for op in operations}
    found = {node for node in edges if made_by.get(node) or leaf_of(node) is not None}
    inner = [node for node in reversed(edges) if node not in found and node not in made_by]
    size = -1
    while len(found) > size:
        size = len(found)
        for node in inner:
            onward = edges[node]
            if onward and node not in found and found.issuperset([to for to, _ in onward]):
                found.add(node)
    return frozenset(found)


def chosen_nodes(
    edges: NextFunctions,
    operations: Sequence[Operation],
    names: Mapping[int, str],
    only: ModuleChoice,
) -> frozenset[GradFn]:
    """The nodes of some modules: what their operations made, what is behind it, their leaves."""
    made_by = {op.grad_fn or grad_fn_of(op.made[0]): only.has(op.module) for op in operations}
    found: set[GradFn] = set()
    for node in edges:
        leaf = leaf_of(node)
        if made_by.get(node) or (leaf is not None and only.has_tensor(names.get(id(leaf), ""))):
            found.add(node)
    behind = list(found)
    for node in behind:
        for to, _ in edges[node]:
            if to is not None and to not in made_by and to not in found and leaf_of(to) is None:
                found.add(to)
                behind.append(to)
    return frozenset(found)


def _bytes_of(tensor: Tensor) -> int:
    """The memory of a tensor's numbers; of a sparse one those that it has, and their places."""
    if tensor.layout is torch.strided:
        return tensor.nbytes
    if tensor.layout is torch.sparse_coo:
        return tensor._values().nbytes + tensor._indices().nbytes
    along_rows = tensor.layout in (torch.sparse_csr, torch.sparse_bsr)
    if along_rows:
        places = tensor.crow_indices(), tensor.col_indices()
    else:
        places = tensor.ccol_indices(), tensor.row_indices()
    return tensor.values().nbytes + sum(one.nbytes for one in places)


def saved_by(node: GradFn) -> tuple[Saved, ...]:
    """The tensors a node keeps for its backward; none once backward has freed them."""
    found: list[Saved] = []
    for attribute, name in _saved_attributes(type(node)):
        try:
            value = getattr(node, attribute)
        except RuntimeError:
            continue  # freed by a backward before
        if isinstance(value, Tensor):
            found.append(Saved(name, tuple(value.shape), _bytes_of(value)))
        elif isinstance(value, list | tuple):
            found += [
                Saved(name, tuple(tensor.shape), _bytes_of(tensor))
                for tensor in value
                if isinstance(tensor, Tensor)
            ]
    return tuple(found)


@cache
def _saved_attributes(kind: type) -> tuple[tuple[str, str], ...]:
    """The attributes that may hold tensors, each with its name in short.

    Beside a saved tensor torch has its raw form; beside a saved number it has none.
    """
    names = dir(kind)
    saved = (name for name in names if name.startswith("_saved_"))
    return tuple((name, name.removeprefix("_saved_")) for name in saved if f"_raw{name}" in names)


def _shape(node: GradFn) -> tuple[int, ...] | None:
    metadata: Any = getattr(node, "_input_metadata", None)
    return tuple(metadata[0].shape) if metadata else None


def parameter_names(model: nn.Module) -> dict[int, str]:
    """The dotted name of each parameter by the ``id()`` of its tensor; a shared one has one."""
    return {id(parameter): name for name, parameter in model.named_parameters()}


def layer_graph(
    operations: Sequence[Operation],
    numbers: Sequence[int],
    sources: Mapping[str, tuple[Tensor, int | None]],
    names: Mapping[int, str],
    ids: Mapping[GradFn, int],
) -> LayerGraph:
    """The columns of the network, from the operations of a forward pass.

    ``numbers`` are those of the operations' events. ``sources`` are the tensors that the pass
    began with, by name, each with its id in the table of tensors.

    An operation with parameters, a pooling, one that joins tensors or changes their shape, and
    each loss start a column; the element-wise ones that follow (relu, dropout) belong to it, and
    a view of a tensor is not shown again.
    """
    columns = [_Column(name, tensor, [], []) for name, (tensor, _) in sources.items()]
    edges: list[tuple[int, int]] = []
    made_in = {id(tensor): i for i, (tensor, _) in enumerate(sources.values())}
    tensors = [number for _, number in sources.values()]
    for i, operation in zip(numbers, operations, strict=True):
        reads = list(dict.fromkeys(made_in[id(t)] for t in operation.read if id(t) in made_in))
        parameters = [names[id(t)] for t in operation.read if id(t) in names]
        made = operation.made[0]
        # Positions that an embedding looks up are no input of the network's.
        begins = bool(parameters) and len(parameters) < len(operation.read)
        if not (reads or begins) or not made.is_floating_point():
            continue
        column = None
        if reads:
            column = _continued(columns, reads, parameters, operation, len(sources))
        if column is None and not parameters and made._base is not None:
            # A view shows nothing new: it counts as the tensor that it views.
            made_in.update((id(tensor), reads[0]) for tensor in operation.made)
            continue
        if column is None:
            column = len(columns)
            title = _title(operation, parameters)
            columns.append(_Column(title, made, [], [], parameters, operation.module))
            edges += [(read, column) for read in reads]
        columns[column].operations.append(i)
        columns[column].shown = made
        node = None if operation.grad_fn is None else ids.get(operation.grad_fn)
        columns[column].outputs.append(Output(operation.op, node, operation.output_nr))
        made_in.update((id(tensor), column) for tensor in operation.made)
    layers = tuple(
        Layer(
            id=i,
            name=name,
            operations=tuple(column.operations),
            shape=tuple(column.shown.shape[1:]),
            parameters=tuple(column.parameters),
            node=column.outputs[-1].node if column.outputs else None,
            output_nr=column.outputs[-1].output_nr if column.outputs else 0,
            tensor=tensors[i] if i < len(tensors) else None,
            outputs=tuple(column.outputs),
            module=column.module,
        )
        for i, (name, column) in enumerate(zip(_distinct(_titles(columns)), columns, strict=True))
    )
    return LayerGraph(layers, tuple(edges))


@dataclass
class _Column:
    title: str
    shown: Tensor
    operations: list[int]
    outputs: list[Output]
    parameters: Iterable[str] = ()
    module: str | None = None


def _continued(
    columns: Sequence[_Column],
    reads: Sequence[int],
    parameters: Sequence[str],
    op: Operation,
    sources: int,
) -> int | None:
    """The column an operation belongs to, None if it starts one of its own."""
    last = columns[reads[0]]
    if op.phase is Phase.LOSS:
        return reads[0] if last.title == _LOSS and len(reads) == 1 else None
    same_shape = op.made[0].shape == last.shown.shape
    reads_latest = any(tensor is last.shown for tensor in op.read)
    alone = len(reads) == 1 and reads[0] >= sources and not parameters and "pool" not in op.op
    return reads[0] if alone and same_shape and reads_latest else None


def _title(operation: Operation, parameters: Sequence[str]) -> str:
    if operation.phase is Phase.LOSS:
        return _LOSS
    if parameters:
        return parameters[0].rpartition(".")[0] or parameters[0]
    return "pool" if "pool" in operation.op else operation.op


def _titles(columns: Sequence[_Column]) -> list[str]:
    """The columns' titles. Of several losses the last is "loss", the others what made them."""
    losses = [column for column in columns if column.title == _LOSS]
    for column in losses[:-1]:
        column.title = column.outputs[0].op
    return [column.title for column in columns]


def _distinct(titles: Sequence[str]) -> list[str]:
    """Number what has no name of its own (pool1, pool2) or comes again (fc, fc2)."""
    counts: dict[str, int] = {}
    names = []
    for title in titles:
        counts[title] = counts.get(title, 0) + 1
        numbered = title == "pool" or counts[title] > 1
        # "net.0" again is "net.0 (2)": "net.02" would be another module.
        number = f" ({counts[title]})" if title[-1:].isdigit() else f"{counts[title]}"
        names.append(f"{title}{number}" if numbered else title)
    return names
