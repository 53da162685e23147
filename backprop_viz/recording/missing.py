"""Why numbers at a cursor are not recorded, as a code of ``Event.missing``; "" if they are."""

from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.layers import Layer


def activation_missing(cursor: Cursor, layer: Layer) -> str:
    """Of what a layer has computed so far, or of an input."""
    if cursor.activation_id(layer) is not None:
        return ""
    events = cursor.recording.events
    if layer.operations:
        done = [i for i in layer.leading if i < cursor.position]
        place = layer.place(len(done))
        return events[done[-1]].missing.get(f"output {place}", "") if done else ""
    # An input has no event of its own: as the layers have it that read it.
    for reader in (cursor.layers.layers[b] for a, b in cursor.layers.edges if a == layer.id):
        missing = events[reader.operations[0]].missing
        why = next((why for place, why in missing.items() if place.startswith("input")), "")
        if why:
            return why
    return ""


def gradient_missing(cursor: Cursor, layer: Layer) -> str:
    """Of the gradient that has come to a layer's shown tensor.

    Where nobody can tell which node made the tensor, it is the reason that the tensor has.
    """
    if layer.node is None and layer.operations:
        return activation_missing(cursor, layer)
    event = None if layer.node is None else cursor.backward_event(layer.node)
    return "" if event is None else event.missing.get(f"input {layer.output_nr}", "")


def node_missing(cursor: Cursor, node: int) -> str:
    """Of what has come to a grad_fn node or what it has sent."""
    event = cursor.backward_event(node)
    return "" if event is None else next(iter(event.missing.values()), "")
