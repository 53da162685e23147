"""From a number along the chain rule: back to the loss, and forth to what it changes."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from backprop_viz.analysis.numbers.measures import measure_in
from backprop_viz.capture.explaining.explainer import Explainer
from backprop_viz.capture.explaining.gradients import runs_on
from backprop_viz.capture.explaining.lookup import Lookup
from backprop_viz.capture.explaining.problems import Slices, effect_problem, places, unraveled
from backprop_viz.capture.explaining.replay import NotReplayed
from backprop_viz.capture.explaining.updates import update_slope
from backprop_viz.recording.explanations.components import component_of, components_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Effect, NumberExplanation, Term
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.all_reduce import all_reduce_of
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase

# What leads a step further back, the first that a term has: the chain rule goes by the gradient.
_ONWARD = ("upstream", "mean_gradient", "mean_along_normalized", "grad", "g", "mₜ", "vₜ", "bₜ")


def chain(recording: Recording, number: Number) -> tuple[NumberExplanation, ...]:
    """The explanations from a number along the largest terms, to the end.

    A gradient's ends with the 1 that backward begins with, that of an activation with the batch or
    a parameter. Raises ValueError if the recording has no such number.
    """
    return tuple(links(Explainer(recording), number))


def links(explainer: Explainer, number: Number | None) -> Iterator[NumberExplanation]:
    """The same, one by one."""
    seen = set()
    while number is not None and number not in seen:
        seen.add(number)
        found = explainer.explain(number)
        yield found
        number = following(found)


def following(explanation: NumberExplanation) -> Number | None:
    """The number behind an explanation's largest term; None at the end."""
    terms = explanation.terms
    if explanation.kind == "update":
        # The weight before is the largest term, and tells nothing.
        steps = (term for term in terms if any(factor.role in _ONWARD for factor in term.factors))
        found = next((_onward(term) for term in steps), None)
        return found or next(_steps_inside(terms), None)
    found = _onward(terms[0]) if len(terms) else None
    if found is not None:
        return found
    # A function of several numbers has no terms: what changes it most leads on.
    depends = (fact for fact in explanation.facts if fact.code == "depends_on")
    return next((fact.numbers[0] for fact in depends if fact.numbers), None)


def _steps_inside(terms: Iterable[Term]) -> Iterator[Number]:
    """What else the optimizer's rule computes of the gradient, as Nesterov's step."""
    for term in terms:
        for factor in term.factors:
            if term.part != "before" and factor.number and factor.number.intermediate:
                yield factor.number


def _onward(term: Term) -> Number | None:
    if math.isnan(term.value):  # by a factor that is NaN, or by the infinity beside a 0
        known = [factor for factor in term.factors if factor.number is not None]
        broken = [factor for factor in known if not math.isfinite(factor.value)]
        if broken:
            return min(broken, key=lambda factor: not math.isnan(factor.value)).number
    numbers = {factor.role: factor.number for factor in term.factors if factor.number is not None}
    for role in _ONWARD:
        if role in numbers:
            return numbers[role]
    # Forward: what was made before rather than a parameter.
    made = [number for number in numbers.values() if number.event is not None]
    return next(iter((*made, *numbers.values())), None)


def effects(recording: Recording, number: Number) -> tuple[Effect, ...]:
    """What a number changes next: where it is read, and how fast what is made there changes.

    An element of a parameter, the batch or an activation changes the outputs of the operations that
    read it; a gradient what its node sends; a ``.grad`` the new weight. Of a complex number it is
    what its real part changes, unless its imaginary part is asked about. Raises ValueError if the
    recording has no such number.
    """
    explainer = Explainer(recording)
    explainer.value(number)
    if explainer.is_whole_complex(number):
        number = replace(number, component="real")
    lookup = explainer.lookup
    if measure_in(number) is not None:
        return ()
    if number.intermediate:
        return tuple(_of_intermediate(explainer, number))
    event = None if number.event is None else recording.events[number.event]
    if event is not None and event.phase is Phase.BACKWARD and not event.is_beside_nodes:
        return tuple(_of_gradient(lookup, number, event))
    return tuple(_of_value(lookup, number))


# -- forward -------------------------------------------------------------------------------------


def _of_value(lookup: Lookup, number: Number) -> Iterator[Effect]:
    for i, event in lookup.view_writes.forward_events():
        if number.tensor in event.input_ids:
            try:
                yield from (_placed(lookup, effect) for effect in _outputs(event, i, number))
            except NotReplayed:
                continue


def _placed(lookup: Lookup, effect: Effect) -> Effect:
    """An effect on what was written to through views, at its place after the write's outputs."""
    write = lookup.written(effect.tensor)
    return effect if write is None else replace(effect, slot=write.slot)


def _outputs(event: Event, i: int, number: Number) -> Iterator[Effect]:
    """The outputs of an operation, by one derivative along the number."""
    spots = [p for p, tensor in enumerate(event.input_ids) if tensor == number.tensor]
    problem = effect_problem(event, spots, number.index)
    leaves, outputs = problem.replayed([p in spots for p in range(len(event.input_ids))])
    for slot, (tensor, made) in enumerate(zip(event.output_ids, outputs, strict=True)):
        if tensor is None or not made.requires_grad:
            continue
        weights = torch.zeros_like(made).requires_grad_()
        try:
            grads = torch.autograd.grad(
                made,
                [leaves[p] for p in spots],
                weights,
                create_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )
        except RuntimeError:
            return  # torch has no derivative by this input
        moved = (component_of(grad[problem.index], number.component) for grad in grads)
        slope = sum(moved, torch.zeros((), device="cpu"))
        if not slope.requires_grad:
            continue
        try:
            (found,) = torch.autograd.grad(slope, weights, allow_unused=True, retain_graph=True)
        except RuntimeError:
            continue
        if found is not None:
            yield from _effect(event.tensors[tensor].shape, problem.output, i, slot, tensor, found)


def _effect(
    shape: tuple[int, ...], cut: Slices, event: int, slot: int, tensor: int, slopes: Tensor
) -> Iterator[Effect]:
    """An effect on what is left of a tensor of this shape, by its slopes.

    On a complex one there may be two: on its real and on its imaginary parts.
    """
    for component in components_of(slopes.is_complex()):
        values = component_of(slopes.detach(), component).numpy(force=True)
        changed = np.flatnonzero(values)
        if len(changed):
            derivatives = values.reshape(-1)[changed].astype(np.float64)
            order = np.argsort(-np.abs(derivatives), kind="stable")
            flat = np.asarray(places(shape, cut)).reshape(-1)[changed[order]]
            indices = unraveled(flat, shape)
            yield Effect(event, slot, tensor, indices, derivatives[order], component)


def _of_intermediate(explainer: Explainer, number: Number) -> Iterator[Effect]:
    """The one number that the operation makes of it, as fast as that is a multiple of it."""
    made = explainer.made_of(number)
    if made is None or number.event is None:
        return
    slope = 0.0
    for part in made.parts:
        for column in part.factors:
            if column.intermediate != number.intermediate or column.function:
                continue
            assert column.indices is not None
            own = (column.indices == np.array(number.index, np.int64)).all(axis=1)
            others = (other.values[own] for other in part.factors if other is not column)
            slope += float(math.prod(others, start=np.ones(int(own.sum()))).sum())
    if slope:
        yield from _at(number.event, 0, made.number.tensor, made.number, slope)


# -- backward ------------------------------------------------------------------------------------


def _of_gradient(lookup: Lookup, number: Number, event: Event) -> Iterator[Effect]:
    assert number.event is not None
    if event.op == "AccumulateGrad" or event.node is None:  # ``.grad``, or a change of it
        yield from _of_grad(lookup, number, event)
        return
    if not number.arrived:
        yield from _where_sent(lookup, number, event)
        return
    try:
        sent = runs_on(lookup, number.event, number)
    except NotReplayed:
        return
    for slot, (tensor, slopes) in enumerate(zip(event.output_ids, sent, strict=True)):
        if tensor is not None and slopes is not None:
            yield from _effect(tuple(slopes.shape), (), number.event, slot, tensor, slopes)


def _where_sent(lookup: Lookup, number: Number, event: Event) -> Iterator[Effect]:
    """A gradient that was sent is one summand of what arrives."""
    assert number.event is not None
    assert event.node is not None
    target = lookup.recording.graph.nodes[event.node].sends[number.slot]
    if target is None:
        return
    node, slot = target
    ran = [i for i in lookup.recording.runs.get(node, ()) if i > number.event]
    if not ran:
        return
    arrival = lookup.recording.events[ran[0]]
    if arrival.op == "AccumulateGrad":
        # An AccumulateGrad only adds: what arrives there changes ``.grad`` as much.
        yield from _at(ran[0], 0, arrival.output_ids[0], number)
    elif slot < len(arrival.input_ids):
        came = replace(
            number,
            tensor=arrival.input_ids[slot] or 0,
            event=ran[0],
            slot=slot,
            arrived=True,
        )
        yield from _of_gradient(lookup, came, arrival)


def _of_grad(lookup: Lookup, number: Number, event: Event) -> Iterator[Effect]:
    """``.grad`` changes by as much as what arrives; the new weight by the optimizer's rule.

    Before an all-reduce, the mean over the ranks by its share.
    """
    assert number.event is not None
    if number.arrived:
        yield from _at(number.event, 0, event.output_ids[0], number)
        return
    for i in lookup.recording.happened_to.get(event.parameter or "", ()):
        update = lookup.recording.events[i]
        told = all_reduce_of(update)
        if i > number.event and told is not None:
            yield from _at(i, 0, update.output_ids[0], number, 1 / told.ranks)
            return
        if i > number.event and update.phase is Phase.UPDATE:
            slope = update_slope(lookup.recording, update, number)
            if slope is not None:
                yield from _at(i, 0, update.output_ids[0], number, slope)
            return


def _at(
    event: int, slot: int, tensor: int | None, number: Number, slope: float = 1.0
) -> Iterator[Effect]:
    if tensor is not None:
        indices = np.array([number.index], np.int64).reshape(1, len(number.index))
        yield Effect(event, slot, tensor, indices, np.array([slope]), number.component)
