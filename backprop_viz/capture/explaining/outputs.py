"""What an operation made: the terms of one element of it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.analysis.operations import axes_of, coefficient_role, forward_parts, input_role
from backprop_viz.analysis.operations.recorded_call import constant, product
from backprop_viz.capture.explaining.broken_products import broken_parts, is_broken_sum
from backprop_viz.capture.explaining.coefficients import FloatArray, IndexArray, source
from backprop_viz.capture.explaining.linear_sums import choices, lack_something, without_nan
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.made_of_nothing import is_made_of_nothing
from backprop_viz.capture.explaining.problems import (
    Problem,
    forward_problem,
    in_own_dtypes,
    places,
    unraveled,
    whole,
)
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.explaining.stepped import place_made_of
from backprop_viz.recording.explanations.components import Component, component_of, components_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, FactorColumn, Part
from backprop_viz.recording.trace.events import Event

# How near two sums in float64 have to be to be the same, of the sum of their terms' sizes.
_SAME = 1e-9
# The same of sums in float32.
_SAME_NARROW = 1e-5
_NAMED = 12
# A mask of attention adds -inf or float32's least number, -3.4e38.
_MASKS = 1e30
# Operations that hand the same numbers on, without a gradient.
_UNFOLLOWED = frozenset({"detach", "detach_", "data"})
# Where a module that is made within the forward pass gets its first numbers.
_INITIAL = "torch.nn.init."
_FILLED = frozenset({"constant_", "ones_", "zeros_", "eye_", "dirac_"})
Derivatives = dict[int, Tensor]


def output_parts(lookup: Lookup, number: Number) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
    """The terms of an element that an operation made, and what it depends on.

    Raises NotReplayed.
    """
    assert number.event is not None
    write = lookup.written(number.tensor)
    if write is not None:
        problem = whole(write.operation, number.index)
        return in_own_dtypes(problem, partial(_parts, lookup, replace(number, slot=0)))
    return output_parts_of(lookup, number, lookup.recording.events[number.event])


def output_parts_of(
    lookup: Lookup, number: Number, event: Event
) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
    """The same of an operation that is told of as an event of the recording, or beside those."""
    assert number.event is not None
    parts = forward_parts(event, number.slot, number.index)
    if parts is not None:
        return lookup.with_makers(parts, number.event), ()
    if not event.input_ids or is_made_of_nothing(event):
        drew = event.call is not None and event.call.random is not None
        raise NotReplayed("drawn" if drew else "constant", event.op)
    if event.tensors[number.tensor].dtype.kind not in "fc":
        raise NotReplayed("no_derivative", event.op)
    if event.call is not None and not event.tracked:
        if event.call.random is not None:
            raise NotReplayed("drawn", event.op)
        if event.call.function.startswith(_INITIAL):
            raise NotReplayed("constant" if event.op in _FILLED else "drawn", event.op)
    if event.op in _UNFOLLOWED:
        return (_same(lookup, event, number),), ()
    element = component_of(event.tensors[number.tensor][number.index], number.component)
    if is_broken_sum(event, float(element)):
        return lookup.with_makers(_broken_sum(lookup, number, event), number.event), ()
    problem = forward_problem(event, number.index)
    return in_own_dtypes(problem, partial(_parts, lookup, number))


def _broken_sum(lookup: Lookup, number: Number, event: Event) -> tuple[Part, ...]:
    def parts_of(stands_in: Event) -> tuple[Part, ...]:
        problem = replace(whole(stands_in, number.index), complete=False)
        return _parts(lookup, number, problem)[0]

    return broken_parts(event, parts_of)


def _parts(
    lookup: Lookup, number: Number, problem: Problem
) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
    try:
        return _Output(lookup, problem, number.slot, number.component).parts()
    except NotReplayed as first:
        # Some operations refuse, then or in their derivative, that what they cannot differentiate
        # requires a gradient.
        try:
            return _Output(lookup, problem, number.slot, number.component, everything=False).parts()
        except NotReplayed as second:
            raise second if first.reason.code == "not_replayed" else first from second


def recorded_column(
    lookup: Lookup,
    event: Event,
    place: int,
    values: FloatArray,
    index: IndexArray,
    component: Component = "",
) -> FactorColumn:
    """Elements of an input as a factor, with the operation that made them."""
    tensor = event.input_ids[place]
    assert tensor is not None
    role = input_role(event, place)
    maker, slot = lookup.made.get(tensor, (None, 0))
    axes = axes_of(event, role, index.shape[1])
    column = FactorColumn(role, values, tensor, index, maker, slot, axes=axes, component=component)
    return lookup.as_given(column, event)


def _same(lookup: Lookup, event: Event, number: Number) -> Part:
    """The element itself, of a tensor that autograd does not follow to what it was made of."""
    element = component_of(event.tensors[number.tensor][number.index], number.component)
    values = np.array([float(element)])
    index = np.array([number.index], np.int64).reshape(1, -1)
    column = recorded_column(lookup, event, 0, values, index, number.component)
    return Part("terms", values, (column,))


@dataclass(frozen=True, slots=True)
class _Dependence:
    """An element that an output depends on: its input, its flat index, and how fast."""

    effect: float
    place: int
    flat: int
    component: Component
    slope: float


class _Output:
    """An operation made again, for one element of what it made."""

    def __init__(
        self,
        lookup: Lookup,
        problem: Problem,
        slot: int,
        component: Component,
        *,
        everything: bool = True,
    ) -> None:
        self._lookup = lookup
        self._problem = problem
        self._event = problem.event
        self._slot = slot
        self._component = component
        needed = lookup.needs_gradient(problem.event)
        self._followed = [everything or each for each in needed]
        self._leaves, made = problem.replayed(self._followed)
        if not made[slot].requires_grad:
            raise NotReplayed("no_derivative", self._event.op)
        self._made = component_of(made[slot], component)
        self._floats = [p for p, leaf in enumerate(self._leaves) if leaf.requires_grad]
        self._element = torch.zeros_like(self._made)
        self._element[problem.index] = 1.0

    def parts(self) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
        """The terms, where it is linear; else the value, as a function of what it depends on."""
        derivatives = self._derivatives(self._element)
        value = float(self._made[self._problem.index].detach())
        if not math.isnan(value):  # 0 times infinity, of the other elements
            derivatives = {place: without_nan(each) for place, each in derivatives.items()}
        rest, chosen = self._linear()
        if chosen is None:
            return self._function(derivatives)
        parts = self._parts_of(chosen, derivatives)
        if rest is None and lack_something(parts, value, _same_of(self._problem)):
            rest = self._small_constant(chosen)
        if math.isinf(value) and not parts:
            # It was left out where it was tried what the others are sums of.
            each = (self._parts_of([place], derivatives) for place in self._floats)
            parts = next(filter(None, each), [])
            rest = None if parts else value
        if rest is not None and (rest or not parts):
            parts.append(Part("constant", np.array([rest])))
        return tuple(parts), ()

    def _small_constant(self, chosen: Sequence[int]) -> float | None:
        """What the element is where some inputs are 0."""
        constant = self._without(chosen)
        return None if constant is None else float(constant[self._problem.index])

    def _parts_of(self, places_: Sequence[int], derivatives: Derivatives) -> list[Part]:
        """The products of some inputs, but for those that have none."""
        found = (part for place in places_ for part in self._products(place, derivatives[place]))
        return [part for part in found if len(part.values)]

    def _derivatives(
        self, weights: Tensor, replacing: dict[int, Tensor] | None = None
    ) -> Derivatives:
        leaves, made = self._leaves, self._made
        if replacing:
            leaves, all_made = self._problem.replayed(self._followed, replacing)
            made = component_of(all_made[self._slot], self._component)
        floats = [leaves[place] for place in self._floats]
        # Not as grad_outputs, for which torch loads sympy: that takes a second.
        weighted = (made * weights).sum()
        try:
            found = torch.autograd.grad(
                weighted, floats, retain_graph=True, allow_unused=True, materialize_grads=True
            )
        except RuntimeError as error:
            told = str(error).split("\n")[0]
            if "not implemented" in told:
                raise NotReplayed("no_derivative", self._event.op) from error
            # An eigenvector is known but for its phase.
            raise NotReplayed("derivative_refused", self._event.op, told) from error
        dense = [each.to_dense() if each.is_sparse else each for each in found]
        return dict(zip(self._floats, dense, strict=True))

    # -- is it a sum of products? ------------------------------------------------------------

    def _linear(self) -> tuple[float | None, tuple[int, ...] | None]:
        """The inputs of which it is the sum, times what does not depend on them.

        And what is to be added beside, if it is not 0. Tried on all of the output at once, weighted
        at random: a single element may be 0 for many reasons. But not on what masks attention,
        -inf or the least number that there is, beside which nothing else would count: unless the
        element is such a number itself.
        """
        generator = torch.Generator("cpu").manual_seed(0)
        shape = self._made.shape
        weights = torch.rand(shape, dtype=torch.float64, generator=generator, device="cpu")
        made = self._made.detach()
        masked = bool(_MASKS <= made[self._problem.index].abs() < math.inf)
        counts = made.abs() < (math.inf if masked else _MASKS)  # not NaN
        weights = torch.where(counts, weights, 0.0).to(made.dtype)
        made = torch.where(counts, made, 0.0)
        same = _same_of(self._problem)
        grads = {place: without_nan(each) for place, each in self._derivatives(weights).items()}
        # Of a complex x, torch's gradient has that of its real part, and that of its imaginary one.
        products = {
            p: torch.where(grads[p] == 0, 0.0, grads[p].conj() * self._leaves[p].detach())
            for p in self._floats
        }
        sums = {p: float(each.real.sum()) for p, each in products.items()}
        size = sum(float(each.abs().sum()) for each in products.values())
        total = float((weights * made).sum())
        size += float((weights * made).abs().sum())
        used = [p for p in self._floats if bool(grads[p].any())]
        for chosen in choices(used):
            if abs(total - sum(sums[p] for p in chosen)) <= same * size:
                return None, chosen
        for chosen in choices(used):
            constant = self._without(chosen)
            if constant is None:
                continue
            rest = total - sum(sums[p] for p in chosen)
            if abs(rest - float((weights * constant).sum())) <= same * size:
                return float(constant[self._problem.index]), chosen
        return None, None

    def _without(self, chosen: Sequence[int]) -> Tensor | None:
        """What is made where some inputs are 0."""
        zeros = {p: torch.zeros_like(self._leaves[p].detach()) for p in chosen}
        try:
            _, made = self._problem.replayed([False] * len(self._problem.inputs), zeros)
        except NotReplayed:
            return None
        found = component_of(made[self._slot], self._component)
        return found if bool(torch.isfinite(found).all()) else None

    # -- the terms ---------------------------------------------------------------------------

    def _products(self, place: int, derivative: Tensor) -> Iterator[Part]:
        """The terms of an input; of a complex one those of its real, then its imaginary parts."""
        for component in components_of(derivative.is_complex()):
            yield self._products_of(place, component_of(derivative, component), component)

    def _products_of(self, place: int, derivative: Tensor, component: Component) -> Part:
        event, problem = self._event, self._problem
        values = derivative.detach().numpy(force=True)
        mask, found = values != 0, None
        if not mask.any() or (values[mask] != 1).any():
            others = [p for p in self._floats if p != place]
            again = partial(self._again, place, component)
            found = source(problem, derivative, again, others)
        mask = mask if found is None else found.mask
        role, coefficients = input_role(event, place), values[mask].astype(np.float64)
        elements, where = self._elements(place, mask, component)
        column = recorded_column(self._lookup, event, place, elements, where, component)
        if found is None and mask.any() and (coefficients == 1).all():
            return Part("bias" if role == "bias" else "terms", column.values, (column,))
        if found is None:
            return product("products", column, FactorColumn(coefficient_role(event), coefficients))
        factor = recorded_column(
            self._lookup,
            event,
            found.place,
            found.sign * coefficients,
            found.index,
            found.component,
        )
        if found.sign > 0:
            return product("products", column, factor)
        return product("products", constant("sign", -1.0, len(elements)), column, factor)

    def _again(self, place: int, component: Component, named: dict[int, Tensor]) -> Tensor:
        found: Tensor = component_of(self._derivatives(self._element, named)[place], component)
        return found

    def _elements(
        self, place: int, mask: NDArray[np.bool_], component: Component
    ) -> tuple[FloatArray, IndexArray]:
        array = self._event.inputs[place]
        assert array is not None
        flat = np.asarray(places(array.shape, self._problem.inputs[place]))[mask]
        elements = component_of(array.reshape(-1)[flat], component)
        return elements.astype(np.float64), unraveled(flat, array.shape)

    # -- else: a function --------------------------------------------------------------------

    def _function(self, derivatives: Derivatives) -> tuple[tuple[Part, ...], tuple[Fact, ...]]:
        """The value as one term: a function of one element, or of many."""
        value = np.array([float(self._made[self._problem.index].detach())])
        named = list(self._by_weight(derivatives)) or self._by_place()
        if len(named) == 1 and not named[0].component:
            one = named[0]
            array = self._event.inputs[one.place]
            assert array is not None
            where = unraveled(np.array([one.flat]), array.shape)
            column = recorded_column(self._lookup, self._event, one.place, value, where)
            return (Part("value", value, (_of(column, self._event),)),), ()
        numbers, slopes = [], []
        for each in named[:_NAMED]:
            array, tensor = self._event.inputs[each.place], self._event.input_ids[each.place]
            assert array is not None
            assert tensor is not None
            index = unraveled(np.array(each.flat), array.shape)[0].tolist()
            number = self._lookup.number(tensor, index)
            numbers.append(replace(number, component=each.component))
            slopes.append(each.slope)
        fact = Fact("depends_on", (len(named), *slopes), tuple(numbers))
        return (Part("value", value),), (fact,)

    def _by_place(self) -> list[_Dependence]:
        """The element that it is a function of by steps alone."""
        problem = self._problem
        place = place_made_of(problem, self._leaves, self._slot, self._made.detach())
        array = None if place is None else self._event.inputs[place]
        if place is None or array is None:
            return []
        flat = int(places(array.shape, problem.inputs[place])[problem.index])
        return [_Dependence(0.0, place, flat, "", 0.0)]

    def _by_weight(self, derivatives: Derivatives) -> list[_Dependence]:
        """The elements it depends on, the largest effect first."""
        found = []
        for place, derivative in derivatives.items():
            array = self._event.inputs[place]
            assert array is not None
            flat = places(array.shape, self._problem.inputs[place]).reshape(-1)
            for component in components_of(derivative.is_complex()):
                part = component_of(derivative.detach(), component)
                slopes = part.numpy(force=True).reshape(-1)
                values = component_of(array.reshape(-1)[flat], component)
                found += [
                    _Dependence(
                        abs(float(slopes[i]) * float(values[i])),
                        place,
                        int(flat[i]),
                        component,
                        float(slopes[i]),
                    )
                    for i in np.flatnonzero(slopes)
                ]
        return sorted(found, key=lambda e: (-e.effect, -abs(e.slope), e.place, e.flat))


def _same_of(problem: Problem) -> float:
    return _SAME_NARROW if problem.narrow else _SAME


def _of(column: FactorColumn, event: Event) -> FactorColumn:
    name = event.op if event.call is None else event.call.name.strip("_")
    return replace(column, function=f"{name}(x)")
