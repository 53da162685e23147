"""What backward differentiates, and with respect to what: usually the loss, by the parameters."""

import numpy as np

from backprop_viz.analysis.provenance import Makers, forward_events, maker
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

LOSS = "L"
# Operations that only take elements out of a tensor.
TAKING = ("getitem", "select", "narrow", "squeeze", "view", "reshape", "flatten")


def leaf_tensor(recording: Recording, node: int, makers: Makers) -> int | None:
    """The tensor whose gradient an AccumulateGrad of no parameter takes: a batch, a drawing.

    None where what reads it was not recorded, or where several tensors come into question.
    """
    leaf = recording.graph.nodes[node]
    if leaf.name != "AccumulateGrad" or leaf.parameter is not None:
        return None
    known = {parameter.value_id for parameter in recording.parameters}
    found = set()
    for sender in (one for one, other in recording.graph.edges if other == node):
        made = makers.of(sender)
        read = () if made is None else recording.events[made].input_ids
        for tensor in read:
            if tensor is None or tensor in known or maker(recording, tensor, made or 0) is not None:
                continue
            if recording.tensors[tensor].shape == leaf.shape:
                found.add(tensor)
    return found.pop() if len(found) == 1 else None


def differentiated(recording: Recording) -> str:
    """The symbol of what backward starts from: ``L``; ``out[3]`` where it is an output's element.

    The element of a batch of one is named without its sample.
    """
    made = [event for _, event in forward_events(recording) if event.node == 0]
    if not made or made[-1].op not in TAKING:
        return LOSS
    output = _taken_from(recording, made[-1])
    ran = None if output is None or output.node is None else recording.runs.get(output.node)
    arrived = recording.events[ran[-1]].inputs[0] if ran else None
    places = np.argwhere(arrived) if arrived is not None else np.empty((0, 0))
    if arrived is None or len(places) != 1 or arrived[tuple(places[0])] != 1:
        return LOSS
    index = places[0].tolist()
    if arrived.ndim > 1 and arrived.shape[0] == 1:
        del index[0]
    return f"out[{', '.join(map(str, index))}]"


def _taken_from(recording: Recording, taken: Event) -> Event | None:
    """The operation of the network whose output an element is of."""
    event: Event | None = taken
    while event is not None and event.phase is not Phase.FORWARD:
        tensor = event.input_ids[0] if event.op in TAKING else None
        made = None if tensor is None else maker(recording, tensor, len(recording.events))
        event = None if made is None else recording.events[made]
    return event
