"""The loss as a function of one recorded number: all else stays as it was recorded."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from backprop_viz.analysis.finite_differences import LossRun
from backprop_viz.analysis.provenance import forward_events, tracked
from backprop_viz.capture.explaining.nodes import reads_unseen
from backprop_viz.capture.replay import (
    NotReplayed,
    arrays_of,
    called,
    followed_ids,
    laid_out,
    replayed,
    same_as_recorded,
    wide,
)
from backprop_viz.recording.events import Event
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.number import Number

# Functions that are made of straight pieces, by their names without underscores.
KINKED = frozenset(
    {
        *("relu", "relu6", "leaky_relu", "prelu", "rrelu", "threshold", "hardtanh", "hardsigmoid"),
        *("hardshrink", "softshrink", "abs", "absolute", "clamp", "clip", "clamp_min"),
        *("clamp_max", "max", "min", "amax", "amin", "maximum", "minimum", "fmax", "fmin", "topk"),
        *("sort", "median", "kthvalue", "cummax", "cummin", "l1_loss"),
        *("hinge_embedding_loss", "margin_ranking_loss", "multi_margin_loss"),
        *(f"{kind}max_pool{d}d" for kind in ("", "adaptive_") for d in (1, 2, 3)),
        *(f"{kind}max_pool{d}d_with_indices" for kind in ("", "adaptive_") for d in (1, 2, 3)),
    }
)
# Those whose kink is at 0, and the poolings that also tell which element won.
_SIGNS = frozenset({"relu", "leaky_relu", "abs", "absolute"})
_POOLS = frozenset(f"{kind}max_pool{d}d" for kind in ("", "adaptive_") for d in (1, 2, 3))


class LossAlong:
    """The loss along one number, in float64, from recorded calls alone.

    ``number`` is an element of a parameter, of the batch, or of what a forward operation made. The
    operations after it are made again, as autograd sees them: what it does not follow (after
    ``detach`` or under ``no_grad``) stays as it was. Without a loss it is the sum of the output
    times the gradient that backward was given.

    Raises NotReplayed where the loss cannot be had from the recording, or does not depend on the
    number.
    """

    def __init__(self, recording: Recording, number: Number) -> None:
        if recording.samples is not None:
            raise NotReplayed("samples", recording.samples)
        self._recording = recording
        self._number = number
        _refuse_unseen(recording)
        self._events = list(_dependent(recording, number.tensor))
        self._root, self._weights = _objective(recording)
        if not any(self._root in event.output_ids for _, event in self._events):
            raise NotReplayed("loss_does_not_depend")
        self._start = wide(recording.tensors[number.tensor])
        if not self._start.is_floating_point():
            raise NotReplayed("not_a_float")
        self.value = float(self._start[number.index])
        self._run(self.value, checked=True)

    def loss(self, value: float) -> float:
        """The loss with the number at ``value``."""
        with torch.no_grad():
            return float(self._run(value)[self._root].mul(self._weights).sum())

    def gradient(self) -> float:
        """The loss's derivative by the number where it was recorded, by autograd in float64."""
        start = self._start.clone().requires_grad_()
        with torch.enable_grad():
            loss = self._forward(start)[self._root].mul(self._weights).sum()
        (grad,) = torch.autograd.grad(loss, start)
        return float(grad[self._number.index])

    def run(self, value: float) -> LossRun:
        """The loss with the number at ``value``, and the sides of their kinks that units are on.

        The sides are those of each event with a kinked operation that depends on the number, in the
        shape of what it made first: a code for each unit. A relu's is another where its input's
        sign is; a max pool's is another where another element of the window wins.
        """
        sides: dict[int, NDArray[Any]] = {}
        values = self._run(value, sides=sides)
        return LossRun(float(values[self._root].mul(self._weights).sum()), sides)

    def _run(
        self,
        value: float,
        checked: bool = False,
        sides: dict[int, NDArray[Any]] | None = None,
    ) -> dict[int, Tensor]:
        start = self._start.clone()
        start[self._number.index] = value
        with torch.no_grad():
            return self._forward(start, checked, sides)

    def _forward(
        self,
        start: Tensor,
        checked: bool = False,
        sides: dict[int, NDArray[Any]] | None = None,
    ) -> dict[int, Tensor]:
        """What each operation makes, by the tensor's id."""
        values: dict[int, Tensor] = {self._number.tensor: start}
        for i, event in self._events:
            inputs = [
                values[tensor] if tensor in values else laid_out(event, place, wide(array))
                for place, (tensor, array) in enumerate(
                    zip(event.input_ids, arrays_of(event), strict=True)
                )
                if tensor is not None
            ]
            made = called(event, inputs)
            if len(made) != len(event.output_ids) or (
                checked and not all(map(same_as_recorded, made, event.outputs))
            ):
                raise NotReplayed("not_reproduced", event.op)
            if sides is not None and event.op.strip("_") in KINKED:
                sides |= _sides(i, event, inputs)
            pairs = zip(event.output_ids, made, strict=True)
            values |= {i: output for i, output in pairs if i is not None and i not in values}
        return values


def _dependent(recording: Recording, tensor: int) -> Iterator[tuple[int, Event]]:
    """The operations that depend on a tensor, as autograd sees it.

    Raises NotReplayed if a custom Function is among them: its operations are seen, but what it
    does with gradients is not.
    """
    live: set[int | None] = {tensor}
    unfollowed: set[int | None] = set()
    for i, event in forward_events(recording):
        reads = not live.isdisjoint(event.input_ids)
        if not event.tracked and event.node is not None:
            if reads or not unfollowed.isdisjoint(event.input_ids):
                raise NotReplayed("custom_function", recording.graph.nodes[event.node].name)
        elif reads and tracked(event):
            live.update(event.output_ids)
            yield i, event
        elif reads or not unfollowed.isdisjoint(event.input_ids):
            unfollowed.update(set(event.output_ids) - live)


def _refuse_unseen(recording: Recording) -> None:
    """Raise NotReplayed if an operation read what was changed in place through another view.

    No call tells of what became of it: the loss could not be followed through it.
    """
    followed = followed_ids(recording)
    known = {recording.input_id, recording.labels_id, *(p.value_id for p in recording.parameters)}
    for _, event in forward_events(recording):
        unmade = set(event.input_ids) - known
        known.update(event.output_ids)
        if unmade and event.tracked and event.node is not None and event.call is not None:
            again = replayed(event, [i in followed for i in event.input_ids], checked=False)
            if reads_unseen(recording.graph, event.node, again.outputs[0].grad_fn):
                raise NotReplayed("changed_in_place", event.op)


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
    return root, torch.ones(recording.tensors[root].shape, dtype=torch.float64)


def _sides(i: int, event: Event, inputs: list[Tensor]) -> dict[int, NDArray[Any]]:
    """Which side of its kink each unit of an event is on; nothing where that cannot be told."""
    name = event.op.strip("_")
    if name in _SIGNS:
        return {i: (inputs[0] > 0).numpy(force=True).copy()}
    call = event.call
    if name in _POOLS and call is not None:
        module = call.function.rpartition(".")[0]
        pool = replace(call, function=f"{module}.{name}_with_indices")
        return {i: called(replace(event, call=pool), inputs)[1].numpy(force=True)}
    found = _slopes(event, inputs)
    return {} if found is None else {i: found}


def _slopes(event: Event, inputs: list[Tensor]) -> NDArray[Any] | None:
    """Each unit's derivative along a direction in which every input has another slope.

    With pieces of straight lines it is a number for the piece: for the sign, for the winner.
    None for an operation that cannot be differentiated twice.
    """
    with torch.enable_grad():
        leaves = [tensor.detach().clone() for tensor in inputs]
        floats = [leaf.requires_grad_() for leaf in leaves if leaf.is_floating_point()]
        made = called(event, leaves)[0]
        weights = torch.zeros_like(made, requires_grad=True)
        grads = torch.autograd.grad(
            made, floats, weights, create_graph=True, allow_unused=True, materialize_grads=True
        )
        count, along = 1, torch.zeros((), dtype=made.dtype)
        for leaf, grad in zip(floats, grads, strict=True):
            slopes = torch.arange(count, count + leaf.numel(), dtype=leaf.dtype)
            along = along + (grad * slopes.reshape(leaf.shape)).sum()
            count += leaf.numel()
        try:
            (found,) = torch.autograd.grad(along, weights, allow_unused=True)
        except RuntimeError:
            return None
    return (torch.zeros_like(made) if found is None else found).numpy(force=True).copy()
