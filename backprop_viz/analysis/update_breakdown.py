"""What an optimizer did with one weight: its rule with the numbers that torch recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.arithmetic import Arithmetic, Operand
from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.analysis.update_rules import NEW, ROOT, SECOND_ROOT, OptimizerUpdate, UpdateTerm
from backprop_viz.recording.explanations.components import Component, component_of
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.tensors import Array, TensorTable

# How a recorded update may have been computed, the likeliest first.
_READINGS = tuple(
    Arithmetic(fused, first, second)
    for second, first in product((0, 1, -1), repeat=2)
    for fused in (True, False)
)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A rule carried out for one element; no ``terms`` where the rule is not known here.

    ``new`` is the weight that torch recorded; ``exact`` tells that the terms lead to it, and to
    every tensor of the optimizer's state, bit for bit.
    """

    terms: tuple[UpdateTerm, ...]
    new: Operand
    exact: bool


def explain_update(
    event: Event, options: Mapping[str, Any], element: int, component: Component = ""
) -> Steps:
    """The rule of a recorded update with the numbers of one element, a flat index.

    ``options`` are the recording's. Of a complex parameter's element it is that of a ``component``:
    torch's optimizers take a complex number as two real ones.
    """
    whole = _whole_of(event, options)
    shape = () if event.inputs[0] is None else event.inputs[0].shape
    part = {symbol: state_at(array, element, shape) for symbol, array in whole.items()}
    event = _only(event, element, component)
    found: list[tuple[int, tuple[UpdateTerm, ...]]] = []
    for arithmetic in _READINGS:
        terms = _carried_out(event, options, arithmetic, shape, part)
        wrong = sum(not same(term.value, recorded(event, term)) for term in terms)
        found.append((wrong, _doubtful_roots(terms, arithmetic)))
        if not wrong:
            break
    wrong, terms = min(found, key=lambda each: each[0])
    return Steps(_corrected(event, terms), event.outputs[0], bool(terms) and not wrong)


def update_terms(
    event: Event, options: Mapping[str, Any], arithmetic: Arithmetic
) -> tuple[UpdateTerm, ...]:
    """A recorded update carried out anew, for all elements at once.

    () where there is no rule for it, or what it needs was not recorded.
    """
    shape = () if event.inputs[0] is None else event.inputs[0].shape
    return _carried_out(event, options, arithmetic, shape, _whole_of(event, options))


def _carried_out(
    event: Event,
    options: Mapping[str, Any],
    arithmetic: Arithmetic,
    shape: tuple[int, ...],
    whole: Mapping[str, Operand],
) -> tuple[UpdateTerm, ...]:
    optimizer = optimizer_of(event.op)
    weight, grad = event.inputs
    if optimizer is None or optimizer.rule is None or weight is None or grad is None:
        return ()
    if np.iscomplexobj(weight):
        return ()
    update = OptimizerUpdate(weight, grad, event.state, options, arithmetic, shape, whole)
    try:
        with np.errstate(all="ignore"):
            return tuple(optimizer.rule(update))
    except (LookupError, ZeroDivisionError):  # a loop may set a state, as its step to 0
        return ()


# By a recording's tensors and the ids of an update: what its rule needs of all of the parameter.
_KNOWN: WeakKeyDictionary[TensorTable, dict[Any, Mapping[str, Array]]] = WeakKeyDictionary()


def _whole_of(event: Event, options: Mapping[str, Any]) -> Mapping[str, Array]:
    """What the rule of an update needs of all of the parameter; {} where that is nothing."""
    optimizer = optimizer_of(event.op)
    weight, grad = event.inputs
    if optimizer is None or optimizer.whole is None or weight is None or grad is None:
        return {}
    known = _KNOWN.setdefault(event.tensors, {})
    key = event.input_ids, event.output_ids
    if key not in known:
        update = OptimizerUpdate(weight, grad, event.state, options, Arithmetic(), weight.shape)
        try:
            with np.errstate(all="ignore"):
                known[key] = optimizer.whole(update)
        except LookupError:
            known[key] = {}
    return known[key]


def state_at(array: Array, element: int, shape: tuple[int, ...]) -> Operand:
    """What a tensor has for an element, a flat index, of a parameter of this shape.

    One of another shape, such as the count of steps, is for all elements. One number of a row or a
    column is for each in it.
    """
    if not is_of_elements(array.shape, shape):
        return array
    place = np.unravel_index(element, shape)
    return array[tuple(0 if n == 1 else i for i, n in zip(place, array.shape, strict=True))]


def is_of_elements(sizes: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether a tensor of these sizes has a number for each element, row or column of a parameter.

    ``shape`` is the parameter's.
    """
    if len(sizes) != len(shape):
        return False
    return all(n in (1, size) for n, size in zip(sizes, shape, strict=True))


def recorded(event: Event, term: UpdateTerm) -> Operand:
    """What torch recorded of a term's value; the value itself where it recorded nothing."""
    if term.symbol == NEW:
        return event.outputs[0]
    return term.value if term.state is None else event.state[term.state][1]


def same(one: Operand, other: Operand) -> bool:
    """Whether numbers are the same to the last bit; any NaN is like any other."""
    if one is other:  # as of a term of which torch recorded nothing
        return True
    one, other = np.asarray(one), np.asarray(other)
    equal = np.array_equal(one, other, equal_nan=True)
    return equal and bool((np.signbit(one) == np.signbit(other))[~np.isnan(one)].all())


def _only(event: Event, element: int, component: Component) -> Event:
    """The event as if the parameter had this one element."""
    one = TensorTable()

    weight = event.inputs[0]
    shape = () if weight is None else weight.shape

    def picked(array: Array) -> int:
        found = state_at(array, element, shape)
        return one.add(component_of(found, component if np.iscomplexobj(found) else ""))

    def pick(array: Array | None) -> int | None:
        return None if array is None else picked(array)

    state = {name: (pick(before), picked(after)) for name, (before, after) in event.state.items()}
    inputs, outputs = tuple(map(pick, event.inputs)), tuple(map(pick, event.outputs))
    return replace(event, input_ids=inputs, output_ids=outputs, tensors=one, state_ids=state)


def _doubtful_roots(
    terms: tuple[UpdateTerm, ...], arithmetic: Arithmetic
) -> tuple[UpdateTerm, ...]:
    """The terms, a square root marked if its last digit is inferred from the new weight."""
    moved = {ROOT: arithmetic.root_ulps, SECOND_ROOT: arithmetic.second_root_ulps}
    return tuple(replace(term, exact=False) if moved.get(term.symbol) else term for term in terms)


def _corrected(event: Event, terms: tuple[UpdateTerm, ...]) -> tuple[UpdateTerm, ...]:
    """The terms with torch's own values where the terms' differ from them."""
    return tuple(
        term
        if same(term.value, recorded(event, term))
        else replace(term, value=recorded(event, term), exact=False)
        for term in terms
    )
