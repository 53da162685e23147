"""The terms of an explanation as the rows of a table. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.numbers.number_names import PART_NAMES
from backprop_viz.desktop.style.numbers import full, in_sum, signed
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
    largest_first,
    terms_sum,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event

# This many terms have a row, the largest.
MOST_ROWS = 100
# More terms than these are no short sum.
_FEW = 5
_LARGEST_PLAIN = 1e6
# The column that says why a term is 0.
WHY_ZERO = "why_zero"
_RELUS = ("relu", "relu_", "ReluBackward0")
# Of which rank the terms of a mean are: a column of its own, and how the names of such parts begin.
RANK, OF_RANK = "rank", "rank:"


@dataclass(frozen=True, slots=True)
class TermCell:
    """A cell: its text, every digit of it, a role of the theme, and the number that it shows.

    A cell with a number can be asked where that comes from. ``role``: the text is the code of one.
    ``value`` is what the cell shows; None where that is no number. ``recording`` is the one that
    the number is of, where that is not the one that is explained.
    """

    text: str
    exact: str = ""
    color: str = "text"
    number: Number | None = None
    role: bool = False
    value: float | None = None
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class TermHeading:
    """A column: a factor's role, or "" for the terms; ``place``: where the factors are."""

    role: str
    place: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TermRow:
    """One term: its part's name, its place in the part, its value and its cells."""

    part: int
    term: int
    value: float
    cells: tuple[TermCell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TermRows:
    """The largest terms, and what all others add up to.

    ``rest`` is the sum of ``rest_count`` terms that are not 0 and have no row; ``zeros`` counts
    the terms that are 0.
    """

    headings: tuple[TermHeading, ...] = ()
    rows: tuple[TermRow, ...] = ()
    rest_count: int = 0
    rest: float = 0.0
    zeros: int = 0


def term_rows(
    explanation: NumberExplanation, events: Sequence[Event], *, zeros: bool = False
) -> TermRows:
    """The table of an explanation; ``events`` are those of its recording.

    ``zeros``: terms that are 0 have rows below the others, and each says why it is 0.
    """
    parts = explanation.parts
    headings = _headings(parts)
    values = [(part.values, i) for i, part in enumerate(parts)]
    if not values:
        return TermRows()
    flat = np.concatenate([found for found, _ in values])
    of = np.concatenate([np.full(len(found), i) for found, i in values])
    at = np.concatenate([np.arange(len(found)) for found, _ in values])
    largest = largest_first(flat)
    lit = largest[flat[largest] != 0]
    shown, rest = lit[:MOST_ROWS], lit[MOST_ROWS:]
    # Where every term is 0, the first ones tell why.
    nothing = largest[flat[largest] == 0]
    if zeros or not len(shown):
        shown = np.concatenate([shown, nothing[:MOST_ROWS]])
        headings = (*headings[:-1], TermHeading(WHY_ZERO, place=True), headings[-1])
    rows = tuple(_row(parts, int(of[k]), int(at[k]), headings, events) for k in shown)
    return TermRows(headings, rows, len(rest), terms_sum(flat[rest]), len(nothing))


def few_terms(explanation: NumberExplanation | None) -> list[float]:
    """The first terms of an explanation, as many as tell whether it is a short sum."""
    return [] if explanation is None else _few(explanation.parts)


def _few(parts: Sequence[Part]) -> list[float]:
    return [float(each) for part in parts for each in part.values[:_FEW]]


def _headings(parts: Sequence[Part]) -> tuple[TermHeading, ...]:
    """The columns: for each role where its factors are, and what they are; then the terms."""
    found: dict[str, bool] = {}
    for part in parts:
        told: list[FactorColumn] = []  # one column is enough for places that are the same
        for column in part.factors if len(part.factors) > 1 or len(parts) == 1 else ():
            placed = column.indices is not None and column.indices.shape[1] > 0
            if placed and column.indices is not None:
                placed = not any(_same_places(column, each) for each in told)
                told.append(column)
            found[column.role] = found.get(column.role, False) or placed
    headings = []
    if any(part.name.startswith(OF_RANK) for part in parts):
        headings.append(TermHeading(RANK, place=True))
    for role, placed in found.items():
        headings += [TermHeading(role, place=True)] if placed else []
        headings.append(TermHeading(role))
    return (*headings, TermHeading(""))


def _same_places(one: FactorColumn, other: FactorColumn) -> bool:
    assert one.indices is not None
    assert other.indices is not None
    same = np.array_equal(one.indices, other.indices)
    return same and one.component == other.component


def _row(
    parts: Sequence[Part],
    of: int,
    at: int,
    headings: Sequence[TermHeading],
    events: Sequence[Event],
) -> TermRow:
    part = parts[of]
    columns = {column.role: column for column in part.factors}
    value = float(part.values[at])
    words = {
        WHY_ZERO: TermCell("" if value else _why_zero(part, at, events), color="muted", role=True),
        RANK: TermCell(part.name, role=True),
    }
    cells = [words.get(h.role) or _cell(columns.get(h.role), h, at, events) for h in headings[:-1]]
    # A term of one factor that has no column of its own is that number itself.
    alone = part.factors[0] if len(part.factors) == 1 else None
    own = alone is not None and all(alone.role != h.role for h in headings)
    number = alone.number(at) if own and alone is not None else None
    colour = "text" if number is None else phase_color(number, events)
    if own and cells:
        cells[0] = TermCell(part.name, color="muted", role=True)
    written = in_sum(value, _few(parts))
    cells.append(TermCell(written, full(value), colour, number, value=value))
    return TermRow(of, at, value, tuple(cells))


def _why_zero(part: Part, at: int, events: Sequence[Event]) -> str:
    """The code of why a term is 0: the factor that is 0, and what made it so."""
    for column in part.factors:
        if column.values[at] == 0:
            number = column.number(at)
            event = None if number is None or number.event is None else events[number.event]
            # What arrived at a ReLU as 0 was made 0 by what comes after it.
            passed = number is not None and not number.arrived
            relu = passed and event is not None and event.op in _RELUS
            return f"zero{':relu' if relu else ''}:{column.role}"
    return "zero:rounded" if part.factors else ""


def _cell(
    column: FactorColumn | None, heading: TermHeading, at: int, events: Sequence[Event]
) -> TermCell:
    if column is None:
        return TermCell("")
    if heading.place:
        return TermCell(_place(column, at), color="muted")
    value, number = float(column.values[at]), column.number(at)
    color = "text" if number is None else phase_color(number, events)
    return TermCell(factor_text(value, number), full(value), color, number, value=value)


def _place(column: FactorColumn, at: int) -> str:
    """``2,0``; of the real part of a complex number ``Re 2,0``."""
    if column.indices is None:
        return ""
    place = ",".join(map(str, column.indices[at].tolist()))
    return f"{PART_NAMES[column.component]} {place}" if column.component else place


def factor_text(value: float, number: Number | None) -> str:
    """A factor in short form; one that is no recorded number is often just 1 or −1."""
    plain = number is None and value.is_integer() and abs(value) < _LARGEST_PLAIN
    return f"{value:.0f}" if plain else signed(value)


def phase_color(number: Number, events: Sequence[Event]) -> str:
    """The colour of the phase that a number is from; plain for what no event made."""
    return "text" if number.event is None else events[number.event].phase.value
