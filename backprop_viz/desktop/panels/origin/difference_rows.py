"""A difference as the rows of a table: the number now, and then. No Qt here."""

from backprop_viz.analysis.numbers.number_names import NumberNames
from backprop_viz.analysis.numbers.number_origin import scalar_of
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.origin.term_rows import (
    TermCell,
    TermHeading,
    TermRow,
    TermRows,
    phase_color,
)
from backprop_viz.desktop.style.numbers import full

_HEADINGS = (TermHeading("iteration"), TermHeading("element", place=True), TermHeading("value"))


def difference_value(asked: AskedNumber) -> float:
    """Now less then, exactly: in float64."""
    assert asked.then is not None
    now, then = (scalar_of(each.recording, each.number) for each in (asked, asked.then))
    return float(now) - float(then)


def difference_rows(asked: AskedNumber) -> TermRows:
    """Two rows, each with a number that can be asked about in its own iteration."""
    assert asked.then is not None
    rows = []
    for part, each in enumerate((asked, asked.then)):
        name = NumberNames(each.recording).name(each.number)
        value, color = scalar_of(each.recording, each.number), "text"
        color = phase_color(each.number, each.recording.events)
        cells = (
            TermCell(f"{each.recording.iteration:,}", color="muted"),
            TermCell(f"{'−' if part else '+'} {name}"),
            TermCell(full(value), full(value), color, each.number, False, None, each.recording),
        )
        rows.append(TermRow(part, 0, float(value), cells))
    return TermRows(_HEADINGS, tuple(rows))
