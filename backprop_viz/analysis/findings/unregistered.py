"""Leaves of the graph that are no parameters of the model: layers in a plain list, or made anew."""

from collections.abc import Container, Iterator

from backprop_viz.analysis.provenance import Makers, parents
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding, Severity
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place, said_shape

# These read weights beside their first argument; what the others read first is data.
_PRODUCTS = ("matmul", "mm", "bmm", "einsum")
# What a layer of torch.nn calls, with weights of its own.
_LAYERS = frozenset(
    {
        *("linear", "bilinear", "embedding", "layer_norm", "batch_norm", "group_norm"),
        *("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "lstm", "gru"),
        *("multi_head_attention_forward", "rms_norm", "prelu", "lstm_cell", "gru_cell"),
    }
)


def find(recording: Recording) -> Iterator[Finding]:
    """``unregistered``: read within the model; all of them, and where the first is used.

    Weights of layers never learn. Others may be meant, as a searched-for input is. What runs beside
    the model, such as another network, has leaves of its own.
    """
    if any(parameter.full_shape is not None for parameter in recording.parameters):
        return  # fully_shard has whole parameters made while the model runs
    leaves = {
        node.id
        for node in recording.graph.nodes
        if node.name == "AccumulateGrad" and node.parameter is None
    }
    makers = Makers(recording)
    # What a node has made is no leaf.
    made = {id_ for e in recording.events if e.node is not None for id_ in e.output_ids}
    found: list[tuple[int, str]] = []  # its event, and its shape
    used: list[Event] = []
    for node in sorted(leaves):
        event = recording.ran_at.get(node)
        if event is None:
            continue
        grad = recording.events[event].outputs[0]
        read_at = (makers.of(parent) for parent in parents(recording, node))
        readers = [recording.events[i] for i in read_at if i is not None]
        own = () if grad is None else grad.shape
        reading = [one for one in readers if _reads_weights(recording, one, own, made)]
        if reading:
            found.append((event, "" if grad is None else said_shape(grad.shape)))
            used += reading
    if found:
        severity: Severity = "warning" if any(one.op in _LAYERS for one in used) else "hint"
        place = next((one.place for one in used if one.place is not None), None)
        shapes = ", ".join(dict.fromkeys(shape for _, shape in found))
        values = shapes, "" if place is None else said_place(place)
        yield Finding("unregistered", severity, values, event=found[0][0])


def _reads_weights(
    recording: Recording, reader: Event, shape: tuple[int, ...], made: Container[int | None]
) -> bool:
    """Whether an operation of the model reads a leaf of a shape, not ``made``, as its weights."""
    if reader.phase is not Phase.FORWARD or reader.module is None:
        return False
    known = recording.by_parameter
    if any(
        p.value.shape == shape and name.rpartition(".")[0] == reader.module
        for name, p in known.items()
    ):
        return False  # torch.func.functional_call: others in the place of its own
    own = {parameter.value_id for parameter in known.values()}
    places = [
        k
        for k, (tensor, read) in enumerate(zip(reader.input_ids, reader.inputs, strict=True))
        if tensor not in own and tensor not in made and read is not None and read.shape == shape
    ]
    return any(k > 0 or reader.op in _PRODUCTS for k in places)
