"""What a number changes next, as the rows of a table. No Qt here."""

from collections.abc import Sequence

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.desktop.panels.origin.term_rows import (
    MOST_ROWS,
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Effect
from backprop_viz.recording.trace.events import Event

_HEADINGS = (TermHeading("effect", place=True), TermHeading("derivative"))


def effect_rows(effects: Sequence[Effect], events: Sequence[Event], names: NumberNames) -> TermRows:
    """What changes, and how fast; the largest of each event first."""
    rows: list[TermRow] = []
    count = 0
    for part, effect in enumerate(effects):
        if effect.event >= len(events):
            continue  # the iteration went on while this was asked about its beginning
        count += len(effect.derivatives)
        for at in range(min(len(effect.derivatives), MOST_ROWS - len(rows))):
            index = tuple(int(i) for i in effect.indices[at])
            number = Number(
                effect.tensor, index, effect.event, effect.slot, component=effect.component
            )
            value, color = float(effect.derivatives[at]), phase_color(number, events)
            cells = (
                TermCell(names.name(number), names.name(number), color, number),
                TermCell(signed(value), full(value), value=value),
            )
            rows.append(TermRow(part, at, value, cells))
    return TermRows(_HEADINGS, tuple(rows), count - len(rows))
