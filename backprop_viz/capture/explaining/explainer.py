"""Why a recorded number is what it is."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from backprop_viz.analysis.numbers.intermediates import intermediate_value
from backprop_viz.analysis.numbers.measure_terms import measure_explanation
from backprop_viz.analysis.numbers.measures import measure_in
from backprop_viz.analysis.numbers.written_sums import (
    letters_of,
    moves,
    upstream_letters,
    written_sum,
)
from backprop_viz.analysis.operations import (
    axes_of,
    forward_facts,
    forward_formula,
    intermediate_symbol,
)
from backprop_viz.analysis.operations.index_forms import bracket
from backprop_viz.analysis.own_steps import is_told_by_operations, moved_by
from backprop_viz.capture.explaining.complex_numbers import forward_in_parts, of_component
from backprop_viz.capture.explaining.gradients import gradient_formula, gradient_parts
from backprop_viz.capture.explaining.intermediates import intermediate_explanation
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.outputs import output_parts
from backprop_viz.capture.explaining.recurrent_weights import parts_over_steps
from backprop_viz.capture.explaining.reductions import reduced_parts
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.explaining.rewritten import read_before, rewritten_parts
from backprop_viz.capture.explaining.rounding import rounding_of, rounding_of_inputs
from backprop_viz.capture.explaining.sample_axes import SampleAxes
from backprop_viz.capture.explaining.scaled_gradients import told_by_factor
from backprop_viz.capture.explaining.updates import update_parts
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    Fact,
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import ALL_REDUCE, REDUCE_SCATTER
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


def explain_number(recording: Recording, number: Number) -> NumberExplanation:
    """The terms of a number, their sum, and what was so.

    Raises ValueError if the recording has no such number.
    """
    return Explainer(recording).explain(number)


class Explainer:
    """Explains the numbers of one recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.lookup, self._axes = Lookup(recording), SampleAxes(recording)
        # By an event: the explanation of what it made, where that is one number.
        self._closed: dict[int, NumberExplanation] = {}

    def explain(self, number: Number) -> NumberExplanation:
        """As ``explain_number``."""
        if self.is_whole_complex(number):
            imaginary = self.explain(replace(number, component="imag"))
            return replace(self.explain(replace(number, component="real")), imaginary=imaginary)
        value = self.value(number)
        if measure_in(number) is not None:
            return measure_explanation(self.recording, number)
        if number.intermediate and not self._is_of_update(number):
            return intermediate_explanation(self.lookup, number, self.made_of(number))
        if number.event is None and self.lookup.written(number.tensor) is not None:
            number = replace(
                self.lookup.number(number.tensor, number.index), component=number.component
            )
        if number.event is None:
            return NumberExplanation(number, value, "given", "", total=value)
        event = self.recording.events[number.event]
        same = self.lookup.same_as(number)
        if same is not None:
            return replace(self.explain(same), number=number, value=value)
        try:
            found = self._of_event(number, value, event)
        except NotReplayed as none:
            formula, facts = self._words(event, number)
            kind = _kind(event, number)
            found = NumberExplanation(
                number, value, kind, event.op, formula, facts=facts, reason=none.reason
            )
        closed = self._axes.named(told_by_factor(self.lookup, self._closing(found, event)))
        return of_component(closed) if number.component else closed

    def value(self, number: Number) -> float:
        """What torch has. Raises ValueError if the recording has no such number."""
        recording = self.recording
        if number.intermediate:
            return intermediate_value(recording, number)
        if not 0 <= number.tensor < len(recording.tensors):
            raise ValueError(f"The recording has no tensor {number.tensor}.")
        array = recording.tensors[number.tensor]
        fits = len(number.index) == array.ndim and all(
            0 <= i < n for i, n in zip(number.index, array.shape, strict=True)
        )
        if not fits:
            raise ValueError(f"A tensor of shape {array.shape} has no element {number.index}.")
        if number.component and not np.iscomplexobj(array):
            raise ValueError(f"Tensor {number.tensor} is real: it has no {number.component} part.")
        component = number.component or ("real" if np.iscomplexobj(array) else "")
        return float(component_of(array[number.index], component))

    def is_whole_complex(self, number: Number) -> bool:
        """Whether it is an element of a complex tensor, and not one of its components."""
        if number.component or number.intermediate:
            return False
        known = 0 <= number.tensor < len(self.recording.tensors)
        return known and np.iscomplexobj(self.recording.tensors[number.tensor])

    def _of_event(self, number: Number, value: float, event: Event) -> NumberExplanation:
        kind = _kind(event, number)
        if kind in ("forward", "loss"):
            return self._made(number, value, kind, event)
        if kind in ("update", "accumulated", "gradient") and is_told_by_operations(event):
            assert number.event is not None
            made = moved_by(self.recording, number.event, number.tensor)
            if made is not None:
                return replace(self._moved(number, value, *made), kind=kind)
        if kind in ("update", "intermediate"):
            formula, parts, facts = update_parts(self.lookup, number)
            return _explained(number, value, kind, event.op, formula, parts, facts)
        if kind == "given":
            return NumberExplanation(number, value, kind, event.op, total=value)
        if event.op == REDUCE_SCATTER:
            reason = Fact("reduce_scattered")
            return NumberExplanation(number, value, "given", event.op, total=value, reason=reason)
        if event.op == ALL_REDUCE:
            formula, parts, facts = reduced_parts(self.recording, number, value)
            return _explained(number, value, kind, event.op, formula, parts, facts)
        if event.node is None:
            return self._rewritten(number, value, kind, event)
        if kind == "arrived":
            return self._arrived(number, value, event)
        if kind == "accumulated":
            return self._accumulated(number, value, event)
        return self._sent(number, value, event)

    # -- forward and loss --------------------------------------------------------------------

    def _made(self, number: Number, value: float, kind: str, event: Event) -> NumberExplanation:
        parts, depends = output_parts(self.lookup, number)
        formula, facts = self._words(event, number)
        if not formula:
            write = self.lookup.written(number.tensor)
            maker = event if write is None else write.operation
            formula = _written("y", number, parts, maker, event)
        return _explained(number, value, kind, event.op, formula, parts, (*facts, *depends))

    def _moved(self, number: Number, value: float, made: int, slot: int) -> NumberExplanation:
        """A new weight or ``.grad``, by the operation of the step that made it."""
        tensor = self.recording.events[made].output_ids[slot]
        assert tensor is not None
        found = self.explain(replace(number, tensor=tensor, event=made, slot=slot))
        return replace(found, number=number, value=value)

    def _is_of_update(self, number: Number) -> bool:
        assert number.event is not None
        event = self.recording.events[number.event]
        return event.phase is Phase.UPDATE and not event.is_of_step

    def _words(self, event: Event, number: Number) -> tuple[str, tuple[Fact, ...]]:
        """The formula, and which branch was taken; also where there are no terms."""
        if self.lookup.written(number.tensor) is not None and not number.arrived:
            return "", (Fact("written_through_view", (event.op,)),)
        if event.phase in (Phase.FORWARD, Phase.LOSS) or event.is_beside_graph:
            facts = forward_facts(event, number.slot, number.index)
            written = forward_formula(event, number.index, number.slot)
            written = forward_in_parts(written, event, number.component)
            return written, self.lookup.facts_with_makers(facts)
        if event.phase is Phase.BACKWARD and event.op != "AccumulateGrad" and not number.arrived:
            return gradient_formula(self.lookup, number)
        return "", ()

    def made_of(self, number: Number) -> NumberExplanation | None:
        """The explanation of the one number that an intermediate value's operation makes."""
        assert number.event is not None
        event = self.recording.events[number.event]
        if event.phase is Phase.BACKWARD and not event.is_beside_nodes:
            return None
        made = event.output_ids[0] if len(event.output_ids) == 1 else None
        if made is None or self.recording.tensors[made].ndim or self.recording.samples is not None:
            return None
        if number.event not in self._closed:
            self._closed[number.event] = self.explain(Number(made, (), number.event))
        return self._closed[number.event]

    # -- gradients ---------------------------------------------------------------------------

    def _sent(self, number: Number, value: float, event: Event) -> NumberExplanation:
        parts = gradient_parts(self.lookup, number)
        formula, facts = self._words(event, number)
        if not parts and not facts:
            facts = (Fact("no_way_here", (event.op,)),)
        if not formula or moves(event.op):
            made = self.lookup.made_node(event.node)
            maker = None if made is None else made[1]
            formula = _written("∂L/∂x", number, parts, maker, event) or formula
        found = _explained(number, value, "gradient", event.op, formula, parts, facts)
        changed = self.recording.intervention
        node = None if changed is None else self.recording.graph.find(changed.node)
        if changed is None or node is None or node.id != event.node:
            return found
        rest = Part("intervention", np.array([value - found.total]))
        fact = Fact("intervention", (changed.kind, changed.value, found.total))
        return _explained(
            number, value, "gradient", event.op, formula, (*parts, rest), (*facts, fact)
        )

    def _arrived(self, number: Number, value: float, event: Event) -> NumberExplanation:
        """The sum of what was sent; from one node alone, that node's own sum."""
        assert number.event is not None
        assert event.node is not None
        senders = self.lookup.sent_to(event.node, number.slot, number.event)
        if not senders:
            # A loss's own gradient is 1; out.backward(gradient) is given another.
            given = bool(number.index) or value != 1.0
            fact = Fact("backward_starts_given" if given else "backward_starts")
            return NumberExplanation(number, value, "arrived", event.op, total=value, facts=(fact,))
        numbers = []
        for i, slot in senders:
            tensor = self.recording.events[i].output_ids[slot]
            assert tensor is not None
            numbers.append(Number(tensor, number.index, i, slot, component=number.component))
        self._not_changed_on_the_way(number, value, numbers, event)
        if len(numbers) == 1:
            return replace(self.explain(numbers[0]), number=number, value=value)
        over_steps = parts_over_steps(self.lookup, number, numbers)
        if over_steps is not None:
            return _explained(number, value, "arrived", event.op, *over_steps, ())
        parts = tuple(Part("sent", column.values, (column,)) for column in map(self._one, numbers))
        formula = " + ".join(f"∂L/∂x via {self.recording.events[i].op}" for i, _ in senders)
        return _explained(number, value, "arrived", event.op, formula, parts, ())

    def _not_changed_on_the_way(
        self, number: Number, value: float, sent: Sequence[Number], event: Event
    ) -> None:
        """Raises NotReplayed if what arrived is not what was sent: a hook has changed it."""
        if self.recording.samples is not None:
            return
        values = np.array([self.value(one) for one in sent])
        total, size = float(values.sum()), float(np.abs(values).sum()) + abs(value)
        rounding = rounding_of(self.recording.tensors[number.tensor])
        if abs(value - total) > rounding * size:
            raise NotReplayed("changed_by_hook", event.op, total)

    def _accumulated(self, number: Number, value: float, event: Event) -> NumberExplanation:
        """``.grad`` before, and what arrived."""
        before, arrived = event.input_ids
        if arrived is None:
            return NumberExplanation(number, value, "accumulated", event.op, total=value)
        came = Number(
            arrived, number.index, number.event, 0, arrived=True, component=number.component
        )
        if before is None:
            found = self.explain(came)
            return replace(found, number=number, value=value, kind="accumulated")
        made = self._made_grad(event, before)
        old = self._one(Number(before, number.index, made, component=number.component))
        new = self._one(came)
        parts = (Part("before", old.values, (old,)), Part("arrived", new.values, (new,)))
        formula = "w.grad ← w.grad + δ"
        return _explained(number, value, "accumulated", event.op, formula, parts, ())

    def _rewritten(
        self, number: Number, value: float, kind: str, event: Event
    ) -> NumberExplanation:
        """``.grad`` after or, as what arrived, before it was changed by what is no node."""
        before = event.input_ids[0]
        maker = None if before is None else self._made_grad(event, before)
        if number.arrived:
            made = self.explain(read_before(event, number, maker))
            return replace(made, number=number)
        parts = rewritten_parts(self.lookup, number, maker)
        return _explained(number, value, kind, event.op, *parts)

    def _made_grad(self, event: Event, tensor: int) -> int | None:
        """The event that made the ``.grad`` that another one found."""
        for i in self.recording.happened_to.get(event.parameter or "", ()):
            other = self.recording.events[i]
            if other is not event and tensor in other.output_ids:
                return i
        return None

    def _one(self, number: Number) -> FactorColumn:
        array = self.recording.tensors[number.tensor]
        return FactorColumn(
            "upstream" if number.arrived or number.event is not None else "grad",
            np.array([float(component_of(array[number.index], number.component))]),
            number.tensor,
            np.array([number.index], np.int64).reshape(1, array.ndim),
            number.event,
            number.slot,
            number.arrived,
            axes_of(None, "", array.ndim),
            component=number.component,
        )

    # -- does it close? ----------------------------------------------------------------------

    def _closing(self, found: NumberExplanation, event: Event) -> NumberExplanation:
        """The explanation; a reason in place of the terms where they do not sum to the value."""
        if found.reason is not None or found.kind == "measure":  # a norm is the root of its sum
            return found
        rounding = rounding_of(self.recording.tensors[found.number.tensor])
        size = abs(found.value) + sum(map(_size, found.parts))
        if not np.isfinite(size) or abs(found.residual) <= rounding * size:
            return found
        size += sum(map(self._size_within, found.parts))
        least = rounding_of_inputs(event.inputs)
        if abs(found.residual) <= max(rounding * size, least):
            return found
        if self.recording.samples is not None:
            reason = Fact("samples", (self.recording.samples,))
        else:
            reason = Fact("does_not_close", (event.op, found.total))
        return replace(found, parts=(), total=0.0, reason=reason)

    def _size_within(self, part: Part) -> float:
        """How large the terms are of what goes into a term: a mean is rounded as its sum is."""
        if len(part.values) != 1 or not any(map(_is_sum, part.factors)):
            return 0.0
        sizes = []
        for column in part.factors:
            number = column.number(0) if _is_sum(column) else None
            inside = () if number is None else self.explain(number).parts
            deeper = sum(_size(each) + self._size_within(each) for each in inside)
            sizes.append(deeper or abs(float(column.values[0])))
        return math.prod(sizes)


def _written(
    made: str, number: Number, parts: tuple[Part, ...], maker: Event | None, event: Event
) -> str:
    """The sum with its places; that of a complex number's part is left to its table."""
    if number.component:
        return ""
    left = f"{made}{bracket(list(map(str, number.index)))}"
    letters = dict(letters_of(maker))
    if event.phase is Phase.BACKWARD and not event.is_beside_nodes:
        letters |= upstream_letters(event)
    return written_sum(left, parts, letters, partial(intermediate_symbol, event))


def _size(part: Part) -> float:
    """How large a part's terms are, and its upstream gradients: a local derivative may be 1 - 1."""
    upstream = (f.values for f in part.factors if f.role == "upstream")
    return float(sum(np.abs(values).sum() for values in (part.values, *upstream)))


def _is_sum(column: FactorColumn) -> bool:
    """Whether a factor is an intermediate value as it is, and so a sum of terms."""
    return bool(column.intermediate) and not column.function


def _kind(event: Event, number: Number) -> str:
    if number.intermediate:
        return "intermediate"
    if event.phase is Phase.FORWARD or event.is_beside_graph:
        return "forward"
    if event.phase is Phase.LOSS:
        return "loss"
    if event.phase is Phase.UPDATE:
        return "update"
    if event.phase is Phase.ZERO_GRAD:
        return "given"
    if number.arrived:
        return "arrived"
    of_leaf = event.op == "AccumulateGrad" or event.node is None
    return "accumulated" if of_leaf else "gradient"


def _explained(
    number: Number,
    value: float,
    kind: str,
    op: str,
    formula: str,
    parts: tuple[Part, ...],
    facts: tuple[Fact, ...],
) -> NumberExplanation:
    total = float(sum(float(part.values.sum()) for part in parts))
    return NumberExplanation(number, value, kind, op, formula, parts, total, facts)
