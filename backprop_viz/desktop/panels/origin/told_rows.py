"""What a told number is made of as the rows of a table. No Qt here."""

from collections.abc import Sequence

from backprop_viz.desktop.panels.origin.term_rows import (
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.desktop.widgets.told_number import ToldPart

_HEADINGS = (TermHeading("told", place=True), TermHeading("value"))


def told_rows(parts: Sequence[ToldPart]) -> TermRows:
    """A row for each part, in their order."""
    if not parts:
        return TermRows()
    return TermRows(_HEADINGS, tuple(_row(i, part) for i, part in enumerate(parts)))


def _row(place: int, part: ToldPart) -> TermRow:
    color = "text"
    if part.number is not None and part.recording is not None:
        color = phase_color(part.number, part.recording.events)
    exact = full(part.value)
    asked = part.number, False, part.value, part.recording
    cells = TermCell(part.name), TermCell(signed(part.value), exact, color, *asked)
    return TermRow(place, 0, float(part.value), cells)
