"""What the network panel shows at a cursor, taken from the recording. No Qt here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.comparison import Comparison
from backprop_viz.analysis.gradient_links import gradient_links
from backprop_viz.desktop.panels.network.compared_blocks import COMPARED_ROWS, compared_blocks
from backprop_viz.desktop.panels.network.feature_maps import (
    Block,
    Mode,
    blocks,
    shape_text,
    shown_activation,
)
from backprop_viz.desktop.panels.phases.phases import current_phase
from backprop_viz.desktop.style.numbers import rounded
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.missing import activation_missing, gradient_missing
from backprop_viz.recording.trace.layers import Layer, LayerGraph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array

_COMPUTED = (Phase.FORWARD, Phase.LOSS)


@dataclass(frozen=True, slots=True)
class NetworkState:
    """The network at a cursor; ``cursor`` is None while the previous ``layers`` are shown.

    ``current`` is the layer of the event just done; it is marked in the colour of ``phase``.
    ``label`` is that of the ``sample`` shown. Without ``classes`` no output is a logit of one.
    ``batch`` is the cursor where forward is still to come, and only its batch is known.
    """

    layers: LayerGraph
    cursor: Cursor | None
    mode: Mode
    phase: Phase | None = None
    current: str | None = None
    label: int | None = None
    sample: int = 0
    comparison: Comparison | None = None
    classes: bool = True
    batch: Cursor | None = None

    @property
    def rows(self) -> int:
        """How many rows of blocks a column has: then, now, and their difference in a comparison."""
        return 1 if self.comparison is None or self.cursor is None else COMPARED_ROWS

    def blocks(self, layer: Layer) -> tuple[Block, ...]:
        """The blocks of a layer's column, row by row."""
        if self.batch is not None and not layer.operations:
            return blocks(self.batch, replace(layer, tensor=None), self.mode, self.sample)
        if self.comparison is None or self.cursor is None:
            return blocks(self.cursor, layer, self.mode, self.sample)
        return compared_blocks(self.cursor, self.comparison.then, layer, self.mode, self.sample)

    @property
    def backwards(self) -> bool:
        """Whether the arrows point in the direction of the gradients."""
        if self.phase is Phase.BACKWARD:
            return True
        return self.mode == "gradients" and self.phase not in (Phase.FORWARD, Phase.LOSS)

    def is_drawn_like(self, before: "NetworkState") -> bool:
        """Whether at most single layers and arrows look different than before."""
        return (
            self.layers == before.layers
            and self.mode == before.mode
            and self.label == before.label
            and self.backwards == before.backwards
            and self.comparison == before.comparison
        )

    def differs_at(self, layer: Layer, before: "NetworkState") -> bool:
        """Whether a layer's outline or caption looks different than before."""
        framed = layer.name in (self.current, before.current)
        if framed and (self.current, self.phase) != (before.current, before.phase):
            return True
        if self.title(layer) != before.title(layer):
            return True
        if self.missing(layer) != before.missing(layer):
            return True
        return not layer.shape and self.caption(layer) != before.caption(layer)

    def reached(self, edge: tuple[int, int]) -> bool:
        """Whether the data or gradient along an edge has arrived."""
        if self.cursor is None:
            return False
        before, after = (self.layers.layers[i] for i in edge)
        cursor = self.cursor
        if self.backwards:
            came = cursor.gradient_id(before) is not None or bool(gradient_missing(cursor, before))
            return came and self._comes_from(after, cursor) and self._is_link(edge, cursor)
        return cursor.activation_id(after) is not None or bool(activation_missing(cursor, after))

    def _is_link(self, edge: tuple[int, int], cursor: Cursor) -> bool:
        """Whether what one layer read of the other has a gradient, as whole numbers have not."""
        links = _owners_of(cursor.recording, cursor.position).links.get(edge[1])
        return links is None or edge[0] in links

    def _comes_from(self, layer: Layer, cursor: Cursor) -> bool:
        """Whether backward has gone through a layer; where no node is known, whether it can."""
        nodes = [output.node for output in layer.outputs if output.node is not None]
        if nodes:
            return any(cursor.backward_event(node) is not None for node in nodes)
        ends_here = any(output.op == "detach" for output in layer.outputs)
        return not (ends_here or self.layers.is_passed_by(layer))

    def title(self, layer: Layer) -> str:
        """A layer's name and, if it has several outputs, which one is shown."""
        if self.mode == "weights":
            return layer.name
        ran = None
        if self.mode == "activations" and self.cursor is not None:
            ran = sum(i < self.cursor.position for i in layer.leading) or None
        return layer.titled(ran)

    def switchable(self, layer: Layer) -> bool:
        """Whether the layer has another output to show."""
        return layer.switchable and self.mode != "weights"

    def missing(self, layer: Layer) -> str:
        """Why a layer's numbers are not recorded, as a code of ``Event.missing``; else ""."""
        if self.cursor is None or self.mode == "weights":
            return ""
        if self.mode == "gradients":
            return gradient_missing(self.cursor, layer)
        return activation_missing(self.cursor, layer)

    def caption(self, layer: Layer) -> str:
        """The text below a layer's name: its shape, or its value if it is a scalar."""
        return shape_text(layer.shape) if layer.shape else self.value_texts(layer)[0]

    def value_texts(self, layer: Layer) -> tuple[str, ...]:
        """The value of a scalar in ever fewer digits; "" where there is none yet."""
        value = None if self.cursor is None else shown_activation(self.cursor, layer)
        return ("",) if value is None or not value.size else tuple(rounded(value.flat[0]))

    def marks(self, layer: Layer) -> tuple[int | None, int | None]:
        """The indices of the largest logit and of the label; None if there are none."""
        if self.mode != "activations" or not self.is_logits(layer) or self.cursor is None:
            return None, None
        array = self.cursor.activation(layer)
        if array is None or not len(array):
            return None, None
        logits = array[self.cursor.recording.sample_of(array, self.sample)]
        if not np.isfinite(logits).all():
            return None, None
        label = self.label if self.label is not None and self.label < len(logits) else None
        return int(logits.argmax()), label

    def is_logits(self, layer: Layer) -> bool:
        """Whether a layer is the last one of the forward pass, with one unit for each class."""
        if len(layer.shape) != 1 or not self.classes:
            return False
        read_by = [self.layers.layers[b] for a, b in self.layers.edges if a == layer.id]
        return all(not reader.shape for reader in read_by)


def following_mode(mode: Mode, before: Phase | None, now: Phase | None) -> Mode:
    """The mode after the cursor moved to another phase, unless the user chose one.

    It depends on the phases alone, not on how the cursor got there.
    """
    if now is before:
        return mode
    return "gradients" if now in (Phase.BACKWARD, Phase.UPDATE) else "activations"


def state_of(view_state: ViewState, mode: Mode, remembered: LayerGraph) -> NetworkState:
    """The network at the cursor. A recording without one yet shows the previous one, empty.

    Not if that has other parameters: then it is another network, and nothing is shown.
    """
    cursor = view_state.cursor
    recording = cursor.recording
    phase = current_phase(view_state)
    layers = cursor.layers
    if not layers.layers:
        own = {p.name for p in recording.parameters}
        fits = not own or all(own.issuperset(layer.parameters) for layer in remembered.layers)
        known = remembered if fits else LayerGraph()
        batch = cursor if _takes(known, recording.input) else None
        return NetworkState(known, None, mode, phase, sample=view_state.sample, batch=batch)
    began = phase is not None and cursor.position > 0
    current = layer_name_of(recording, cursor.position - 1) if began else None
    labels, sample = recording.labels, view_state.sample
    label = None if labels is None or sample >= len(labels) else labels[sample]
    return NetworkState(
        layers,
        cursor,
        mode,
        phase,
        current,
        None if label is None else int(label),
        sample,
        view_state.comparison,
        bool(view_state.classes),
    )


def _takes(layers: LayerGraph, batch: Array | None) -> bool:
    """Whether a batch is what a network's only input was: its samples are of the same shape."""
    inputs = [layer for layer in layers.layers if not layer.operations]
    return batch is not None and [layer.shape for layer in inputs] == [batch.shape[1:]]


def expected_layers(view_state: ViewState) -> LayerGraph:
    """The layers of the cursor's iteration; while that runs, those that it will have if it can be.

    What has run so far is the beginning of the network that the last whole iteration had.
    """
    layers, whole = view_state.cursor.layers, view_state.last_whole
    if whole is None or view_state.cursor.recording.iteration <= view_state.iteration:
        return layers
    usual = whole.at(len(whole.events)).layers
    known = {layer.name for layer in usual.layers}
    return usual if all(layer.name in known for layer in layers.layers) else layers


def layer_name_of(recording: Recording, index: int) -> str | None:
    """The layer that an event belongs to: by its operation, node or parameter.

    A node that no layer made (the transpose of a weight, a view, an accumulation) belongs where
    its gradient came from. An operation of no layer, as of an accuracy that autograd does not
    follow, belongs to the layer whose output it comes from.
    """
    event = recording.events[index]
    owners = _owners_of(recording, index + 1)
    if index in owners.by_operation:
        return owners.by_operation[index]
    if event.parameter is not None:
        return owners.by_parameter.get(event.parameter)
    node = event.node
    while node is not None and node not in owners.by_node:
        node = owners.parents.get(node)
    if node is not None:
        return owners.by_node[node]
    return _comes_from(recording, index, owners) if event.phase in _COMPUTED else None


def _comes_from(recording: Recording, index: int, owners: "_Owners") -> str | None:
    """The layer whose output was made last of what an operation was computed from."""
    found, waiting, seen = -1, [index], {index}
    while waiting:
        reader = waiting.pop()
        for tensor in recording.events[reader].input_ids:
            made = owners.made_by.get(tensor, reader)
            if made in owners.by_operation and made < reader:
                found = max(found, made)
            elif made < reader and made not in seen:
                seen.add(made)
                waiting.append(made)
    return owners.by_operation.get(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Owners:
    """The names of the layers of a pass, by what belongs to them; each node's first parent.

    ``made_by`` has for each tensor the index of the operation that made it. ``links`` lead from a
    layer's place to those that its gradient goes on to, where that is known.
    """

    by_operation: dict[int, str]
    by_node: dict[int, str]
    by_parameter: dict[str, str]
    parents: dict[int, int]
    made_by: dict[int | None, int]
    links: Mapping[int, frozenset[int]]


_known: "WeakKeyDictionary[Recording, dict[int, _Owners]]" = WeakKeyDictionary()


def _owners_of(recording: Recording, position: int) -> _Owners:
    """Those of the pass that the cursor is in; found once for each pass."""
    layers = recording.layers_at(position)
    start = next((p.start for p in recording.passes if p.layers is layers), -1)
    known = _known.setdefault(recording, {})
    if start not in known:
        by_operation: dict[int, str] = {}
        by_node: dict[int, str] = {}
        by_parameter: dict[str, str] = {}
        for layer in layers.layers:
            for i in layer.operations:
                by_operation[i] = layer.name
                node = recording.events[i].node
                if node is not None:
                    by_node[node] = layer.name
            for parameter in layer.parameters:
                by_parameter.setdefault(parameter, layer.name)
        parents = {b: a for a, b in reversed(recording.graph.edges)}
        computed = [i for i, event in enumerate(recording.events) if event.phase in _COMPUTED]
        made_by = {id_: i for i in computed for id_ in recording.events[i].output_ids}
        links = gradient_links(recording.graph, layers)
        known[start] = _Owners(by_operation, by_node, by_parameter, parents, made_by, links)
    return known[start]
