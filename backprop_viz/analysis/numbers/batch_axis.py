"""Which numbers belong to one sample of the batch, and their counterparts in another sample."""

from dataclasses import replace

from backprop_viz.analysis.numbers.measures import measure_in, measured_part
from backprop_viz.analysis.provenance import Makers, follow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def is_of_sample(recording: Recording, number: Number, makers: Makers | None = None) -> bool:
    """Whether the first dimension of a number's tensor is the batch.

    That is told by the size of what depends on the batch, which is all that the network was given,
    and of its gradients. A parameter, its gradient and a statistic over the batch are of no single
    sample. ``makers`` are those of the recording, where they are known already.
    """
    if measure_in(number) is not None:
        number = measured_part(number)
    if number.intermediate or not number.index or recording.input_id is None:
        return False
    shape = recording.tensors[number.tensor].shape
    if shape[0] != recording.recorded_samples:
        return False
    columns = (layer for one in recording.passes for layer in one.layers.layers)
    given = {recording.input_id, *(layer.tensor for layer in columns if layer.tensor is not None)}
    if number.tensor in given or number.tensor == recording.labels_id:
        return True
    made = number.event
    if made is None or recording.events[made].parameter is not None:
        return False
    event = recording.events[made]
    if event.phase is Phase.BACKWARD:
        made = _differentiated(recording, number, makers or Makers(recording))
    depends = (follow(recording, one, len(recording.events)) for one in given if one is not None)
    return any(i == made for found in depends for i, _ in found)


def _differentiated(recording: Recording, number: Number, makers: Makers) -> int | None:
    """The operation whose output a gradient is of; None for a leaf, or a step inside one."""
    assert number.event is not None
    event = recording.events[number.event]
    if event.node is None:
        return None
    node = event.node
    if not number.arrived and event.op != "AccumulateGrad":
        to = recording.graph.nodes[node].sends[number.slot]
        if to is None:
            return None
        node = to[0]
    made = makers.of(node)
    return made if made is not None and recording.events[made].node == node else None


def at_sample(recording: Recording, number: Number, sample: int) -> Number:
    """The same element of another sample of the batch; the number itself where it is of all."""
    if sample >= recording.recorded_samples or not is_of_sample(recording, number):
        return number
    return replace(number, index=(sample, *number.index[1:]))
