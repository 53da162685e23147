"""The operations since the last backward began, with the graph and the layers that they make."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from backprop_viz.capture.graph.graphs import Operation, grad_fn_of, layer_graph
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.recording.layers import ForwardPass, LayerGraph

# The tensors that a pass began with, by name, each with its id in the table of tensors.
Sources = Mapping[str, tuple[Tensor, int | None]]


class ForwardLog:
    """Notes operations with the numbers of their events, and walks the graph of what they made."""

    def __init__(self, log: EventLog, walked: WalkedGraph, names: Mapping[int, str]) -> None:
        self._log, self._walked, self._names = log, walked, names
        self._operations: list[Operation] = []
        self._numbers: list[int] = []
        self.passes: list[ForwardPass] = []

    def __len__(self) -> int:
        return len(self._operations)

    @property
    def results(self) -> list[Tensor]:
        """What each operation made first."""
        return [operation.made[0] for operation in self._operations]

    def ran(self, operation: Operation) -> None:
        """An operation has run, which the next event is about."""
        self._operations.append(operation)
        self._numbers.append(len(self._log))

    def cut(self, operations: int) -> None:
        """Drop what came after so many operations."""
        del self._operations[operations:], self._numbers[operations:]

    def clear(self) -> None:
        """Let go of what forward made: torch can have its memory."""
        self._operations.clear()
        self._numbers.clear()

    def walk(self, roots: Sequence[Tensor], output: Tensor | None, sources: Sources) -> None:
        """Number the nodes of the graph of these results, and give each operation its node."""
        walked, log = self._walked, self._log
        starts = [node for node in map(grad_fn_of, roots) if node is not None]
        walked.find(starts, self._operations, output, log.weights)
        for i, operation in zip(self._numbers, self._operations, strict=True):
            # The output of a custom Function gets its grad_fn only when the Function returns.
            grad_fn = operation.grad_fn or grad_fn_of(operation.made[0])
            log.set_node(i, None if grad_fn is None else walked.ids.get(grad_fn))
        if sources and self._operations:
            ids = walked.ids
            self._passed(layer_graph(self._operations, self._numbers, sources, self._names, ids))

    def _passed(self, layers: LayerGraph) -> None:
        """Take note of the pass whose operations are these; it may be longer than before."""
        start = self._numbers[0] if self._numbers else len(self._log)
        if self.passes and self.passes[-1].start == start:
            self.passes.pop()
        self.passes.append(ForwardPass(start, layers))
