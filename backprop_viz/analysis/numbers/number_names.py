"""What a number of a recording is called: ``conv1.bias.grad[0]``, ``∂L/∂conv1[0, 2, 4, 4]``.

The names are symbols and identifiers, the same in every language.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from backprop_viz.analysis.joined_ranks import given_by
from backprop_viz.analysis.numbers.called_twice import inner_names, operation_names
from backprop_viz.analysis.numbers.differentiated import LOSS, TAKING, differentiated, leaf_tensor
from backprop_viz.analysis.numbers.fast_weights import fast_weights
from backprop_viz.analysis.numbers.measures import measure_in, measure_symbol, measured_part
from backprop_viz.analysis.operations import intermediate_symbol, operation_of
from backprop_viz.analysis.provenance import Makers, forward_events, layer_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.layers import Layer, numbered
from backprop_viz.recording.trace.phases import Phase

# The names of the parts of a complex number.
PART_NAMES = {"real": "Re", "imag": "Im"}


def element_name(tensor: str, index: Sequence[int]) -> str:
    """An element of a tensor: ``conv1[48, 0, 19, 12]``; a number without dimensions has none."""
    return f"{tensor}[{', '.join(map(str, index))}]" if index else tensor


class NumberNames:
    """Names numbers of one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.makers = Makers(recording)
        # What all gradients are of: ``L``, or an output such as ``out[3]``.
        self.differentiated = differentiated(recording)
        ran = [(e.op, e.input_ids, e.output_ids) for _, e in forward_events(recording)]
        counts = Counter(op for op, _, _ in ran)
        self._several = {op for op, count in counts.items() if count > 1}
        self._fast = fast_weights(ran, {p.value_id: p.name for p in recording.parameters})
        self._operations = operation_names(recording)
        self._inner: Mapping[int, str] | None = None  # found when one is asked for
        # How many gradients each output of a node is sent.
        self._senders = Counter(
            to for node in recording.graph.nodes for to in node.sends if to is not None
        )

    def name(self, number: Number) -> str:
        """The number's tensor and its index; of a measure, whose it is."""
        measure = measure_in(number)
        if measure is not None:
            return measure_symbol(measure, self.name(measured_part(number)))
        named = element_name(self.tensor(number), number.index)
        return f"{PART_NAMES[number.component]} {named}" if number.component else named

    def tensor(self, number: Number) -> str:
        """The number's tensor."""
        if measure_in(number) is not None:
            return self.name(number)
        if number.event is None:
            return self._given(number.tensor)
        event = self.recording.events[number.event]
        if number.intermediate and event.phase is Phase.UPDATE and not event.is_of_step:
            # A scalar of the rule belongs to no element of the parameter.
            owner = event.parameter if number.index else event.op
            return f"{owner} {number.intermediate}"
        if number.intermediate:
            return intermediate_symbol(event, number.intermediate)
        if event.is_beside_graph:
            return event.op
        if event.phase is Phase.BACKWARD:
            return self._gradient(event, number)
        if event.phase is Phase.ZERO_GRAD:
            return f"{event.parameter}.grad"
        if event.phase is Phase.UPDATE:
            states = (key for key, (_, after) in event.state_ids.items() if after == number.tensor)
            state = next(states, None)
            return f"{event.parameter}′" if state is None else f"{event.parameter} {state}"
        return self._made(number.event, number.slot)

    def formula(self, written: str) -> str:
        """A formula with what is differentiated in place of the loss."""
        if self.differentiated == LOSS:
            return written
        return written.replace("∂L/", f"∂{self.differentiated}/")

    def step(self, number: Number) -> str:
        """The step of a path that it is: its layer, an operation after that, or a parameter.

        A layer's name is that of its first operation, and ``relu`` after it a step of its own.
        """
        recording = self.recording
        event = None if number.event is None else recording.events[number.event]
        if event is None or event.phase in (Phase.ZERO_GRAD, Phase.UPDATE) or number.intermediate:
            return self.tensor(number)
        made = number.event
        if event.phase is Phase.BACKWARD:
            if event.node == 0 and number.arrived and self.differentiated != LOSS:
                return self.differentiated
            if event.parameter is not None or event.node is None:
                return self.tensor(number)
            made = self.makers.of(event.node)
        if made is None:
            return event.op.removesuffix("Backward0").lower()
        layer, operation = layer_of(recording, made), recording.events[made]
        if operation.phase is Phase.LOSS:
            return self._in_loss(made, layer)
        if layer is None:
            return self._operations.get(made, operation.op)
        return layer.name if made == layer.operations[0] else operation.op

    def _given(self, tensor: int) -> str:
        recording = self.recording
        if tensor == recording.input_id:
            inputs = (layer.name for layer in recording.layers.layers if not layer.operations)
            return next(inputs, "x")
        for parameter in recording.parameters:
            if tensor == parameter.value_id:
                return parameter.name
            if tensor == parameter.grad_id:
                return f"{parameter.name}.grad"
        for i, event in enumerate(recording.events):
            given = given_by(recording, i) if event.op == ALL_REDUCE else ()
            if tensor in given:  # of another rank: that of this one has an event that made it
                return f"{event.parameter}.grad@{given.index(tensor)}"
            for key, (before, _) in event.state_ids.items():
                if tensor == before:
                    return f"{event.parameter} {key} before"
        for buffer in recording.buffers:
            if any(tensor == value for _, value in buffer.values):
                return buffer.name
        if tensor == recording.labels_id:
            return "y"
        columns = (layer for one in recording.passes for layer in one.layers.layers)
        argument = next((layer.name for layer in columns if layer.tensor == tensor), None)
        if argument is not None:
            return argument
        return self._by_use(tensor)

    def _by_use(self, tensor: int) -> str:
        """A tensor by the event that made it; a constant by the first operation that read it."""
        events = self.recording.events
        made = next((i for i, event in enumerate(events) if tensor in event.output_ids), None)
        if made is not None:
            slot = events[made].output_ids.index(tensor)
            return self.tensor(Number(tensor, (), made, slot))
        for i, event in enumerate(events):
            if tensor in event.input_ids:
                place = event.input_ids.index(tensor)
                if event.phase is Phase.BACKWARD:  # the gradient that backward began with
                    return self.tensor(Number(tensor, (), i, place, arrived=True))
                entry = operation_of(event) if event.phase is Phase.LOSS else None
                if entry is not None and entry.role(place) == "target":
                    return "target"
                alone = event.op not in self._several
                return f"{event.op if alone else self._made(i, 0)}.arg{place}"
        return f"tensor {tensor}"

    def _gradient(self, event: Event, number: Number) -> str:
        return self.formula(self._of_loss(event, number))

    def _of_loss(self, event: Event, number: Number) -> str:
        if event.parameter is not None:
            return f"∂L/∂{event.parameter}" if number.arrived else f"{event.parameter}.grad"
        if event.node is None:
            return event.op
        if number.arrived:
            return f"∂L/∂{self._output_of(event.node, number.slot)}"
        if event.op == "AccumulateGrad":
            return f"{self._output_of(event.node, number.slot)}.grad"
        sends = self.recording.graph.nodes[event.node].sends
        to = sends[number.slot] if number.slot < len(sends) else None
        if to is None:
            return f"∂L/∂({event.op} input)"
        sent = f"∂L/∂{self._output_of(*to)}"
        # One of several that are summed where they arrive.
        return f"{self._output_of(event.node, 0)} → {sent}" if self._senders[to] > 1 else sent

    def _output_of(self, node: int, slot: int) -> str:
        """The output of a forward operation whose gradient arrives at a node."""
        if node == 0 and self.differentiated != LOSS:
            return self.differentiated
        found = self.recording.graph.nodes[node]
        if found.parameter is not None:
            return found.parameter
        leaf = leaf_tensor(self.recording, node, self.makers)
        if leaf is not None:
            return self._given(leaf)
        others = self.recording.graph.others
        other = next((o for o in others if o[2:] == (node, slot)), None)
        if other is not None:
            return self._made(*other[:2])
        made = self.makers.of(node)
        own = made is not None and self.recording.events[made].node == node
        elsewhere = any(o[:2] == (made, slot) for o in others)
        if made is None or not own or elsewhere:
            return self._within(node) + self._which(node, slot)
        return self._made(made, slot)

    def _within(self, node: int) -> str:
        """What an inner node of a composite operation computes: ``fc1.weight.T``, ``fc1·addmm``."""
        if self._inner is None:
            self._inner = inner_names(self.recording, self.makers, self._operations)
        return self._inner.get(node, self.recording.graph.nodes[node].name)

    def _which(self, node: int, slot: int) -> str:
        """Which of a node's outputs it is, as ``.2``, where there are several."""
        ran = self.recording.ran_at.get(node)
        count = 1 if ran is None else len(self.recording.events[ran].input_ids)
        return f".{slot}" if count > 1 else ""

    def _made(self, index: int, slot: int) -> str:
        """An output of a forward operation: ``relu(conv1)``; by the operation outside a layer."""
        event, layer = self.recording.events[index], layer_of(self.recording, index)
        made = event.output_ids[slot] if slot < len(event.output_ids) else None
        if made in self._fast:
            return self._fast[made]
        several = f".{slot}" if len(event.output_ids) > 1 else ""
        if event.phase is Phase.LOSS:
            return self._in_loss(index, layer) + several
        if layer is None:
            return self._operations.get(index, event.op) + several
        place = layer.operations.index(index)
        return layer.showing(place).titled().replace(" · ", "·") + several

    def _in_loss(self, index: int, layer: Layer | None) -> str:
        """What the loss is made by: ``loss`` itself, before it ``mul:45``, an operation and a line.

        A second ``mul`` of that line is ``mul:45 (2)``. A loss that is one operation and a part
        of another has its layer's name.
        """
        event = self.recording.events[index]
        if layer is None and event.op in TAKING and self.differentiated != LOSS:
            return "out"
        if layer is not None and index == layer.operations[-1]:
            later = self.recording.layers_at(index + 1).layers[layer.id + 1 :]
            ends = (self.recording.events[y.operations[-1]] for y in later if y.operations)
            if len(layer.operations) == 1 or all(e.phase is not Phase.LOSS for e in ends):
                return layer.name
        called = _with_line(event)
        before = self.recording.events[:index]
        count = sum(e.phase is Phase.LOSS and _with_line(e) == called for e in before)
        return numbered(called, count + 1)


def _with_line(event: Event) -> str:
    return event.op if event.place is None else f"{event.op}:{event.place[1]}"
