"""What a value depends on that is no sum of terms, as the rows of a table. No Qt here."""

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import scalar_of
from backprop_viz.desktop.panels.origin.term_rows import (
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import NumberExplanation

_HEADINGS = (
    TermHeading("depends_on", place=True),
    TermHeading("value"),
    TermHeading("derivative"),
)


def dependence_rows(explanation: NumberExplanation, names: NumberNames) -> TermRows | None:
    """The numbers that a value depends on most, and how fast; None where it has terms."""
    told = next((fact for fact in explanation.facts if fact.code == "depends_on"), None)
    if told is None:
        return None
    slopes = told.values[1:]
    rows = [
        _row(at, number, float(slope), names)
        for at, (number, slope) in enumerate(zip(told.numbers, slopes, strict=True))
    ]
    return TermRows(_HEADINGS, tuple(rows))


def _row(at: int, number: Number, slope: float, names: NumberNames) -> TermRow:
    name, value = names.name(number), scalar_of(names.recording, number)
    color = phase_color(number, names.recording.events)
    cells = (
        TermCell(name, name, color, number),
        TermCell(signed(value), full(value), color, number, value=float(value)),
        TermCell(signed(slope), full(slope), value=slope),
    )
    return TermRow(0, at, slope, cells)
