"""Which tensors have the samples of the batch along their first axis, told by the data flow.

An operation that no file names has axes by their number alone: two are "sample" and "feature". Of a
weight, of its gradient and of what is made of weights alone that is not so.
"""

from dataclasses import replace

from backprop_viz.analysis.operations.axes import default_axes
from backprop_viz.analysis.provenance import Makers, forward_events
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.layers import Layer
from backprop_viz.recording.trace.phases import Phase


class SampleAxes:
    """Takes the name "sample" from axes of a recording's tensors that have none."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._makers = Makers(recording)
        layers = [layer for one in recording.passes for layer in one.layers.layers]
        self._layers: dict[int, Layer] = {i: layer for layer in layers for i in layer.operations}
        given = {recording.input_id, recording.labels_id, *(layer.tensor for layer in layers)}
        self._of_batch: set[int | None] = given - {None}
        self._knows_batch = bool(self._of_batch)
        parameters = recording.parameters
        values = (i for buffer in recording.buffers for _, i in buffer.values)
        self._of_weights: set[int | None] = {*values, *(p.value_id for p in parameters)}
        self._of_weights |= {p.grad_id for p in parameters if p.grad_id is not None}
        self._made: dict[int, int] = {}
        for i, event in forward_events(recording):
            read = {*event.input_ids}
            self._made.update((tensor, i) for tensor in event.output_ids if tensor is not None)
            if read & self._of_batch:
                self._of_batch.update(event.output_ids)
            elif read & self._of_weights:
                self._of_weights.update(event.output_ids)

    def named(self, found: NumberExplanation) -> NumberExplanation:
        """An explanation whose factors are of samples only where their tensors are."""
        if not self._knows_batch or not found.parts:
            return found
        return replace(found, parts=tuple(map(self._part, found.parts)))

    def _part(self, part: Part) -> Part:
        factors = tuple(map(self._column, part.factors))
        return part if factors == part.factors else replace(part, factors=factors)

    def _column(self, column: FactorColumn) -> FactorColumn:
        ndim = len(column.axes)
        usual = ndim > 1 and column.axes[0] == "sample" and column.axes == default_axes(ndim)
        if not usual or column.tensor is None:
            return column
        # More rows are those of all samples, as inside a linear layer of sequences.
        rows = len(self._recording.tensors[column.tensor])
        alike = rows == self._recording.recorded_samples
        if alike and self._has_samples(column, column.tensor):
            return column
        return replace(column, axes=tuple(f"axis_{i}" for i in range(ndim)))

    def _has_samples(self, column: FactorColumn, tensor: int) -> bool:
        recording = self._recording
        event = None if column.event is None else recording.events[column.event]
        if event is not None and event.phase not in (Phase.FORWARD, Phase.LOSS):
            if event.parameter is not None or event.node is None:
                return False
            made = self._differentiated(column, event.node)
            output = None if made is None else recording.events[made].output_ids[0]
            return made is not None and output is not None and self._is_of_samples(output)
        return self._is_of_samples(tensor)

    def _differentiated(self, column: FactorColumn, node: int) -> int | None:
        """The operation of whose output, or of what is inside it, a gradient is; None of a leaf."""
        if not column.arrived:
            sends = self._recording.graph.nodes[node].sends
            to = sends[column.slot] if column.slot < len(sends) else None
            if to is None:
                return None
            node = to[0]
        nodes = self._recording.graph.nodes
        sends = nodes[node].sends
        to = sends[0] if sends else None
        if nodes[node].name == "TBackward0" and to is not None and nodes[to[0]].parameter:
            return None  # a weight, turned inside a linear layer
        return self._makers.of(node)

    def _is_of_samples(self, tensor: int) -> bool:
        if tensor in self._of_batch:
            return True
        made, array = self._made.get(tensor), self._recording.tensors[tensor]
        layer = None if made is None else self._layers.get(made)
        if layer is not None:
            return layer.is_of_batch(array)
        # Else it is a constant, or was drawn: a target, a mask.
        return tensor not in self._of_weights
