"""A number of no recorded tensor, such as a learning rate: the window itself tells what it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from backprop_viz.desktop.panels.origin.term_rows import (
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full, signed
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number import Number

_HEADINGS = (TermHeading("told", place=True), TermHeading("value"))


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """The name, the value in short form and with every digit, and sentences on what it is.

    ``formula`` is the rule in symbols, and ``where`` what its symbols are. ``rows`` are the
    numbers that it is made of. ``of`` says which iteration it is of; ``color`` is a role of the
    theme.
    """

    name: str
    brief: str
    exact: str
    text: str
    formula: str = ""
    where: str = ""
    rows: TermRows = field(default_factory=TermRows)
    of: str = ""
    color: str = "text"


@dataclass(frozen=True, slots=True)
class ToldPart:
    """One of the numbers that a told number is made of; with a ``number`` it can be asked about."""

    name: str
    value: float
    number: Number | None = None
    recording: Recording | None = None


def told_rows(parts: Sequence[ToldPart]) -> TermRows:
    """A row for each part, in their order."""
    return TermRows(_HEADINGS, tuple(_row(i, part) for i, part in enumerate(parts)))


def _row(place: int, part: ToldPart) -> TermRow:
    color = "text"
    if part.number is not None and part.recording is not None:
        color = phase_color(part.number, part.recording.events)
    exact = full(part.value)
    asked = part.number, False, part.value, part.recording
    cells = TermCell(part.name), TermCell(signed(part.value), exact, color, *asked)
    return TermRow(place, 0, float(part.value), cells)
