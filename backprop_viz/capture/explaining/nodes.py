"""The grad_fn node of a recorded backward, in the graph of the operation made again."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graphs import grad_fn_name
from backprop_viz.capture.replay import NotReplayed
from backprop_viz.recording.graph import Graph

_COPY = "CloneBackward0"
_VIEWS = frozenset({"ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0"})


def same_node(graph: Graph, root: int, replayed: GradFn | None, wanted: int) -> GradFn | None:
    """The node that stands where node ``wanted`` stands in the recorded graph.

    Both graphs are walked side by side from the operation's output: from node ``root`` of the
    recorded one. None where they are not alike on the way.
    """
    pairs: list[tuple[int, GradFn]] = [] if replayed is None else [(root, replayed)]
    seen = set()
    for node, twin in pairs:
        recorded, name = graph.nodes[node], grad_fn_name(twin)
        if node == wanted and _alike(recorded.name) == _alike(name):
            return twin
        if node in seen:
            continue
        seen.add(node)
        if _alike(recorded.name) == _alike(name):
            if len(recorded.sends) == len(twin.next_functions):
                following = zip(recorded.sends, twin.next_functions, strict=True)
                pairs += [(to[0], it[0]) for to, it in following if to and it[0] is not None]
        # Whether a reshape copies is a matter of memory, too.
        elif recorded.name == _COPY and recorded.sends[0] is not None:
            pairs.append((recorded.sends[0][0], twin))
        elif name == _COPY and twin.next_functions[0][0] is not None:
            seen.discard(node)
            pairs.append((node, twin.next_functions[0][0]))
    return None


def _alike(name: str) -> str:
    """The name; one for all views: which of them torch takes is a matter of memory alone."""
    return "ViewBackward0" if name in _VIEWS else name


def sent_by(node: GradFn, arrived: Sequence[Tensor | None]) -> tuple[Tensor | None, ...]:
    """The gradients that a node sends for those that arrive, before they are summed to shape."""
    runs: object = node
    assert callable(runs)
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


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0]
