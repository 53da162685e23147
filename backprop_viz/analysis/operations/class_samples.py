"""The samples of a loss over classes: which count, their labels, their scores, their weights."""

from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.recorded_call import (
    Index,
    Places,
    RecordedCall,
    RecordedTensor,
    every_place,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn
from backprop_viz.recording.trace.events import Array


@dataclass(frozen=True, slots=True, eq=False)
class ClassSamples:
    """The N samples that count in a loss over C classes; each position of a map is a sample.

    ``rows`` are their places among all samples, ``places`` (N, d) those of their labels' scores
    in the input, ``labels`` (N,). ``ignored`` counts the others.
    """

    x: RecordedTensor
    weight: RecordedTensor | None
    classes: int
    rows: Places
    places: Places
    labels: Places
    ignored: int

    def label_scores(self) -> Array:
        """The input's elements (N,) at the labels, in float64."""
        return np.asarray(self.x.array[tuple(self.places.T)], np.float64)

    def all_scores(self) -> Array:
        """The input's elements (N, C)."""
        axis = class_axis(self.x)
        moved = np.moveaxis(self.x.array, axis, -1).reshape(-1, self.classes)
        return moved[self.rows] if len(self.rows) < len(moved) else moved

    def weights(self) -> Array:
        """The weight (N,) of each label; 1 where classes have none."""
        if self.weight is None:
            return np.ones(len(self.labels))
        return np.asarray(self.weight.array, np.float64)[self.labels]

    def weight_factors(self) -> tuple[FactorColumn, ...]:
        """The weight of each label as a factor; none where classes have none."""
        if self.weight is None:
            return ()
        return (self.weight.column("class_weight", self.labels.reshape(-1, 1)),)


def class_axis(x: RecordedTensor) -> int:
    """The axis of the classes."""
    return 0 if x.array.ndim == 1 else 1


def samples_of(call: RecordedCall, index: Index | None) -> ClassSamples:
    """All samples, or those of one ``index`` of a loss that is not reduced."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    axis = class_axis(x)
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    labels = np.asarray(target.array, np.int64).reshape(-1)
    rows = np.arange(len(labels))
    if index is not None:
        rows = rows[[int(np.ravel_multi_index(index, shape)) if shape else 0]]
    counted = rows[labels[rows] != call.option("ignore_index", 4, -100)]
    ignored = len(rows) - len(counted)
    places = np.insert(every_place(shape)[counted], axis, labels[counted], axis=1)
    weight = call.tensor_or_none("weight", 2)
    return ClassSamples(x, weight, x.shape[axis], counted, places, labels[counted], ignored)


def smoothing_of(call: RecordedCall) -> float:
    """How much of a label is spread over all classes."""
    return float(call.option("label_smoothing", 7, 0.0))


def has_labels(call: RecordedCall) -> bool:
    """Whether the targets are labels; else each is a distribution over the classes."""
    x, target = call.tensor("input", 0), call.tensor("target", 1)
    return x.shape != target.shape
