"""Which numbers take part in one number: what every panel lights up together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backprop_viz.analysis.provenance import line_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import FactorColumn, NumberExplanation
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True, eq=False)
class MarkedElements:
    """Elements of a tensor: ``indices`` (K, d), each once, ``weights`` (K,) above 0, up to 1."""

    indices: NDArray[np.int64]
    weights: NDArray[np.float64]

    def within(self, first: tuple[int, ...]) -> "MarkedElements":
        """Those whose index begins so, without that beginning."""
        own = (self.indices[:, : len(first)] == np.array(first, np.int64)).all(axis=1)
        return MarkedElements(self.indices[own, len(first) :], self.weights[own])

    def flat(self, shape: tuple[int, ...]) -> Mapping[int, float]:
        """The weights by the elements' places in the flat array of this shape."""
        if len(shape) != self.indices.shape[1]:
            return {}
        if not shape:
            return dict(enumerate(self.weights.tolist()))
        places = np.ravel_multi_index(tuple(self.indices.T), shape)
        return dict(zip(places.tolist(), self.weights.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class NumberMarks:
    """What takes part in ``number``, of the recording with this serial.

    ``tensors``: by a tensor's id, the elements that are factors of its terms, and itself; the
    weight is the share of the largest term. ``nodes`` are keys of grad_fn nodes, ``lines`` lines
    of the network's source file; what comes from none of these comes from ``phases`` of the loop.
    """

    serial: int
    number: Number
    tensors: Mapping[int, MarkedElements]
    nodes: frozenset[str]
    lines: frozenset[int]
    phases: frozenset[Phase]

    def of(self, serial: int, tensor: int | None) -> MarkedElements | None:
        """The marked elements of a tensor of a recording; None if there is none."""
        return self.tensors.get(tensor) if tensor is not None and serial == self.serial else None


def marks_of(
    recording: Recording, number: Number, explanation: NumberExplanation | None = None
) -> NumberMarks:
    """What takes part in a number; without an explanation the number alone."""
    parts = () if explanation is None else explanation.parts
    most = max((float(np.abs(p.values).max()) for p in parts if len(p.values)), default=0.0)
    found: dict[int, list[tuple[NDArray[np.int64], NDArray[np.float64]]]] = {}
    events = set() if number.event is None else {number.event}
    for part in parts:
        for column in part.factors:
            if column.tensor is None or column.indices is None or not most:
                continue
            if column.intermediate:  # no panel shows it
                continue
            with np.errstate(invalid="ignore"):  # of an infinite term, which counts in full
                share = part.values / most
            found.setdefault(column.tensor, []).append(_shares(column, share))
            events |= set() if column.event is None else {column.event}
    if not number.intermediate:
        own = np.array([number.index], np.int64).reshape(1, -1), np.ones(1)
        found.setdefault(number.tensor, []).append(own)
    ids = {node for i in events if (node := recording.events[i].node) is not None}
    of_lines = {i: line_of(recording, i) for i in events}
    return NumberMarks(
        recording.serial,
        number,
        {tensor: _together(p, recording.tensors[tensor].shape) for tensor, p in found.items()},
        frozenset(recording.graph.nodes[i].key for i in ids if i < len(recording.graph.nodes)),
        frozenset(line for line in of_lines.values() if line is not None),
        frozenset(recording.events[i].phase for i, line in of_lines.items() if line is None),
    )


def _shares(
    column: FactorColumn, terms: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The elements of a column whose terms are not 0, and their shares of the largest term."""
    assert column.indices is not None
    lit = terms != 0
    return column.indices[lit], np.abs(terms[lit])


def _together(
    pieces: list[tuple[NDArray[np.int64], NDArray[np.float64]]], shape: tuple[int, ...]
) -> MarkedElements:
    """Each element once, with its largest weight."""
    indices = np.concatenate([indices for indices, _ in pieces])
    weights = np.concatenate([weights for _, weights in pieces])
    if not shape:
        return MarkedElements(indices[:1], weights[:1])
    places = np.ravel_multi_index(tuple(indices.T), shape)
    flat, first = np.unique(places, return_inverse=True)
    largest = np.zeros(len(flat))
    np.maximum.at(largest, first, np.nan_to_num(weights, nan=1.0, posinf=1.0))
    return MarkedElements(np.stack(np.unravel_index(flat, shape), axis=1), largest)
