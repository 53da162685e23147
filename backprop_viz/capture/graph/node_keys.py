"""The key of each grad_fn node: the same in every graph that the node is in.

A node's id is not: the graph of the output has fewer nodes than that of the loss.
"""

from collections.abc import Mapping, Sequence

from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import NextFunctions, leaf_of
from backprop_viz.recording.trace.phases import Phase

# An operation: its phase, its name, and the node of the first tensor that it has made.
Maker = tuple[Phase, str, GradFn | None]


def identities(
    edges: NextFunctions,
    operations: Sequence[Maker],
    root: GradFn | None,
    names: Mapping[int, str],
) -> dict[GradFn, str]:
    """A name for each node, no two the same.

    - ``conv1.weight``: it accumulates that parameter's gradient;
    - ``conv2d 2``: the second ``conv2d`` of the iteration made it;
    - ``linear 1/1``: no operation's own, the first that is found behind the first ``linear``.

    Whatever else the graph holds, and from wherever it is looked at, these stay: operations are
    counted in the order they ran, and those of the loss come last. ``root`` is the node of the
    model's output. ``names`` gives a parameter's dotted name by the ``id()`` of its tensor.
    """
    found: dict[GradFn, str] = {}
    for node in edges:
        leaf = leaf_of(node)
        if leaf is not None and (name := names.get(id(leaf))) is not None:
            found[node] = name
    owners = {Phase.FORWARD: _owners(operations, Phase.FORWARD, found)}
    if root is not None:
        owners[Phase.FORWARD].append(root)
        found.setdefault(root, "output")
    owners[Phase.LOSS] = _owners(operations, Phase.LOSS, found)
    for owner in (*owners[Phase.FORWARD], *owners[Phase.LOSS]):
        _name_behind(owner, edges, found)
    for node in edges:  # the root, if nothing that was seen has made it
        if node not in found:
            found[node] = "root"
            _name_behind(node, edges, found)
    return found


def _owners(operations: Sequence[Maker], phase: Phase, found: dict[GradFn, str]) -> list[GradFn]:
    """Name the nodes that a phase's operations made, and list them in order."""
    owners: list[GradFn] = []
    counts: dict[str, int] = {}
    for ran, op, node in operations:
        counts[op] = count = counts.get(op, 0) + 1
        if ran is phase and node is not None and node not in found:
            found[node] = f"{op} {count}"
            owners.append(node)
    return owners


def _name_behind(owner: GradFn, edges: NextFunctions, found: dict[GradFn, str]) -> None:
    """Name the nodes behind a node that have no name yet, nearest first."""
    behind = [owner]
    for node in behind:
        for following, _ in edges.get(node) or node.next_functions:
            if following is not None and following not in found:
                found[following] = f"{found[owner]}/{len(behind)}"
                behind.append(following)
