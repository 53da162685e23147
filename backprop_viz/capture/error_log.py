"""What has raised in an iteration."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.errors_explained import (
    Scene,
    explained_error,
)
from backprop_viz.capture.graph.graph_ages import GraphAges
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.shapes import known_sizes
from backprop_viz.capture.tried_operations import Tried, chosen_by, named_shapes, refused
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event, Failure
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import TorchError


class ErrorLog:
    """The ``failure`` of the last forward, and the ``error`` that torch has raised, explained."""

    def __init__(self, log: EventLog, ages: GraphAges, names: Mapping[int, str]) -> None:
        self._log, self._ages, self._names = log, ages, names
        self.failure: Failure | None = None
        self.error: TorchError | None = None
        self.raised = False  # whatever it was: torch's error or the loop's own
        self._tried = Tried()  # the operation that raised last
        self._explained: Exception | None = None
        # What backward started from last, and how many events there were.
        self._root: int | None = None
        self._backward_start = 0

    def phase_begins(self) -> None:
        """Nothing has been raised in a phase that begins."""
        self.error, self.raised = None, False

    def backward_begins(self, root: Tensor | None) -> None:
        """A backward is about to run from here."""
        self._root, self._backward_start = self._log.id_of(root), len(self._log)

    def look_back(self, root: Tensor | None, tried: Tried) -> None:
        """What raised is known from the exception alone: a backward from ``root``, or a call."""
        self.backward_begins(root)
        self._tried = tried

    @contextmanager
    def running(self, op: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[None]:
        """An operation runs in here: if it raises, remember what it was given."""
        try:
            yield
        except Exception as error:
            with OURS, torch._C.DisableTorchFunction():
                self.operation_failed(op, tuple(nested_tensors((args, kwargs))), error)
            raise

    def operation_failed(self, op: str, read: Sequence[Tensor], error: Exception) -> None:
        """Remember what an operation that raises was given."""
        ids = tuple([self._log.id_of(tensor) for tensor in read])
        chosen = chosen_by(op, read)
        self._tried = Tried(op, named_shapes(read, self._names), ids, error, chosen)

    def forward_failed(
        self,
        error: Exception,
        ran: Sequence[Event],
        inputs: Mapping[str, Tensor],
        code: CodeType | None,
    ) -> None:
        """A forward of this ``code`` has raised, after these operations."""
        shapes = {name: known_sizes(tensor.shape) for name, tensor in inputs.items()}
        self.failure = refused(error, ran, shapes, self._tried, code)

    def explain(
        self, error: Exception, recording: Recording, phase: Phase, nodes: Sequence[GradFn]
    ) -> None:
        """Find out which tensor it is about, once."""
        self.raised = True
        if error is not self._explained:
            start, root = self._backward_start, self._root
            scene = Scene(self._ages, recording, phase, nodes, start, self._tried, root)
            self.error, self._explained = explained_error(error, scene), error
