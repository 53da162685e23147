"""Which inputs an operation's output is a sum of: what is tried, and what a sum lacks."""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from backprop_viz.recording.explanations.number_explanation import Part

# So many inputs may be tried in all combinations.
_FEW = 4


def choices(places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Combinations of inputs, the larger first; of very many, all of them or one."""
    if len(places) > _FEW:
        yield tuple(places)
        yield from ((place,) for place in places)
        return
    for count in range(len(places), 0, -1):
        yield from combinations(places, count)


def lack_something(parts: Sequence[Part], value: float, same: float) -> bool:
    """Whether the terms of an element do not sum to its value, to ``same`` of their sizes.

    Beside the other elements it may be next to nothing: an epsilon that is added to a 0.
    """
    total = sum([float(part.values.sum()) for part in parts])
    size = sum([float(np.abs(part.values).sum()) for part in parts])
    return math.isfinite(value) and abs(value - total) > same * size


def without_nan(tensor: Tensor) -> Tensor:
    """A tensor with 0 in the place of each NaN."""
    return torch.where(tensor.isnan(), 0.0, tensor)
