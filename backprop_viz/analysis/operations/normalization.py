"""What all norms share: the mean and the variance of a group of numbers, and what is made of them.

Each number less the mean of its group, divided by σ, is x̂; times γ plus β it is the output.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_viz.analysis.operations.recorded_call import (
    Index,
    Places,
    RecordedCall,
    RecordedTensor,
    constant,
    plain,
    product,
)
from backprop_viz.recording.explanations.number_explanation import FactorColumn, Part
from backprop_viz.recording.trace.events import Array

# The codes of the intermediate values.
MEAN, VARIANCE, DEVIATION, NORMALIZED = "mean", "variance", "deviation", "normalized"


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """One call of a norm.

    - ``folded``: the shape of x with axes that tell its groups apart; group norm splits its
      channels into two axes. ``reduced``: the axes of that shape along which a group lies. A
      group's place is its index on the other axes.
    - ``along``: the axes of x that ``gain`` and ``bias`` have.
    - ``centred``: whether the mean is subtracted; RMS norm does not.
    - ``running``: the running mean and variance, where these take the place of the group's own.
    """

    x: RecordedTensor
    folded: tuple[int, ...]
    reduced: tuple[int, ...]
    along: tuple[int, ...]
    eps: float
    gain: RecordedTensor | None = None
    bias: RecordedTensor | None = None
    centred: bool = True
    running: tuple[RecordedTensor, RecordedTensor] | None = None

    # -- places --------------------------------------------------------------------------------

    def group_of(self, index: Index) -> Index:
        """The place of the group that an element of x is in."""
        folded = np.unravel_index(np.ravel_multi_index(index, self.x.shape), self.folded)
        return tuple(int(folded[axis]) for axis in self._kept)

    def members(self, group: Index) -> Places:
        """The indices (K, d) in x of the elements of a group."""
        return self._indices(_flat_places(self.folded, self._region(group)))

    def along_gain(self, own: Index) -> Places:
        """The indices (K, d) in x of the elements that an element of the gain multiplies."""
        region: list[int | slice] = [slice(None)] * self.x.array.ndim
        for axis, at in zip(self.along, own, strict=True):
            region[axis] = at
        return self._indices(_flat_places(self.x.shape, region))

    def own(self, index: Index) -> Index:
        """The index of an element's gain and bias."""
        return tuple(index[axis] for axis in self.along)

    @property
    def _kept(self) -> list[int]:
        return [axis for axis in range(len(self.folded)) if axis not in self.reduced]

    def _region(self, group: Index) -> tuple[int | slice, ...]:
        region: list[int | slice] = [slice(None)] * len(self.folded)
        for axis, at in zip(self._kept, group, strict=True):
            region[axis] = at
        return tuple(region)

    def _indices(self, flat: Array) -> Places:
        return np.stack(np.unravel_index(flat.reshape(-1), self.x.shape), axis=1).astype(np.int64)

    # -- numbers -------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many numbers a group has; 0 with running statistics."""
        return 0 if self.running else math.prod(self.folded[axis] for axis in self.reduced)

    def mean(self, group: Index) -> float:
        """What is subtracted from the elements of a group."""
        if self.running:
            return self.running[0].at(group)
        return float(self._values(group).mean()) if self.centred else 0.0

    def variance(self, group: Index) -> float:
        """The mean square of a group, after the mean is subtracted where the norm does that."""
        if self.running:
            return self.running[1].at(group)
        return float(np.mean((self._values(group) - self.mean(group)) ** 2))

    def sigma(self, group: Index) -> float:
        """The root of the variance plus ε, by which a group is divided."""
        return math.sqrt(self.variance(group) + self.eps)

    def normalized(self, places: Places) -> Array:
        """x̂ (K,) of the elements at K places (K, d)."""
        folded = np.unravel_index(np.ravel_multi_index(tuple(places.T), self.x.shape), self.folded)
        kept = [folded[axis] for axis in self._kept]
        values = np.asarray(self.x.array[tuple(places.T)], np.float64)
        if self.running:
            mean, variance = (np.asarray(t.array[kept[0]], np.float64) for t in self.running)
            return np.asarray((values - mean) / np.sqrt(variance + self.eps))
        # Only as much of x as has these groups.
        region: list[slice] = [slice(None)] * len(self.folded)
        for axis, at in zip(self._kept, kept, strict=True):
            region[axis] = slice(int(at.min()), int(at.max()) + 1)
        part = np.asarray(self.x.array.reshape(self.folded)[tuple(region)], np.float64)
        means = part.mean(self.reduced) if self.centred else np.zeros(())
        squares = (part - np.expand_dims(means, self.reduced) if self.centred else part) ** 2
        sigmas = np.sqrt(squares.mean(self.reduced) + self.eps)
        own = tuple(at - at.min() for at in kept)
        return np.asarray((values - (means[own] if self.centred else 0.0)) / sigmas[own])

    def _values(self, group: Index) -> Array:
        found = self.x.array.reshape(self.folded)[self._region(group)]
        return np.asarray(found, np.float64).reshape(-1)

    # -- factors -------------------------------------------------------------------------------

    def normalized_column(self, places: Places | Sequence[Index]) -> FactorColumn:
        """x̂ of the elements at K places, as a factor of K terms."""
        found = np.asarray(places, np.int64).reshape(-1, self.x.array.ndim)
        return self.x.intermediate(NORMALIZED, "normalized", self.normalized(found), found)

    def one_over_sigma(self, group: Index) -> FactorColumn:
        """1/σ of a group, as a factor of one term; a function of the variance."""
        symbol = f"1 / √(x + {self.eps:.6g})"
        value = [1 / self.sigma(group)]
        role = "one_over_sigma" if self.centred else "one_over_rms"
        if self.running:
            return self.running[1].function(role, symbol, value, [group])
        return self.x.intermediate(VARIANCE, role, value, [group], symbol)

    def gain_column(self, places: Places) -> FactorColumn | None:
        """γ of the elements at K places; None in a norm without."""
        if self.gain is None:
            return None
        return self.gain.column("gain", np.ascontiguousarray(places[:, self.along]))

    # -- the sums ------------------------------------------------------------------------------

    def output_parts(self, index: Index) -> tuple[Part, ...]:
        """x̂·γ + β of one element; a gain or bias that the call lacks is left out."""
        own = self.own(index)
        factors = [self.normalized_column([index])]
        if self.gain is not None:
            factors.append(self.gain.one("gain", own))
        parts = [product("products", *factors)]
        if self.bias is not None:
            parts.append(product("bias", self.bias.one("bias", own), plain("one", 1.0)))
        return tuple(parts)

    def normalized_parts(self, index: Index) -> tuple[Part, ...]:
        """x̂ of one element: x less the mean, times 1/σ."""
        group = self.group_of(index)
        if not self.centred:
            return (product("products", self.x.one("input", index), self.one_over_sigma(group)),)
        deviation = self.x.intermediate(
            DEVIATION, "deviation", [self.x.at(index) - self.mean(group)], [index]
        )
        return (product("products", deviation, self.one_over_sigma(group)),)

    def deviation_parts(self, index: Index) -> tuple[Part, ...]:
        """x less the mean of its group."""
        group = self.group_of(index)
        if self.running:
            mean = self.running[0].one("running_mean", group)
        else:
            mean = self.x.intermediate(MEAN, "mean", [self.mean(group)], [group])
        return (
            product("input", self.x.one("input", index)),
            product("mean", plain("sign", -1.0), mean),
        )

    def mean_parts(self, group: Index) -> tuple[Part, ...]:
        """Σ x / N."""
        column = self.x.column("input", self.members(group))
        return (product("products", column, constant("share", 1 / self.count, self.count)),)

    def variance_parts(self, group: Index) -> tuple[Part, ...]:
        """Σ (x − mean)² / N."""
        members = self.members(group)
        squares = (self._values(group) - self.mean(group)) ** 2
        if self.centred:
            role = "squared_deviation"
            column = self.x.intermediate(DEVIATION, role, squares, members, "x²")
        else:
            column = self.x.function("square", "x²", squares, members)
        return (product("products", column, constant("share", 1 / self.count, self.count)),)


# The norm that a call is.
NormOf = Callable[[RecordedCall], Norm]


def _flat_places(shape: Sequence[int], region: Sequence[int | slice]) -> Array:
    """The flat places (K,) of a region of an array, in order."""
    flat = np.zeros(1, np.int64)
    for size, at in zip(shape, region, strict=True):
        along = np.arange(size) if isinstance(at, slice) else np.array([at])
        flat = (flat[:, None] * size + along).reshape(-1)
    return flat
