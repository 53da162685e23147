"""Which tensors of a parameter, layer or node the inspector shows as slices."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.doubles import less
from backprop_viz.analysis.numbers.number_origin import (
    activation_number,
    arrived_number,
    grad_number,
    gradient_number,
    sent_number,
    weight_number,
)
from backprop_viz.analysis.provenance import arrived
from backprop_viz.desktop.panels.inspector.tensor_section import is_layer_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.graph import Node
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array


@dataclass(frozen=True, slots=True, eq=False)
class SlicedTensor:
    """A tensor: its short title, its name, its numbers, and what was recorded of it.

    ``origin`` is a Number without an index; None where nothing recorded is the tensor.
    """

    title: str
    name: str
    array: Array | None
    origin: Number | None = None


def parameter_tensors(cursor: Cursor, name: str) -> tuple[SlicedTensor, ...]:
    """A parameter's ``.grad`` and value at the cursor; after its update, Δ and the state too."""
    translate = QCoreApplication.translate
    found = [
        SlicedTensor(".grad", f"{name}.grad", cursor.grad(name), grad_number(cursor, name, ())),
        SlicedTensor(
            translate("SliceSection", "value"),
            name,
            cursor.value(name),
            weight_number(cursor, name, ()),
        ),
    ]
    recording = cursor.recording
    done = [
        i
        for i in recording.happened_to.get(name, ())
        if i < cursor.position and recording.events[i].phase is Phase.UPDATE
    ]
    if not done:
        return tuple(found)
    event = recording.events[done[-1]]
    before, after = event.inputs[0], event.outputs[0]
    if before is not None and after is not None:
        with np.errstate(invalid="ignore"):
            step = after.astype(np.result_type(after.dtype, np.float64)) - before
        found.append(SlicedTensor("Δ", f"Δ{name}", step))
    for key, (_, tensor) in event.state_ids.items():
        origin = Number(tensor, (), done[-1])
        found.append(SlicedTensor(key, f"{name} {key}", recording.tensors[tensor], origin))
    return tuple(found)


def layer_slices(cursor: Cursor, layer: Layer) -> tuple[SlicedTensor, ...]:
    """What a layer computed and its gradient, of the whole batch."""
    here = is_layer_of(cursor, layer)
    translate = QCoreApplication.translate
    name = layer.titled().partition(" · ")[0]
    value, gradient = (cursor.activation(layer), cursor.gradient(layer)) if here else (None, None)
    return (
        SlicedTensor(
            translate("SliceSection", "value"),
            name,
            value,
            activation_number(cursor, layer, ()) if here else None,
        ),
        SlicedTensor(
            translate("SliceSection", "gradient"),
            f"∂L/∂{name}",
            gradient,
            gradient_number(cursor, layer, ()) if here else None,
        ),
    )


def node_tensors(cursor: Cursor, node: Node) -> tuple[SlicedTensor, ...]:
    """The gradients that arrived at a node and that it sent."""
    event = cursor.backward_event(node.id)
    translate = QCoreApplication.translate
    found = []
    for title, numbered, arrays in (
        (translate("SliceSection", "in {number}"), arrived_number, arrived(event) if event else ()),
        (translate("SliceSection", "out {number}"), sent_number, event.outputs if event else ()),
    ):
        for slot, array in enumerate(arrays):
            text = title.format(number=slot)
            origin = numbered(cursor, node.id, slot, ())
            found.append(SlicedTensor(text, f"{node.name} {text}", array, origin))
    return tuple(found)


def buffer_tensors(cursor: Cursor, name: str) -> tuple[SlicedTensor, ...]:
    """A buffer at the cursor, as the iteration began, and what was added since."""
    recording = cursor.recording
    buffer = next((b for b in recording.buffers if b.name == name), None)
    if buffer is None:
        return ()
    ids = buffer.value_id(cursor.position), buffer.value_id(0)
    now, before = (recording.tensors[tensor] for tensor in ids)
    translate = QCoreApplication.translate
    found = [
        SlicedTensor(translate("SliceSection", "now"), name, now, Number(ids[0], ())),
        SlicedTensor(translate("SliceSection", "before"), name, before, Number(ids[1], ())),
    ]
    if now.shape == before.shape and now.dtype.kind in "fiuc":
        found.append(SlicedTensor("Δ", f"Δ{name}", less(now, before)))
    return tuple(found)


def sliced_tensors(
    cursor: Cursor, choice: tuple[str, str] | None, node: Node | None, layer: Layer | None
) -> tuple[SlicedTensor, ...]:
    """The tensors of what the inspector shows: a node, a parameter, a buffer or a layer."""
    if node is not None:
        return node_tensors(cursor, node)
    if layer is not None:
        return layer_slices(cursor, layer)
    if choice is None:
        return ()
    kind, name = choice
    if kind == "buffer":
        return buffer_tensors(cursor, name)
    return parameter_tensors(cursor, name) if name in cursor.recording.by_parameter else ()
