"""Graphs read from live torch objects."""

import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.saved_tensors import SavedTensors, saved_by, told_saved
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.shapes import known_shape, shape_of
from backprop_viz.recording.trace.graph import Graph, Node
from backprop_viz.recording.trace.phases import Phase

# The nodes of a graph in the order of a walk.
Nodes = dict[GradFn, None]
# The same, each with its ``next_functions``.
NextFunctions = dict[GradFn, tuple[tuple[GradFn | None, int], ...]]


class First(NamedTuple):
    """What is told of the first tensor that an operation made; it may change its shape later."""

    output_nr: int
    shape: torch.Size
    floating: bool  # of real or complex numbers
    views: bool  # another tensor's memory


def first_made(tensor: Tensor) -> First:
    """What is told of a tensor that an operation has just made."""
    shape = shape_of(tensor)
    floating = tensor.is_floating_point() or tensor.is_complex()
    return First(tensor.output_nr, shape, floating, tensor._base is not None)


class Operation(NamedTuple):
    """A forward operation as it ran: the tensors it read and made, in event order."""

    phase: Phase
    op: str
    read: tuple[Tensor, ...]
    made: tuple[Tensor, ...]
    # Of the first tensor made. Read at once, for a later in-place operation replaces them.
    grad_fn: GradFn | None
    first: First
    module: str | None = None  # the innermost one that ran it
    # Of the tensors made after the first: the grad_fn, and at which of its outputs.
    others: tuple[tuple[GradFn | None, int], ...] = ()
    keepers: tuple[GradFn, ...] = ()  # of the nodes that made these

    @classmethod
    def of(
        cls,
        phase: Phase,
        op: str,
        read: tuple[Tensor, ...],
        made: tuple[Tensor, ...],
        module: str | None,
    ) -> "Operation":
        """One that has just run.

        Without a graph it has made no node: what it wrote to has that of an earlier one.
        """
        first, graph = made[0], torch.is_grad_enabled()
        others: tuple[tuple[GradFn | None, int], ...] = ()
        if len(made) > 1:
            others = tuple([(grad_fn_of(tensor), tensor.output_nr) for tensor in made[1:]])
        nodes = grad_fn_of(first) if graph else None, others, keepers_of(made)
        return cls(phase, op, read, made, nodes[0], first_made(first), module, *nodes[1:])


def walk(root: GradFn) -> list[GradFn]:
    """Every node reachable along ``next_functions``, nearest first; the list keeps them alive."""
    return list(walk_all([root]))


def walk_all(roots: Iterable[GradFn]) -> Nodes:
    """Every node reachable from some roots, root by root.

    Where each leads is no more asked for until somebody looks: to keep what says so takes longer.
    """
    found: Nodes = {}
    for root in roots:
        nodes = [] if root in found else [root]
        found[root] = None
        for node in nodes:
            for following, _ in node.next_functions:
                if following is not None and following not in found:
                    found[following] = None
                    nodes.append(following)
    return found


def leading_on(nodes: Iterable[GradFn]) -> NextFunctions:
    """These nodes with where each leads, which stays the same as long as it is there."""
    return {node: node.next_functions for node in nodes}


def leads_to(roots: Iterable[Tensor], leaves: Container[int]) -> bool:
    """Whether one of these leaves, told by their id(), is in the graph of the roots."""
    nodes = [node for root in roots if (node := grad_fn_of(root)) is not None]
    seen = set(nodes)
    for node in nodes:
        leaf = leaf_of(node)
        if leaf is not None and id(leaf) in leaves:
            return True
        new = {to for to, _ in node.next_functions if to is not None} - seen
        seen |= new
        nodes += new
    return any(id(root) in leaves for root in roots)


def grad_fn_graph(
    nodes: Sequence[GradFn] | NextFunctions,
    names: Mapping[int, str],
    keys: Mapping[GradFn, str] | None = None,
    saved: Sequence[SavedTensors] | None = None,
) -> Graph:
    """The graph of ``walk``'s nodes; a node's id is its place among them.

    ``names``: a parameter's dotted name by the ``id()`` of its tensor. ``keys``: the key of each
    node, if there is any. ``saved``: what each node had saved, if it may be freed by now.
    """
    edges = nodes if isinstance(nodes, dict) else leading_on(nodes)
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
                saved_by(node) if saved is None else told_saved(saved[i]),
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


def grad_fns_of(tensors: Sequence[Tensor]) -> list[GradFn | None]:
    """The same of each tensor."""
    try:
        return [tensor.grad_fn for tensor in tensors]
    except RuntimeError:
        return list(map(grad_fn_of, tensors))


def is_functions_node(node: GradFn | None) -> bool:
    """Whether this is a node of somebody's ``torch.autograd.Function``."""
    return isinstance(node, BackwardCFunction)


def keepers_of(tensors: Iterable[Tensor]) -> tuple[GradFn, ...]:
    """What to hold so that the nodes of these tensors can be asked for as long as they are held.

    A node of somebody's Function does not keep itself in older torch, as 2.8: once its tensor is
    gone and whatever is made of that, it tells nothing, and to ask for its number ends the
    process. Every other node keeps itself and those behind it. A keeper is one that leads
    there, and that nobody runs; it is no operation's.
    """
    made = [tensor for tensor in tensors if is_functions_node(grad_fn_of(tensor))]
    if not made:
        return ()
    with torch.inference_mode(False), torch.enable_grad(), torch._C.DisableTorchFunction():
        kept = [torch._C._functions.DelayedError(b"", 1)(tensor) for tensor in made]
    return tuple([node for node in map(grad_fn_of, kept) if node is not None])


@cache
def is_torchs_node(kind: type) -> bool:
    """Whether nodes of this type are generated from torch's own derivatives."""
    return (
        kind.__module__ == "builtins" and re.fullmatch(r"\w+Backward\d+", kind.__name__) is not None
    )


def leaf_of(node: GradFn) -> Tensor | None:
    """The leaf whose ``.grad`` an AccumulateGrad node adds to; None for any other node."""
    if not accumulates(type(node)):
        return None
    leaf: Tensor | None = getattr(node, "variable", None)
    return leaf


@cache
def accumulates(kind: type) -> bool:
    """Whether nodes of this type add to a leaf's ``.grad``."""
    return kind.__name__ == "AccumulateGrad"


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


def raw_shape(node: GradFn) -> torch.Size | None:
    """The shape of a node's first output, as torch has it; None where it does not tell."""
    metadata: Any = getattr(node, "_input_metadata", None)
    try:
        return metadata[0].shape if metadata else None
    except RuntimeError:  # of a nested tensor that is not jagged
        return None


def _shape(node: GradFn) -> tuple[int, ...] | None:
    shape = raw_shape(node)
    return None if shape is None else known_shape(shape)


def parameter_names(model: nn.Module) -> dict[int, str]:
    """The dotted name of each parameter by the ``id()`` of its tensor; a shared one has one."""
    return {id(parameter): name for name, parameter in model.named_parameters()}
