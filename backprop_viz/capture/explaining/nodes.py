"""The grad_fn node of a recorded backward, in the graph of the operation made again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.graph.graphs import grad_fn_name
from backprop_viz.recording.explanations.components import Component, component_of
from backprop_viz.recording.trace.graph import Graph


def same_node(
    graph: Graph, roots: Iterable[tuple[int, GradFn | None]], wanted: int
) -> GradFn | None:
    """The node that stands where node ``wanted`` stands in the recorded graph.

    Both graphs are walked side by side from the operation's outputs: ``roots`` are the nodes of
    these in the recorded one, each with that of the same output made again. None where they are
    not alike on the way.
    """
    for root, replayed in roots:
        for node, twin in _side_by_side(graph, root, replayed):
            if node == wanted:
                return twin
    return None


def reads_unseen(graph: Graph, root: int, replayed: GradFn | None) -> bool:
    """Whether a recorded operation sends a gradient to where, made again, it sends none.

    Not to a leaf: to a node, of a tensor of which no call tells that it was made.
    """
    if replayed is None:
        return any(to and graph.nodes[to[0]].name != _LEAF for to in graph.nodes[root].sends)
    for node, twin in _side_by_side(graph, root, replayed):
        for to, (following, _) in _edges(graph, node, twin):
            if to is not None and following is None and graph.nodes[to[0]].name != _LEAF:
                return True
    return False


def paired_nodes(graph: Graph, root: int, replayed: GradFn | None) -> list[int]:
    """The recorded nodes, but for leaves, for which an operation made again has one too."""
    pairs = _side_by_side(graph, root, replayed)
    return [node for node, _ in pairs if graph.nodes[node].name != _LEAF]


def input_nodes(
    graph: Graph, root: int, replayed: GradFn | None, leaves: Sequence[Tensor]
) -> dict[int, int]:
    """By its place, the recorded node of each tensor that an operation read.

    ``leaves`` are these tensors as it read them when it was made again.
    """
    found = {}
    for node, twin in _side_by_side(graph, root, replayed):
        for to, (following, _) in _edges(graph, node, twin):
            if to is None or following is None:
                continue
            leaf = _leaf_at(following)
            place = next((p for p, each in enumerate(leaves) if each is leaf), None)
            if place is not None:
                found[place] = to[0]
    return found


def _leaf_at(node: GradFn) -> Tensor | None:
    """The leaf that a node is of, or of which it is a copy: what is written to is one."""
    if node.name() == _COPY and node.next_functions[0][0] is not None:
        node = node.next_functions[0][0]
    leaf: Tensor | None = getattr(node, "variable", None)
    return leaf


def _side_by_side(graph: Graph, root: int, replayed: GradFn | None) -> Iterator[tuple[int, GradFn]]:
    """The nodes of both graphs that stand at the same place, as far as they are alike.

    Which of its three nodes a reshape has, and whether it copies, goes by the gaps in memory of
    what it reads. They are not recorded.
    """
    pairs: list[tuple[int, GradFn]] = [] if replayed is None else [(root, replayed)]
    seen = set()
    for node, twin in pairs:
        name, twins = graph.nodes[node].name, grad_fn_name(twin)
        if name != twins and _COPY in (name, twins):
            pairs += _past_copy(graph, node, twin)
            continue
        if node in seen or not (name == twins or {name, twins} <= _RESHAPES):
            continue
        seen.add(node)
        yield node, twin
        pairs += [
            (to[0], following)
            for to, (following, _) in _edges(graph, node, twin)
            if to is not None and following is not None
        ]


def _past_copy(graph: Graph, node: int, twin: GradFn) -> list[tuple[int, GradFn]]:
    """The pair behind a copy that only one of two graphs has."""
    if graph.nodes[node].name != _COPY:
        behind = twin.next_functions[0][0]
        return [] if behind is None else [(node, behind)]
    sends = graph.nodes[node].sends
    return [(sends[0][0], twin)] if sends and sends[0] is not None else []


def _edges(
    graph: Graph, node: int, twin: GradFn
) -> Iterable[tuple[tuple[int, int] | None, tuple[GradFn | None, int]]]:
    sends, following = graph.nodes[node].sends, twin.next_functions
    return zip(sends, following, strict=True) if len(sends) == len(following) else ()


def sent_by(node: GradFn, arrived: Sequence[Tensor | None]) -> tuple[Tensor | None, ...]:
    """The gradients that a node sends for those that arrive, before they are summed to shape.

    Raises NotReplayed, also of a node that is written in Python: such a one runs in backward alone.
    """
    runs: object = node
    if not callable(runs):
        raise NotReplayed("node_not_found", grad_fn_name(node))
    try:
        with torch.enable_grad():
            sent = runs(*arrived)
    except (RuntimeError, TypeError) as error:
        raise NotReplayed("node_cannot_run", grad_fn_name(node), _first_line(error)) from error
    return sent if isinstance(sent, tuple) else (sent,)


def columns(element: Tensor, arrived: Sequence[Tensor | None]) -> list[Tensor | None]:
    """How fast an element of what is sent changes with each element of what arrived."""
    leaves = [tensor for tensor in arrived if tensor is not None]
    if not element.requires_grad:
        return [None if tensor is None else torch.zeros_like(tensor) for tensor in arrived]
    try:
        found = torch.autograd.grad(element, leaves, allow_unused=True, materialize_grads=True)
    except RuntimeError as error:
        raise NotReplayed("not_differentiable_twice", _first_line(error)) from error
    given = iter(found)
    return [None if tensor is None else next(given) for tensor in arrived]


def counted(element: Tensor, by: Sequence[Tensor | None]) -> list[Tensor | None]:
    """The same columns; where the element is a number, those of what does not count in it are 0.

    0 times the derivative of another element is NaN where that derivative is infinite: of a
    logarithm or a root of 0.
    """
    if not bool(torch.isfinite(element.detach()).all()):
        return list(by)
    return [
        None if column is None else torch.where(torch.isfinite(column), column, 0.0)
        for column in by
    ]


def adds_up(element: Tensor, by: Sequence[Tensor | None], arrived: Sequence[Tensor | None]) -> bool:
    """Whether an element of what is sent is the sum of what arrived, times these columns."""
    pairs = [(c, a) for c, a in zip(by, arrived, strict=True) if c is not None and a is not None]
    products = [(column.conj() * tensor).detach() for column, tensor in pairs]
    total = sum(float(each.real.sum()) for each in products)
    # Where much cancels, as in a softmax, what is left is rounding of what arrived.
    sizes = (float(tensor.detach().abs().max()) for _, tensor in pairs if tensor.numel())
    arriving = max(sizes, default=0.0)
    size = sum(float(each.abs().sum()) for each in products) + arriving * _LEFT
    return not abs(total - float(element.detach())) > _ADDS_UP * size


def attention_columns(
    node: GradFn, slot: int, index: tuple[int, ...], arrived: Sequence[Tensor | None]
) -> list[Tensor | None]:
    """The same for fused attention, which cannot be differentiated twice; matrix products can.

    ``slot`` is that of query, key or value; the node has all three.
    """
    saved: dict[str, Any] = {name: getattr(node, f"_saved_{name}", None) for name in _ATTENTION}
    query, key, value = (saved[name].detach().requires_grad_() for name in _ATTENTION[:3])
    with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
        made = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=saved["attn_mask"],
            is_causal=bool(saved["is_causal"]),
            scale=saved["scale"],
            enable_gqa=query.ndim > 3 and query.shape[-3] != key.shape[-3],
        )
        weights = torch.zeros_like(made).requires_grad_()
        (grad,) = torch.autograd.grad(
            (made * weights).sum(), (query, key, value)[slot], create_graph=True
        )
    others = [None] * (len(arrived) - 1)
    return columns(grad[index], [weights, *others])


_LEAF, _COPY = "AccumulateGrad", "CloneBackward0"
_RESHAPES = {"ViewBackward0", "ReshapeAliasBackward0", "UnsafeViewBackward0"}
_ATTENTION = ("query", "key", "value", "attn_mask", "is_causal", "scale")
# A sum in float32 is off by as little as this.
_ADDS_UP = 1e-5
_LEFT = 1e-6
# So many elements may arrive at a node that is run once for each of them.
MOST_UNITS = 2048


def summed_to(sent: Tensor, shape: tuple[int, ...]) -> Tensor:
    """What a node sends, as the engine sums it to the shape of what it is the gradient of.

    Raises NotReplayed if it has another shape altogether: the node is not the one that was meant.
    """
    try:
        return sent.sum_to_size(shape)
    except RuntimeError as error:
        raise NotReplayed("node_not_found", _first_line(error)) from error


@dataclass(frozen=True, slots=True)
class ElementSent:
    """An element of what a node sends: through which slot, the shape of all, its index there.

    Of a complex one, its ``component``.
    """

    slot: int
    shape: tuple[int, ...]
    index: tuple[int, ...]
    component: Component

    def of(self, sent: Sequence[Tensor | None]) -> float:
        """The element of what was sent; 0 where nothing was."""
        found = sent[self.slot]
        if found is None:
            return 0.0
        element = summed_to(found.detach(), self.shape)[self.index]
        return float(component_of(element, self.component))


def unit_columns(
    node: GradFn, element: ElementSent, arrived: Sequence[Tensor | None]
) -> list[Tensor | None] | None:
    """The same by what the node sends for a 1 at each place; None where there are too many.

    A node is linear in what arrives, so this is exact, whatever the node is. Of a complex tensor
    that arrives, real and imaginary parts are moved by themselves.
    """
    sizes = [0 if tensor is None else tensor.numel() for tensor in arrived]
    if sum(sizes) > MOST_UNITS:
        return None
    found: list[Tensor | None] = []
    for place, tensor in enumerate(arrived):
        if tensor is None:
            found.append(None)
            continue
        column = torch.zeros_like(tensor).detach()
        for i in range(tensor.numel()):
            for one in (1.0, 1j) if tensor.is_complex() else (1.0,):
                units = [None if a is None else torch.zeros_like(a).detach() for a in arrived]
                unit = units[place]
                assert unit is not None
                unit.view(-1)[i] = torch.tensor(one, dtype=unit.dtype, device="cpu")
                column.view(-1)[i] += one * element.of(sent_by(node, units))
        found.append(column)
    return found


def weighted(made: Tensor, weights: Tensor) -> Tensor:
    """A number whose gradient at what was made is ``weights``."""
    return (made.conj() * weights).real.sum() if made.is_complex() else (made * weights).sum()


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0]
