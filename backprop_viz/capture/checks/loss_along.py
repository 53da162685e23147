"""The loss as a function of one recorded number, on a float64 copy of the recorded iteration."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from backprop_viz.analysis.finite_differences import LossRun
from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.capture.checks.kinks import KinkWatch
from backprop_viz.capture.explaining.nodes import reads_unseen, weighted
from backprop_viz.capture.explaining.replay import (
    SERIES,
    NotReplayed,
    arrays_of,
    called,
    laid_out,
    not_followed,
    replayed,
    reproduces,
    wide,
)
from backprop_viz.capture.explaining.view_writes import ViewWrites
from backprop_viz.recording.explanations.components import component_of
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.phases import Phase

# The nodes of a change in place through a view.
_IN_PLACE = frozenset({"CopySlices", "AsStridedBackward0"})


class LossAlong:
    """The loss along one number, in float64, from recorded calls alone.

    ``number`` is an element of a parameter, of the batch, or of what a forward operation made; of a
    complex one, its real part if none is said. ``value`` is what it is in float64. All operations
    are made again from what the iteration began with, in float64; then those that depend on the
    number, as autograd sees them, for each loss: what it does not follow (after ``detach`` or under
    ``no_grad``) stays as it was. Without a loss it is the sum of the output times the gradient that
    backward was given.

    Raises NotReplayed where the loss cannot be had from the recording, or does not depend on the
    number.
    """

    def __init__(self, recording: Recording, number: Number) -> None:
        if recording.samples is not None:
            raise NotReplayed("samples", recording.samples)
        self._number = number
        operations = ViewWrites(recording)
        _refuse_unseen(recording, operations)
        self._events = list(_dependent(recording, operations, number.tensor))
        self._root, self._weights = _objective(recording)
        if number.tensor == self._root and not number.index:
            raise NotReplayed("is_the_loss")
        # An element of an output that backward was given a gradient for is the loss's own term.
        is_term = number.tensor == self._root
        if not is_term and not any(self._root in event.output_ids for _, event in self._events):
            raise NotReplayed("loss_does_not_depend")
        self._copy = _float64_copy(operations, {i for i, _ in self._events})
        found = self._copy.get(number.tensor)
        self._start = wide(recording.tensors[number.tensor]) if found is None else found
        if not (self._start.is_floating_point() or self._start.is_complex()):
            raise NotReplayed("not_a_float")
        if self._start.is_complex() and not number.component:
            number = self._number = replace(number, component="real")
        self.value = float(component_of(self._start[number.index], number.component))

    def loss(self, value: float) -> float:
        """The loss with the number at ``value``."""
        with torch.no_grad():
            return float(self._loss(self._moved(value)))

    def run(self, value: float) -> LossRun:
        """The loss with the number at ``value``, and the sides of their kinks that units are on.

        The sides are those of the kinked operations that depend on the number, by the index of the
        event and the operation's place within it.
        """
        with torch.no_grad(), KinkWatch() as watch:
            loss = float(self._loss(self._moved(value), watch))
        return LossRun(loss, watch.sides)

    def gradient(self) -> float:
        """The loss's derivative by the number, by autograd in float64."""
        return float(component_of(self.gradients()[self._number.index], self._number.component))

    def gradients(self) -> Array:
        """The derivatives by all elements of the number's tensor, in its shape."""
        start = self._start.clone().requires_grad_()
        with torch.enable_grad():
            loss = self._loss(start)
        (grad,) = torch.autograd.grad(loss, start)
        return grad.numpy()

    def below_rounding(self) -> bool:
        """Whether the loss is less than float32 tells apart in the numbers that it is made from."""
        for _, event in self._events:
            if self._root in event.output_ids:
                read = [float(wide(each).abs().max()) for each in arrays_of(event) if each.size]
                resolution = torch.finfo(torch.float32).eps * max(read, default=0.0)
                return abs(self.loss(self.value)) < resolution
        return False

    def _moved(self, value: float) -> Tensor:
        start = self._start.clone()
        component_of(start, self._number.component)[self._number.index] = value
        return start

    def _loss(self, start: Tensor, watch: KinkWatch | None = None) -> Tensor:
        made = {self._number.tensor: start}
        for i, event in self._events:
            if watch is not None:
                watch.event = i
            outputs = called(event, _writable(event, _inputs(event, made, self._copy)))
            pairs = zip(event.output_ids, outputs, strict=True)
            made |= {k: output for k, output in pairs if k is not None and k not in made}
        return weighted(made[self._root], self._weights)


def _inputs(event: Event, *values: dict[int, Tensor]) -> list[Tensor]:
    """What an operation reads, from the first of these that has it, else as it was recorded."""
    found = []
    pairs = zip(event.input_ids, arrays_of(event), strict=True)
    for place, (tensor, array) in enumerate(pairs):
        known = (each[tensor] for each in values if tensor is not None and tensor in each)
        given = next(known, None)
        found.append(laid_out(event, place, wide(array)) if given is None else given)
    return found


def _writable(event: Event, inputs: list[Tensor]) -> list[Tensor]:
    """What a series of writes reads, its first tensor so that a gradient can be written to views.

    torch does not write what requires a gradient to a view of what requires none, twice over.
    """
    series = event.call is not None and event.call.function == SERIES
    if not series or not torch.is_grad_enabled() or inputs[0].requires_grad:
        return inputs
    if not any(each.requires_grad for each in inputs):
        return inputs
    return [inputs[0].detach().requires_grad_(), *inputs[1:]]


def _float64_copy(operations: ViewWrites, needed: set[int]) -> dict[int, Tensor]:
    """What each operation made, in float64 from the start, by the tensor's id.

    What cannot be made again is left out, and stays as it was recorded. Raises NotReplayed if that
    is one of the ``needed`` events.
    """
    copies: dict[int, Tensor] = {}
    with torch.no_grad():
        for i, event in operations.followed_events():
            try:
                made = called(event, _inputs(event, copies))
                if not reproduces(event, made):
                    # Rounding may have tipped a choice: the operation by itself tells.
                    again = called(event, _inputs(event))
                    if not reproduces(event, again):
                        raise NotReplayed("not_reproduced", event.op)
            except NotReplayed:
                if i in needed:
                    raise
                continue
            pairs = zip(event.output_ids, made, strict=True)
            copies |= {k: tensor for k, tensor in pairs if k is not None and k not in copies}
    return copies


def _dependent(
    recording: Recording, operations: ViewWrites, tensor: int
) -> Iterator[tuple[int, Event]]:
    """The operations that depend on a tensor, as autograd sees it.

    Raises NotReplayed if a custom Function is among them: its operations are seen, but what it
    does with gradients is not.
    """
    live: set[int | None] = {tensor}
    unfollowed: set[int | None] = set()
    for i, event in operations.followed_events():
        reads = not live.isdisjoint(event.input_ids)
        if not event.tracked and event.node is not None:
            if reads or not unfollowed.isdisjoint(event.input_ids):
                raise not_followed(recording.graph.nodes[event.node].name)
        elif reads and tracked(event):
            live.update(event.output_ids)
            yield i, event
        elif reads or not unfollowed.isdisjoint(event.input_ids):
            unfollowed.update(set(event.output_ids) - live)


def _refuse_unseen(recording: Recording, operations: ViewWrites) -> None:
    """Raise NotReplayed if an operation read what no call tells of.

    It was changed in place through another view, or made by vmap: the loss could not be followed
    through it.
    """
    followed = operations.followed
    known = {recording.input_id, recording.labels_id, *(p.value_id for p in recording.parameters)}
    moved = {e.output_ids[0] for e in recording.events if e.phase is Phase.UPDATE}
    for _, event in operations.forward_events():
        unmade = set(event.input_ids) - known
        known.update(event.output_ids)
        if unmade and event.tracked and event.node is not None and event.call is not None:
            again = replayed(event, [i in followed for i in event.input_ids], checked=False)
            if reads_unseen(recording.graph, event.node, again.outputs[0].grad_fn):
                if any(node.name in _IN_PLACE for node in recording.graph.nodes):
                    raise NotReplayed("changed_in_place", event.op)
                code = "read_unrecorded" if moved.isdisjoint(unmade) else "weights_moved"
                raise NotReplayed(code, event.op)


def _objective(recording: Recording) -> tuple[int, Tensor]:
    """The tensor that backward starts from, and the gradient that it is given."""
    made = [e for _, e in forward_events(recording) if e.node == 0]
    if not made or not made[-1].output_ids or made[-1].output_ids[0] is None:
        raise NotReplayed("no_loss")
    root = made[-1].output_ids[0]
    ran = recording.runs.get(0)
    arrived = recording.events[ran[-1]].inputs[0] if ran else None
    if arrived is not None:
        return root, wide(arrived)
    if recording.tensors[root].size > 1:
        raise NotReplayed("no_loss")
    return root, torch.ones(recording.tensors[root].shape, dtype=torch.float64, device="cpu")
