"""Whether graphs of earlier iterations are still held: ``total += loss`` keeps each of them."""

from collections import Counter
from collections.abc import Sequence

from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.graph.found_nodes import FoundNodes
from backprop_viz.capture.graph.graph_ages import GraphAges, node_numbers
from backprop_viz.capture.graph.graphs import grad_fn_of
from backprop_viz.recording.trace.earlier_graphs import IN_A_LIST, EarlierGraphs

# A graph that has grown beyond this is not walked to its end.
_MOST_NODES = 20_000
# So many graphs behind the newest are no difference of two iterations' losses.
_SEVERAL = 2


class GrowthWatch:
    """Looks behind numbers that are added up, and behind what backward starts from."""

    def __init__(self, ages: GraphAges) -> None:
        self._ages = ages
        self.found: EarlierGraphs | None = None

    def ran(self, op: str, made: object, event: int | None) -> None:
        """An operation outside forward has run; it may add a loss to those of earlier iterations.

        ``event`` is its index, None where it belongs to no phase.
        """
        if not isinstance(made, Tensor) or not made.requires_grad or made.numel() != 1:
            return
        root = grad_fn_of(made)
        if root is None:
            return
        start = self._ages.start
        behind = [to for to, _ in root.next_functions if to is not None]
        if min(node_numbers(behind), default=start) < start:
            self._look(op, [root], event)

    def backward_begins(self, nodes: FoundNodes, root: Tensor | None, event: int) -> None:
        """Backward is about to run these nodes, the first of which made ``root``."""
        if nodes.oldest is not None and nodes.oldest < self._ages.start:
            self._look("backward", nodes.all[:1], event)
        if root is None:
            return
        start, losses = self._ages.start, self._ages.losses
        held = losses.held(start)
        losses.note(root, start)
        if held and self.found is None:
            self.found = EarlierGraphs(IN_A_LIST, held, held)

    def _look(self, op: str, roots: Sequence[GradFn], event: int | None) -> None:
        iterations, nodes = _held(self._ages, roots)
        if iterations and (self.found is None or iterations > self.found.iterations):
            self.found = EarlierGraphs(op, iterations, nodes, user_line(), event)


def _held(ages: GraphAges, roots: Sequence[GradFn]) -> tuple[int, int]:
    """Behind some nodes: how many earlier iterations' graphs there are, and their nodes.

    Of what a loop adds up after the step, the newest is that of the iteration which has just ended:
    where others are behind it, it is held with them.

    An iteration that was not recorded is told from the uses of a parameter: its graph uses each as
    often as the newest one does.
    """
    found, seen = list(roots), set(roots)
    edges: list[tuple[GradFn, int]] = []  # a parameter's node, and the iteration that uses it
    iterations: Counter[int] = Counter()
    for node in found[:]:
        iterations[ages.place(node)] += 1
    for node in found:
        own = ages.place(node)
        for following, _ in node.next_functions:
            if following is None:
                continue
            if hasattr(following, "variable"):
                edges.append((following, own))
            elif following not in seen and len(found) < _MOST_NODES:
                seen.add(following)
                found.append(following)
                iterations[ages.place(following)] += 1
    # The last to run is what adds up; the newest iteration is that of the newest parameter's use.
    newest = max((own for _, own in edges), default=0)
    uses = Counter(node for node, own in edges if own == newest)
    older = Counter(node for node, own in edges if own < newest)
    most = max((older[node] // count for node, count in uses.items()), default=0)
    ended = most >= _SEVERAL and newest < ages.newest
    nodes = sum(count for own, count in iterations.items() if own < newest + ended)
    return most + ended, nodes
