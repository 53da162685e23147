"""A value that an operation computes on its way, worked out in float64 from what it read."""

from backprop_viz.analysis.numbers.intermediates import parts_of_intermediate
from backprop_viz.analysis.operations import (
    intermediate_facts,
    intermediate_form,
    node_intermediate_form,
)
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, NumberExplanation
from backprop_viz.recording.trace.phases import Phase


def intermediate_explanation(
    lookup: Lookup, number: Number, made: NumberExplanation | None
) -> NumberExplanation:
    """The terms of an intermediate value.

    ``made`` explains what the operation makes of it, where that is one number: with the value it
    has to sum to what torch has. Raises ValueError if the operation has no such value.
    """
    assert number.event is not None
    event = lookup.recording.events[number.event]
    name, index = number.intermediate, number.index
    parts = parts_of_intermediate(lookup.recording, number)
    operation = None if event.node is None else lookup.operation_of(event.node)
    if event.phase is Phase.BACKWARD and operation is not None:
        parts = lookup.with_makers(parts, operation, number.event)
        made_by = lookup.recording.events[operation]
        formula = node_intermediate_form(event.op, made_by, name, index)
    else:
        parts = lookup.with_makers(parts, number.event)
        formula = intermediate_form(event, name, index)
    total = float(sum(float(part.values.sum()) for part in parts))
    said = Fact("intermediate", (event.op,))
    if made is not None and made.reason is not None:
        return NumberExplanation(
            number, total, "intermediate", event.op, formula, (), total, (said,), made.reason
        )
    if made is not None:
        values = (event.op, made.value, abs(made.residual))
        said = Fact("intermediate_closes", values, (made.number,))
    known = lookup.facts_with_makers(intermediate_facts(event, number.intermediate, number.index))
    return NumberExplanation(
        number, total, "intermediate", event.op, formula, parts, total, (*known, said)
    )
