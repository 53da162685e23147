"""The terms of a sum in a grid, as they lie in their tensors, and summed by group. No Qt here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
    terms_sum,
)
from backprop_viz.recording.iteration import Recording

# A row of terms that is longer than this is broken into several.
LONGEST_ROW = 16


@dataclass(frozen=True, slots=True, eq=False)
class GridFactor:
    """One factor of the terms of a grid: ``values`` (R, C), NaN where there is no term.

    ``limit`` is the largest magnitude of the factor in all terms, not only those of the grid.
    """

    column: FactorColumn
    values: NDArray[np.float64]
    limit: float


@dataclass(frozen=True, slots=True, eq=False)
class TermGrid:
    """The terms of one group: ``terms`` (R, C) are their places in the part, -1 for none.

    ``products`` (R, C) are the terms' values; ``alone``: they are the only factor's own.
    ``chosen`` is the cell of the chosen term, ``total`` the group's sum (None: it is not summed),
    ``group`` its place on the axes that vary beside the grid's own, named ``axes``.
    """

    part: int
    terms: NDArray[np.int64]
    factors: tuple[GridFactor, ...]
    products: NDArray[np.float64]
    limit: float
    alone: bool
    chosen: tuple[int, int]
    total: float | None
    axes: tuple[str, ...]
    group: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GroupSums:
    """The sums of the terms by their place on one axis, the largest by magnitude first.

    ``places`` (G,) are the places on the axis, ``sums`` (G,) the sums, ``terms`` (G,) the largest
    term of each.
    """

    part: int
    axis: str
    places: NDArray[np.int64]
    sums: NDArray[np.float64]
    terms: NDArray[np.int64]


def _reference(part: Part) -> tuple[FactorColumn, list[int]] | None:
    """The factor whose place varies most, and the axes on which it varies."""
    best: tuple[FactorColumn, list[int]] | None = None
    for column in part.factors:
        if column.indices is None or not len(column.indices):
            continue
        axes = np.flatnonzero((column.indices != column.indices[0]).any(axis=0)).tolist()
        if best is None or len(axes) > len(best[1]):
            best = (column, axes)
    return best


def term_grid(explanation: NumberExplanation, part_nr: int, term: int) -> TermGrid | None:
    """The terms that lie in one plane with a term; None where the terms have no places."""
    part = explanation.parts[part_nr]
    found = _reference(part)
    if found is None or not found[1]:
        return None
    column, axes = found
    assert column.indices is not None
    outer, plane = axes[:-2], axes[-2:]
    own = (column.indices[:, outer] == column.indices[term, outer]).all(axis=1)
    members = np.flatnonzero(own)
    places = column.indices[members][:, plane]
    if len(plane) == 2 and len(np.unique(places[:, 0])) == len(places):
        places = places[:, :1]  # one in each row, as the label of each sample: a list, no plane
    rows, columns = _cells(places)
    terms = np.full((int(rows.max()) + 1, int(columns.max()) + 1), -1, np.int64)
    terms[rows, columns] = members
    at = int(np.flatnonzero(members == term)[0])
    factors = tuple(
        GridFactor(each, _spread(each.values, terms), _limit(each.values))
        for each in part.factors
        if each.indices is not None
    )
    others = [each for each in part.factors if each.indices is None]
    alone = len(factors) == 1 and all((each.values == 1).all() for each in others)
    return TermGrid(
        part_nr,
        terms,
        factors,
        _spread(part.values, terms),
        _limit(part.values),
        alone,
        (int(rows[at]), int(columns[at])),
        terms_sum(part.values[members]),
        tuple(_axis_name(column, axis) for axis in outer),
        tuple(int(i) for i in column.indices[term, outer]),
    )


def window_grid(recording: Recording, explanation: NumberExplanation) -> TermGrid | None:
    """The window of which one number was taken; None if nothing of the kind is told."""
    for fact in explanation.facts:
        numbers = fact.numbers
        first = numbers[0] if numbers else None
        if first is None or len(numbers) < 2 or first.component:
            continue
        if any(n.tensor != first.tensor for n in numbers):
            continue
        indices = np.array([number.index for number in numbers], np.int64)
        values = recording.tensors[first.tensor][tuple(indices.T)].astype(np.float64)
        column = FactorColumn("window", values, first.tensor, indices, first.event, first.slot)
        window = Part("window", values, (column,))
        grid = term_grid(replace(explanation, parts=(window,)), 0, 0)
        return None if grid is None else replace(grid, part=-1, total=None)
    return None


def group_sums(explanation: NumberExplanation, part_nr: int) -> GroupSums | None:
    """A part summed by the first axis on which its terms vary; None where a grid shows them all."""
    part = explanation.parts[part_nr]
    found = _reference(part)
    if found is None or len(found[1]) < 3:
        return None
    column, axes = found
    assert column.indices is not None
    which = column.indices[:, axes[0]]
    counts = np.bincount(which)
    sums = np.bincount(which, part.values).astype(np.float64)
    sizes = np.nan_to_num(np.abs(part.values), nan=np.inf)
    greatest = np.zeros(len(counts))
    np.maximum.at(greatest, which, sizes)
    tops = np.flatnonzero(sizes == greatest[which])
    largest = np.zeros(len(counts), np.int64)
    largest[which[tops]] = tops
    places = np.flatnonzero(counts)
    places = places[np.argsort(-np.abs(sums[places]), kind="stable")]
    axis = _axis_name(column, axes[0])
    return GroupSums(part_nr, axis, places, sums[places], largest[places])


def _cells(indices: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row and the column of each place (K, 2) or (K, 1); a long row is broken."""
    if indices.shape[1] == 2:
        columns = np.unique(indices[:, 1], return_inverse=True)[1]
        return np.unique(indices[:, 0], return_inverse=True)[1], columns
    order = np.unique(indices[:, 0], return_inverse=True)[1]
    across = max(LONGEST_ROW, math.isqrt(2 * len(order)))
    return order // across, order % across


def _spread(values: NDArray[np.float64], terms: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(terms >= 0, values[terms], np.nan)


def _limit(values: NDArray[np.float64]) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _axis_name(column: FactorColumn, axis: int) -> str:
    """The code of an axis; "axis 2" where it has no name."""
    return column.axes[axis] if axis < len(column.axes) else f"axis {axis}"


def sample_of_term(explanation: NumberExplanation, part_nr: int, term: int) -> int | None:
    """The sample of the batch that a term is of; None where it is of none."""
    for column in explanation.parts[part_nr].factors:
        if column.indices is not None and column.axes[:1] == ("sample",):
            return int(column.indices[term, 0])
    return None


def term_of_sample(explanation: NumberExplanation, sample: int) -> tuple[int, int] | None:
    """The largest term of a sample of the batch, and its part; None where none is of it."""
    first = first_term(explanation)
    if first is None or sample_of_term(explanation, *first) is None:
        return None
    part = explanation.parts[first[0]]
    for column in part.factors:
        if column.indices is not None and column.axes[:1] == ("sample",):
            terms = np.flatnonzero(column.indices[:, 0] == sample)
            if len(terms):
                sizes = np.nan_to_num(np.abs(part.values[terms]), nan=np.inf)
                return first[0], int(terms[int(sizes.argmax())])
    return None


def first_term(explanation: NumberExplanation) -> tuple[int, int] | None:
    """The part with the most terms, and its largest term; None without terms."""
    parts: Sequence[Part] = explanation.parts
    if not parts:
        return None
    nr = max(range(len(parts)), key=lambda i: len(parts[i].values))
    return (nr, int(parts[nr].order[0])) if len(parts[nr].values) else None
