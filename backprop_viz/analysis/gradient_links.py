"""Through which edges of the network a gradient can come back: those that the graph has, too."""

from collections import defaultdict
from collections.abc import Mapping

from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.layers import LayerGraph


def gradient_links(graph: Graph, layers: LayerGraph) -> Mapping[int, frozenset[int]]:
    """For each layer's place the places of those that the gradient of its outputs goes on to.

    What a layer reads need not get one: the places of a topk, as whole numbers, lead to none. A
    layer is left out where that is not known: none of its outputs has a node, or its nodes lead to
    a leaf of no parameter, as in a checkpointed part, whose own backward goes on from there. Takes
    a time that grows as the number of nodes does, where few lie between layers.
    """
    owner: dict[int, int] = {}
    own: dict[int, set[int]] = defaultdict(set)
    for place, layer in enumerate(layers.layers):
        for node in (layer.node, *(output.node for output in layer.outputs)):
            if node is not None:
                owner.setdefault(node, place)
                own[place].add(node)
    children: dict[int, list[int]] = defaultdict(list)
    for above, below in graph.edges:
        children[above].append(below)
    found: dict[int, frozenset[int]] = {}
    for place, nodes in own.items():
        links, seen, waiting, known = set[int](), set(nodes), list(nodes), True
        for node in waiting:
            if node >= len(graph.nodes):  # of a graph that the recording does not have
                known = False
                break
            one = graph.nodes[node]
            known = known and (one.name != "AccumulateGrad" or one.parameter is not None)
            if node not in nodes and node in owner:
                links.add(owner[node])
                continue
            fresh = [child for child in children[node] if child not in seen]
            seen.update(fresh)
            waiting += fresh
        if known:
            found[place] = frozenset(links)
    return found
