"""What a network reads in an iteration, with copies as it was given."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.forward_log import Sources
from backprop_viz.capture.tensors.shapes import shape_of

BatchIds = tuple[int | None, int | None]
# Whether what began after so many events belongs to the iteration.
Belongs = Callable[[int], bool]


class BatchLog:
    """The inputs by name, the batch with the samples first, and the labels of the samples.

    A forward may write into what it was given: copies are made when it is told of, or asked for.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.inputs: dict[str, Tensor] = {}
        self._batch: Tensor | None = None
        self._labels: Tensor | None = None
        self._ids: BatchIds | None = None
        # Of every pass that the loop has told of by name: how many events came before it, and,
        # until a backward has run through it, what it was given.
        self._passes: list[tuple[int, BatchIds, Sources]] = []

    def take(self, inputs: Tensor, labels: Tensor, *, single: bool) -> None:
        """The batch and the labels (N,) of its samples; ``single``: one without a batch's axis."""
        if self._labels is not labels or self.inputs.get("x") is not inputs:
            self.inputs, self._labels = {"x": inputs}, labels
            self._passes.clear()
            self._batch = inputs.unsqueeze(0) if single else inputs
            self._log.snapshots.batch_size = len(labels)
            self._ids = None

    def take_inputs(self, inputs: Mapping[str, Tensor]) -> None:
        """What a forward pass reads, by the names of forward's parameters.

        What the pass before has made, as an encoder for a decoder, is not the batch. Nor is a
        parameter, with which a loop over tensors of no module may begin: it has no samples.
        """
        self.inputs = dict(inputs)
        batch = next((one for one in inputs.values() if id(one) not in self._log.weights), None)
        goes_on = bool(self._passes and self._passes[-1][2])  # no backward has run since
        if batch is None or batch.is_leaf or not goes_on:
            self._batch, self._ids = batch, None
            self._log.snapshots.batch_size = 0 if batch is None or not batch.ndim else batch.size(0)
        copied = {
            name: (tensor, self._log.id_of(tensor), shape_of(tensor))
            for name, tensor in inputs.items()
        }
        self._passes.append((len(self._log), self.ids(), copied))

    def ids(self) -> BatchIds:
        """The ids of the batch and of its labels, as they were before forward could change them."""
        if self._ids is None:
            self._ids = self._log.id_of(self._batch), self._log.id_of(self._labels)
        return self._ids

    def cut(self, tensors: int) -> None:
        """So many tensors are left: what came after is to be copied again."""
        if any(i is not None and i >= tensors for i in self._ids or ()):
            self._ids = None

    def sources(self, belongs: Belongs) -> Sources:
        """The tensors that the passes began with since the last backward, of those that belong."""
        batch = self.ids()[0] if self.inputs else None
        found: dict[str, tuple[Tensor, int | None, torch.Size]] = {}
        for start, _, inputs in self._passes:
            if belongs(start):
                for name, given in inputs.items():
                    found[name if name not in found else f"{name} ({len(found) + 1})"] = given
        return found or {
            name: (tensor, batch, shape_of(tensor)) for name, tensor in self.inputs.items()
        }

    def choose(self, belongs: Belongs) -> None:
        """The batch is that of the last pass that belongs to the iteration."""
        known = [ids for start, ids, _ in self._passes if belongs(start)]
        if known:
            self._ids = known[-1]

    def backward_runs(self, belongs: Belongs, held: Callable[[int, int], bool]) -> None:
        """The passes so far are over, of those that belong to the iteration.

        But for one of which operations are ``held``, from a number of events to another.
        """
        ends = [start for start, _, _ in self._passes[1:]] + [len(self._log)]
        self._passes = [
            (start, ids, {} if belongs(start) and not held(start, end) else inputs)
            for (start, ids, inputs), end in zip(self._passes, ends, strict=False)
        ]

    def tensors(self) -> Iterator[Tensor]:
        """All of them."""
        found = (*self.inputs.values(), self._batch, self._labels)
        return (tensor for tensor in found if tensor is not None)
