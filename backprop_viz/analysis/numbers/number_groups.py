"""The terms of a number in the groups in which a person would sum them, and what is left over."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.number_explanation import FactorColumn, NumberExplanation, Part

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]

# In what order groupings are offered, and the axes of each: the first of them that a factor has.
_KINDS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("sample", (("sample",),)),
    ("position", (("depth", "row", "column"), ("row", "column"), ("position",))),
    ("channel", (("channel",),)),
    ("head", (("head",),)),
    ("class", (("class",),)),
    ("feature", (("feature",),)),
)


@dataclass(frozen=True, slots=True, eq=False)
class TermGroups:
    """The terms of a number in G groups, the largest sum by absolute value first.

    - ``kind``: "sample", "position", "channel", "head", "class" or "feature".
    - ``role``: that of the factor whose place tells a term's group. ``axes`` are the d axes that
      tell it, as codes, ``places`` (G, d) the groups' places along them.
    - ``sums`` (G,) in float64, ``counts`` (G,) of terms, ``zeros`` (G,) of those exactly 0.
    - ``group_of`` (K,): each term's group, in the order of the explanation's parts; -1 for terms
      that have no such place, a bias for example. ``ungrouped`` is what these sum to.
    """

    kind: str
    role: str
    axes: tuple[str, ...]
    places: _Ints
    sums: _Floats
    counts: _Ints
    zeros: _Ints
    group_of: _Ints
    ungrouped: float

    def __len__(self) -> int:
        return len(self.sums)

    def rest(self, shown: int) -> float:
        """What the groups after the first ``shown`` ones sum to."""
        return float(self.sums[shown:].sum())


@dataclass(frozen=True, slots=True)
class RestOfTerms:
    """What is not shown of a sum: ``count`` terms other than 0, ``zeros`` that are exactly 0.

    ``total`` is their sum.
    """

    count: int
    zeros: int
    total: float


def rest_of_terms(explanation: NumberExplanation, shown: int) -> RestOfTerms:
    """What the terms after the ``shown`` largest ones add up to."""
    values = _values(explanation)
    order = np.argsort(-np.abs(values), kind="stable")
    hidden = values[order[shown:]]
    zeros = int((hidden == 0).sum())
    return RestOfTerms(len(hidden) - zeros, zeros, float(hidden.sum()))


def term_groups(explanation: NumberExplanation) -> tuple[TermGroups, ...]:
    """Every grouping that says more than the terms alone, and less than one sum."""
    return tuple(_groupings(explanation))


def _groupings(explanation: NumberExplanation) -> Iterator[TermGroups]:
    for kind, choices in _KINDS:
        for axes in choices:
            columns = [_column(part, axes) for part in explanation.parts]
            roles = [column.role for column in columns if column is not None]
            if roles:
                # Another role's axes are other axes: a bias has the channels of the output.
                columns = [c if c is not None and c.role == roles[0] else None for c in columns]
                found = _grouped(explanation, kind, axes, columns)
                if 1 < len(found) < int((found.group_of >= 0).sum()):
                    yield found
                break


def _column(part: Part, axes: tuple[str, ...]) -> FactorColumn | None:
    """The factor whose places have these axes; the upstream gradient's before another's."""
    having = [
        factor
        for factor in part.factors
        if factor.indices is not None and set(axes) <= set(factor.axes)
    ]
    upstream = [factor for factor in having if factor.role == "upstream"]
    return next(iter(upstream or having), None)


def _grouped(
    explanation: NumberExplanation,
    kind: str,
    axes: tuple[str, ...],
    columns: list[FactorColumn | None],
) -> TermGroups:
    values = _values(explanation)
    place_of = np.zeros((len(values), len(axes)), np.int64)
    has_place = np.zeros(len(values), np.bool_)
    start, role = 0, ""
    for part, column in zip(explanation.parts, columns, strict=True):
        stop = start + len(part.values)
        if column is not None and column.indices is not None:
            own = [column.axes.index(axis) for axis in axes]
            place_of[start:stop] = column.indices[:, own]
            has_place[start:stop] = True
            role = role or column.role
        start = stop
    places, group = np.unique(place_of[has_place], axis=0, return_inverse=True)
    group = group.reshape(-1)
    placed = values[has_place]
    sums = np.bincount(group, placed, len(places)).astype(np.float64)
    order = np.argsort(-np.abs(sums), kind="stable")
    rank = np.empty(len(places), np.int64)
    rank[order] = np.arange(len(places))
    group_of = np.full(len(values), -1, np.int64)
    group_of[has_place] = rank[group]
    return TermGroups(
        kind=kind,
        role=role,
        axes=axes,
        places=places[order],
        sums=sums[order],
        counts=np.bincount(group, minlength=len(places))[order],
        zeros=np.bincount(group[placed == 0], minlength=len(places))[order],
        group_of=group_of,
        ungrouped=float(values[~has_place].sum()),
    )


def _values(explanation: NumberExplanation) -> _Floats:
    parts = [part.values for part in explanation.parts]
    return np.concatenate(parts) if parts else np.empty(0)
