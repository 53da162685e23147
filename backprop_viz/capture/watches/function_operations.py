"""The operations that the backward of somebody's ``torch.autograd.Function`` runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch._C import DisableTorchFunction
from torch.autograd.graph import Node as GradFn

from backprop_viz.analysis.own_steps import same_numbers
from backprop_viz.capture.graph.graphs import is_functions_node
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.tensors.memory import NotCopied
from backprop_viz.capture.watches.interventions import Grads
from backprop_viz.capture.watches.step_operations import StepOperations
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase

# Of torch's own Functions those that run the backward of a custom operator, which is its author's.
_OF_OPERATORS = "torch._library.autograd"


def has_own_backward(node: GradFn) -> bool:
    """Whether a node runs a backward that somebody has written in Python: not one of torch's."""
    if not is_functions_node(node):
        return False
    module: str = getattr(getattr(node, "_forward_cls", None), "__module__", "")
    return module == _OF_OPERATORS or module.partition(".")[0] != "torch"


class RecordedArrays:
    """Finds, in the table of a recording, the array that has the same numbers as another."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._ids: dict[object, list[int]] = {}
        self._seen = 0  # so many of the table

    def known_as(self, read: Copy) -> Copy:
        """The last one with the numbers of what a Function has saved; else that itself.

        An array of one number again and again, such as a mask, may be many tensors: it is none.
        """
        if read is None or isinstance(read, NotCopied) or _is_constant(read):
            return read
        self._look()
        tensors = self._log.tensors
        for one in reversed(self._ids.get(_key(read), ())):
            if same_numbers(tensors[one], read):
                return tensors[one]
        return read

    def _look(self) -> None:
        self._log.make_up()
        wait_for_copies()
        tensors = self._log.tensors
        if len(tensors) < self._seen:  # some were dropped
            self._ids.clear()
            self._seen = 0
        for one in range(self._seen, len(tensors)):
            if (array := tensors[one]).size:
                self._ids.setdefault(_key(array), []).append(one)
        self._seen = len(tensors)


class FunctionOperations:
    """Told of what runs in one node, it notes what has led to the gradients that this sends."""

    def __init__(self, log: EventLog, arrays: RecordedArrays) -> None:
        self._log, self._arrays = log, arrays
        self._operations: StepOperations | None = None
        self._sent: Sequence[Tensor] = ()

    def arrive(self, grads: Grads, copies: Sequence[Copy]) -> None:
        """The node is about to run; it is given these."""
        there = [
            (grad, copy)
            for grad, copy in zip(grads, copies, strict=False)
            if grad is not None and copy is not None
        ]
        # Of a batch of which only some samples are recorded, the whole would be told.
        if not self._log.snapshots.cuts:
            self._operations = StepOperations(self._log, lambda: self._sent, there)

    def begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[Any], None] | None:
        """A function is about to run; what to call with its result, if it is an operation."""
        operations = self._operations
        return None if operations is None else operations.begins(func, args, kwargs)

    def note(self, sent: Grads) -> None:
        """The node has run, and sends these: note the operations, as events of the backward."""
        operations, self._operations = self._operations, None
        if operations is None:
            return
        with DisableTorchFunction():
            self._sent = [one for one in sent if one is not None]
            operations.note(self._arrays.known_as, Phase.BACKWARD)
            self._sent = ()


def _key(array: Array) -> object:
    """The same for arrays of the same numbers, and for few others."""
    shape = array.shape
    middle, last = tuple([n // 2 for n in shape]), tuple([n - 1 for n in shape])
    return shape, array.dtype, array[middle].tobytes(), array[last].tobytes()


def _is_constant(array: Array) -> bool:
    return not array.size or bool((array == array.flat[0]).all())
