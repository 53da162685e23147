"""What an operation made: the terms of one element of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.analysis.operations import axes_of, coefficient_role, forward_parts, input_role
from backprop_viz.capture.explaining.coefficients import FloatArray, IndexArray, source
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.problems import Problem, forward_problem, places, unraveled
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.recording.events import Event
from backprop_viz.recording.number import Number
from backprop_viz.recording.number_explanation import Fact, FactorColumn, Part

# How near two sums in float64 have to be to be the same, of the sum of their terms' sizes.
_SAME = 1e-9
# So many inputs may be tried in all combinations.
_FEW = 4
_NAMED = 12
# Operations that hand the same numbers on, without a gradient.
_UNFOLLOWED = frozenset({"detach", "detach_", "data"})
# Operations that make numbers of a shape alone, or of what is no tensor.
_MAKERS = frozenset({"zeros", "ones", "full", "empty", "arange", "eye", "tensor", "as_tensor"})
Derivatives = dict[int, Tensor]


def output_parts(lookup: Lookup, number: Number) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
    """The terms of an element that an operation made, and what it depends on.

    Raises NotReplayed.
    """
    assert number.event is not None
    event = lookup.recording.events[number.event]
    parts = forward_parts(event, number.slot, number.index)
    if parts is not None:
        return lookup.with_makers(parts, number.event), ()
    if not event.input_ids or _is_new(event):
        raise NotReplayed("constant", event.op)
    if is_complex(event):
        raise NotReplayed("complex", event.op)
    if event.call is not None and event.call.random is not None and not event.tracked:
        raise NotReplayed("drawn", event.op)
    if event.op in _UNFOLLOWED:
        return (_same(lookup, event, number),), ()
    return _Output(lookup, forward_problem(event, number.index), number.slot).parts()


def is_complex(event: Event) -> bool:
    """Whether an event has to do with complex numbers."""
    arrays = (*event.inputs, *event.outputs)
    return any(array is not None and np.iscomplexobj(array) for array in arrays)


def _is_new(event: Event) -> bool:
    """Whether an operation only takes the shape of what it reads: ``new_zeros``, ``ones_like``."""
    name = event.op if event.call is None else event.call.name
    if name in _MAKERS:
        return True
    return name.startswith("new_") or (name.endswith("_like") and "rand" not in name)


def recorded_column(
    lookup: Lookup, event: Event, place: int, values: FloatArray, index: IndexArray
) -> FactorColumn:
    """Elements of an input as a factor, with the operation that made them."""
    tensor = event.input_ids[place]
    assert tensor is not None
    role = input_role(event, place)
    maker, slot = lookup.made.get(tensor, (None, 0))
    return FactorColumn(
        role, values, tensor, index, maker, slot, axes=axes_of(event, role, index.shape[1])
    )


def _same(lookup: Lookup, event: Event, number: Number) -> Part:
    """The element itself, of a tensor that autograd does not follow to what it was made of."""
    values = np.array([float(event.tensors[number.tensor][number.index])])
    index = np.array([number.index], np.int64).reshape(1, -1)
    return Part("terms", values, (recorded_column(lookup, event, 0, values, index),))


class _Output:
    """An operation made again, for one element of what it made."""

    def __init__(self, lookup: Lookup, problem: Problem, slot: int) -> None:
        self._lookup = lookup
        self._problem = problem
        self._event = problem.event
        self._slot = slot
        self._followed = [True] * len(problem.inputs)
        try:
            self._leaves, made = problem.replayed(self._followed)
        except NotReplayed:
            # Some operations refuse that what they cannot differentiate requires a gradient.
            self._followed = lookup.needs_gradient(problem.event)
            self._leaves, made = problem.replayed(self._followed)
        self._made = made[slot]
        if not self._made.requires_grad:
            raise NotReplayed("no_derivative", self._event.op)
        self._floats = [p for p, leaf in enumerate(self._leaves) if leaf.requires_grad]
        self._element = torch.zeros_like(self._made)
        self._element[problem.index] = 1.0

    def parts(self) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
        """The terms, where it is linear; else the value, as a function of what it depends on."""
        derivatives = self._derivatives(self._element)
        rest, chosen = self._linear()
        if chosen is None:
            return self._function(derivatives)
        parts = [self._products(place, derivatives[place]) for place in chosen]
        if rest is not None:
            parts.append(Part("constant", np.array([rest])))
        return tuple(part for part in parts if len(part.values)), ()

    def _derivatives(
        self, weights: Tensor, replacing: dict[int, Tensor] | None = None
    ) -> Derivatives:
        leaves, made = self._leaves, self._made
        if replacing:
            leaves, all_made = self._problem.replayed(self._followed, replacing)
            made = all_made[self._slot]
        floats = [leaves[place] for place in self._floats]
        # Not as grad_outputs, for which torch loads sympy: that takes a second.
        weighted = (made * weights).sum()
        try:
            found = torch.autograd.grad(
                weighted, floats, retain_graph=True, allow_unused=True, materialize_grads=True
            )
        except NotImplementedError as error:
            raise NotReplayed("no_derivative", self._event.op) from error
        return dict(zip(self._floats, found, strict=True))

    # -- is it a sum of products? ------------------------------------------------------------

    def _linear(self) -> tuple[float | None, tuple[int, ...] | None]:
        """The inputs of which it is the sum, times what does not depend on them.

        And what is to be added beside, if it is not 0. Tried on all of the output at once, weighted
        at random: a single element may be 0 for many reasons.
        """
        weights = torch.rand(
            self._made.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
        ).to(self._made.dtype)
        grads = self._derivatives(weights)
        sums = {p: float((grads[p] * self._leaves[p]).detach().real.sum()) for p in self._floats}
        size = sum(float((grads[p] * self._leaves[p]).detach().abs().sum()) for p in self._floats)
        total = float((weights * self._made).detach().real.sum())
        size += float((weights * self._made).detach().abs().sum())
        used = [p for p in self._floats if bool(grads[p].any())]
        for chosen in _choices(used):
            if abs(total - sum(sums[p] for p in chosen)) <= _SAME * size:
                return None, chosen
        for chosen in _choices(used):
            constant = self._without(chosen)
            if constant is None:
                continue
            rest = total - sum(sums[p] for p in chosen)
            if abs(rest - float((weights * constant).real.sum())) <= _SAME * size:
                return float(constant[self._problem.index].real), chosen
        return None, None

    def _without(self, chosen: Sequence[int]) -> Tensor | None:
        """What is made where some inputs are 0."""
        zeros = {p: torch.zeros_like(self._leaves[p].detach()) for p in chosen}
        try:
            _, made = self._problem.replayed([False] * len(self._problem.inputs), zeros)
        except NotReplayed:
            return None
        found = made[self._slot]
        return found if bool(torch.isfinite(found).all()) else None

    # -- the terms ---------------------------------------------------------------------------

    def _products(self, place: int, derivative: Tensor) -> Part:
        event, problem = self._event, self._problem
        values = derivative.detach().numpy(force=True)
        mask, factor = values != 0, None
        if not mask.any() or (values[mask] != 1).any():
            others = [p for p in self._floats if p != place]
            found = source(problem, derivative, lambda named: self._again(place, named), others)
            if found is not None:
                other, mask, index = found
                factor = recorded_column(self._lookup, self._event, other, values[mask], index)
            else:
                factor = FactorColumn(coefficient_role(event), values[mask].astype(np.float64))
        column = recorded_column(self._lookup, self._event, place, *self._elements(place, mask))
        role = input_role(event, place)
        if factor is None:
            return Part("bias" if role == "bias" else "terms", column.values, (column,))
        return Part("products", column.values * factor.values, (column, factor))

    def _again(self, place: int, named: dict[int, Tensor]) -> Tensor:
        return self._derivatives(self._element, named)[place]

    def _elements(self, place: int, mask: NDArray[np.bool_]) -> tuple[FloatArray, IndexArray]:
        array = self._event.inputs[place]
        assert array is not None
        flat = np.asarray(places(array.shape, self._problem.inputs[place]))[mask]
        return array.reshape(-1)[flat].astype(np.float64), unraveled(flat, array.shape)

    # -- else: a function --------------------------------------------------------------------

    def _function(self, derivatives: Derivatives) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
        """The value as one term: a function of one element, or of many."""
        value = np.array([float(self._made[self._problem.index].detach().real)])
        named = list(self._by_weight(derivatives))
        if len(named) == 1:
            place, flat, _ = named[0]
            array = self._event.inputs[place]
            assert array is not None
            mask = places(array.shape, self._problem.inputs[place]) == flat
            _, index = self._elements(place, mask)
            column = recorded_column(self._lookup, self._event, place, value, index)
            return (Part("value", value, (_of(column, self._event),)),), ()
        numbers, slopes = [], []
        for place, flat, slope in named[:_NAMED]:
            array, tensor = self._event.inputs[place], self._event.input_ids[place]
            assert array is not None
            assert tensor is not None
            index_ = tuple(int(i) for i in unraveled(np.array(flat), array.shape)[0])
            numbers.append(self._lookup.number(tensor, index_))
            slopes.append(slope)
        fact = Fact("depends_on", (len(named), *slopes), tuple(numbers))
        return (Part("value", value),), (fact,)

    def _by_weight(self, derivatives: Derivatives) -> Iterator[tuple[int, int, float]]:
        """The elements it depends on: input, flat index, derivative; the largest effect first."""
        found = []
        for place, derivative in derivatives.items():
            array = self._event.inputs[place]
            assert array is not None
            slopes = derivative.detach().real.numpy(force=True).reshape(-1)
            flat = places(array.shape, self._problem.inputs[place]).reshape(-1)
            for i in np.flatnonzero(slopes):
                effect = abs(float(slopes[i]) * float(array.reshape(-1)[flat[i]].real))
                found.append((effect, abs(float(slopes[i])), place, int(flat[i]), float(slopes[i])))
        found.sort(key=lambda each: (-each[0], -each[1], each[2], each[3]))
        yield from ((place, flat, slope) for _, _, place, flat, slope in found)


def _of(column: FactorColumn, event: Event) -> FactorColumn:
    name = event.op if event.call is None else event.call.name.strip("_")
    return replace(column, function=f"{name}(x)")


def _choices(places_: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Combinations of inputs, the larger first; of very many, all of them or one."""
    if len(places_) > _FEW:
        yield tuple(places_)
        yield from ((place,) for place in places_)
        return
    for count in range(len(places_), 0, -1):
        yield from combinations(places_, count)
