"""Names of what runs several times: an operation outside of layers, a node inside an operation."""

import re
from collections.abc import Iterator, Mapping

from backprop_viz.analysis.provenance import Makers, forward_events, layer_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

_BACKWARD = re.compile(r"Backward\d*$")


def operation_names(recording: Recording) -> Mapping[int, str]:
    """The forward operations that belong to no layer, by their events: "mul", "mul (2)"."""
    layers = [layer for one in recording.passes for layer in one.layers.layers]
    inside = {i for layer in layers for i in layer.operations}
    alone = (
        (i, event.op)
        for i, event in forward_events(recording)
        if event.phase is Phase.FORWARD and i not in inside
    )
    return _numbered(alone, {layer.name for layer in layers})


def inner_names(
    recording: Recording, makers: Makers, operations: Mapping[int, str]
) -> Mapping[int, str]:
    """The nodes that are no operation's output, by their ids: "fc·addmm", "fc (2)·addmm".

    ``makers`` are the recording's, ``operations`` what ``operation_names`` found.
    """
    graph, events = recording.graph, recording.events
    others = {node for _, _, node, _ in graph.others}
    several = {made for made, _, _, _ in graph.others}  # have outputs of more than one node
    following: dict[int, list[int]] = {}
    for one, other in graph.edges:
        following.setdefault(one, []).append(other)

    def named() -> Iterator[tuple[int, str]]:
        for node in reversed(graph.nodes):  # the first that forward made has the last id
            made = makers.of(node.id)
            alone = made is not None and events[made].node == node.id and made not in several
            if alone or node.id in others:
                continue
            name = _BACKWARD.sub("", node.name).lower()
            after = following.get(node.id, ())
            parameter = graph.nodes[after[0]].parameter if len(after) == 1 else None
            if name == "t" and parameter is not None:
                yield node.id, f"{parameter}.T"
                continue
            layer = None if made is None else layer_of(recording, made)
            around = operations.get(-1 if made is None else made, "")
            around = around if layer is None else layer.name
            yield node.id, f"{around}·{name}" if around else name

    return _numbered(named(), set())


def _numbered(names: Iterator[tuple[int, str]], taken: set[str]) -> dict[int, str]:
    """The names by their keys; what comes again has its number behind it."""
    found: dict[int, str] = {}
    for key, name in names:
        own, count = name, 1
        while own in taken:
            count += 1
            own = f"{name} ({count})"
        taken.add(own)
        found[key] = own
    return found
