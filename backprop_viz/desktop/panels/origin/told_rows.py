"""What a told number is made of as the rows of a table. No Qt here."""

from collections.abc import Callable, Sequence

from backprop_viz.desktop.panels.origin.term_rows import (
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full, short, signed
from backprop_viz.desktop.widgets.told_number import ToldPart

_HEADINGS = (TermHeading("told", place=True), TermHeading("value"))


def told_rows(parts: Sequence[ToldPart]) -> TermRows:
    """A row for each part, in their order. Where none is negative, as of norms, none has a sign."""
    if not parts:
        return TermRows()
    write = signed if any(part.value < 0 for part in parts) else short
    return TermRows(_HEADINGS, tuple(_row(i, part, write) for i, part in enumerate(parts)))


def _row(place: int, part: ToldPart, write: Callable[[float], str]) -> TermRow:
    color = "text"
    if part.number is not None and part.recording is not None:
        color = phase_color(part.number, part.recording.events)
    exact = full(part.value)
    asked = part.number, False, part.value, part.recording
    cells = TermCell(part.name), TermCell(write(part.value), exact, color, *asked)
    return TermRow(place, 0, float(part.value), cells)
