"""What every explanation has to keep to, whatever it explains."""

import math
import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from backprop_viz.analysis.numbers.number_origin import scalar_of
from backprop_viz.analysis.operations.norm_gradients import MEAN_ALONG, MEAN_GRADIENT
from backprop_viz.analysis.operations.normalization import NORMALIZED, VARIANCE
from backprop_viz.capture.explaining.explainer import explain_number
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import (
    FactorColumn,
    NumberExplanation,
    Part,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.tensors import Array
from tests.capture.explaining.conditioning import conditioning

# The largest error of a float32 sum of a few terms, in roundings of their sizes.
ROUNDINGS = 4
LAYER_NORM_EPS = 1e-5  # what it adds to a variance, unless it is told otherwise


def numbers_of(recording: Recording, draw: random.Random, each: int = 1) -> Iterator[Number]:
    """Some elements of everything that each event made, and of what arrived at each node."""
    for i, event in enumerate(recording.events):
        made = [(False, event.output_ids)]
        if event.phase is Phase.BACKWARD and not event.is_beside_nodes:
            leaf = event.op == "AccumulateGrad"
            made.append((True, event.input_ids[1:] if leaf else event.input_ids))
        for arrived, ids in made:
            for slot, tensor in enumerate(ids):
                if tensor is None or not recording.tensors[tensor].size:
                    continue
                for _ in range(each):
                    index = tuple(draw.randrange(n) for n in recording.tensors[tensor].shape)
                    yield Number(tensor, index, i, slot, arrived)


def faults(recording: Recording, found: NumberExplanation) -> Iterator[str]:
    """In what an explanation is not true, seen by what was recorded alone."""
    if found.imaginary is not None:
        yield from faults(recording, found.imaginary)
    recorded = scalar_of(recording, found.number)
    if not np.array_equal(found.value, float(recorded), equal_nan=True):
        yield f"{found.value} is not {recorded}"
    total = sum(part.values.sum() for part in found.parts)
    # Where large terms cancel, another order of adding them ends in other last digits.
    size = sum(np.abs(part.values).sum() for part in found.parts)
    off = 1e-15 * size if np.isfinite(size) else 0.0
    near = np.isclose(total, found.total, rtol=1e-12, atol=off, equal_nan=True)
    if found.parts and not near:
        yield f"the terms sum to {total}, not {found.total}"
    if found.reason is not None:
        if found.parts:
            yield "there are terms, and a reason why there are none"
        return
    yield from _faults_of_parts(recording, found, set())
    off, limit = roundings(recording, found), _roundings_of_sum(found)
    if not off <= limit:
        # What cancels inside: ln(x / (1 − x)) near 0 is rounded as what it is of.
        off = roundings(recording, found, conditioning(recording, found))
    if not off <= limit:
        yield f"{found.total} is {off:.3g} roundings from {found.value}"


def _roundings_of_sum(found: NumberExplanation) -> float:
    """Of how many roundings a sum of so many terms may be off.

    torch adds in pairs or blocks, in an order that the processor decides on. The bound of a sum in
    pairs is log2 of the number of its terms: Higham, "Accuracy and Stability of Numerical
    Algorithms", section 4.2.
    """
    terms = sum(len(part.values) for part in found.parts)
    return max(ROUNDINGS, math.log2(max(terms, 1)))


def _faults_of_parts(
    recording: Recording, found: NumberExplanation, seen: set[Number]
) -> Iterator[str]:
    for part in found.parts:
        product = np.ones(len(part.values))
        for column in part.factors:
            product = product * column.values
            if column.intermediate:
                yield from _faults_inside(recording, column, seen)
            elif column.tensor is not None and column.indices is not None and not column.function:
                array = component_of(recording.tensors[column.tensor], column.component)
                if column.indices.shape != (len(part.values), array.ndim):
                    yield f"{column.role}: indices of shape {column.indices.shape}"
                elif not np.array_equal(
                    _elements(array, column.indices), column.values, equal_nan=True
                ):
                    yield f"{column.role} is not what the tensor has there"
        if part.factors and not np.allclose(product, part.values, rtol=1e-12, equal_nan=True):
            yield f"{part.name}: the factors do not multiply to the terms"


def _elements(array: Array, places: NDArray[np.int64]) -> Array:
    """The elements at K places (K, d); of a tensor () its one, for each of them."""
    found: Array = array[tuple(places.T)]
    return found if array.ndim else np.full(len(places), found)


def _faults_inside(recording: Recording, column: FactorColumn, seen: set[Number]) -> Iterator[str]:
    """The same for values that the operation computes on its way: the first and the last."""
    for term in {0, len(column.values) - 1}:
        number = column.number(term)
        assert number is not None
        if number in seen:
            continue
        seen.add(number)
        inside = explain_number(recording, number)
        if inside.reason is not None:
            yield f"{column.role}: {inside.reason.code}"
        near = np.isclose(inside.value, column.values[term], rtol=1e-9, atol=1e-12, equal_nan=True)
        if not column.function and not near:
            yield f"{column.role} is {column.values[term]}, its terms sum to {inside.value}"
        yield from _faults_of_parts(recording, inside, seen)


def roundings(recording: Recording, found: NumberExplanation, more: float = 0.0) -> float:
    """How far the sum is from torch's float32, in roundings of what it is the sum of.

    The terms, and the upstream gradients: a local derivative such as 1 - y² is rounded as 1 is.
    ``more``: of what size is what else was rounded.
    """
    size = abs(found.value) + more
    for part in found.parts:
        size += _size(recording, found.op, part)
        upstream = (column.values for column in part.factors if column.role == "upstream")
        size += float(sum(np.abs(values).sum() for values in upstream))
    # What is less float32 may have as 0: an exponential on the way is beyond its range.
    smallest = float(np.finfo(np.float32).smallest_normal)
    if not np.isfinite(found.value) or abs(found.residual) < smallest:
        return 0.0
    return float(abs(found.residual) / (np.finfo(np.float32).eps * size))


def _size(recording: Recording, op: str, part: Part) -> float:
    """Of what size the terms of a part are: their own, but for the factors of a layer norm.

    And for softmax: what is raised is x less the largest, of which a rounding changes a probability
    p by as many of its own as that is far from 0, |ln p| or less.
    """
    if op == "softmax":
        p = np.maximum(np.abs(part.values), np.finfo(np.float32).tiny)
        return float((p * (1 + np.abs(np.log(p)))).sum())
    if op not in ("layer_norm", "NativeLayerNormBackward0") or not part.factors:
        return float(np.abs(part.values).sum())
    sizes = [_size_in_layer_norm(recording, op, column) for column in part.factors]
    return float(np.prod(sizes, axis=0).sum())


def _size_in_layer_norm(recording: Recording, op: str, column: FactorColumn) -> NDArray[np.float64]:
    """Of what size a factor of each term is, so that a rounding of that is its error in float32.

    The mean of a row is off by a rounding of its largest x: so x̂ by one of c = max|x| / σ, and σ
    by c roundings of itself. The means in its gradient are sums of their own terms.
    """
    sizes = np.abs(column.values)
    if column.intermediate in (NORMALIZED, VARIANCE):
        assert column.tensor is not None
        assert column.indices is not None
        x = recording.tensors[column.tensor].astype(np.float64)
        rows = x[tuple(column.indices[:, : x.ndim - 1].T)].reshape(len(sizes), -1)
        c = np.abs(rows).max(1) / np.sqrt(rows.var(1) + LAYER_NORM_EPS)
        return sizes * (1 + c) + (c if column.intermediate == NORMALIZED else 0)
    if column.intermediate in (MEAN_GRADIENT, MEAN_ALONG):
        numbers = (column.number(term) for term in range(len(sizes)))
        means = [explain_number(recording, number) for number in numbers if number is not None]
        return np.array([sum(_size(recording, op, part) for part in m.parts) for m in means])
    return sizes
