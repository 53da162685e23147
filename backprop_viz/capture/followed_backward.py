"""What a backward computes that autograd follows: with create_graph=True it makes a graph too."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.graph.graphs import grad_fn_of
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.function_watch import FunctionWatch, Ran
from backprop_viz.capture.watches.overridable_backward import BACKWARD
from backprop_viz.recording.trace.phases import Phase

# At which place the functions that run a backward are told to make a graph.
_CREATE_GRAPH: Mapping[Callable[..., Any], int] = {
    Tensor.backward: 3,
    BACKWARD: 3,
    torch.autograd.grad: 4,
}


def creates_graph(func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call is a backward that autograd follows."""
    place = _CREATE_GRAPH.get(func)
    if place is None:
        return False
    return bool(args[place] if len(args) > place else kwargs.get("create_graph"))


class FollowedBackward:
    """Gathers the plain operations that run within a backward.

    They are told of when it is over: events of theirs have no place among those of its nodes.
    """

    def __init__(self, recorder: Recorder, functions: FunctionWatch) -> None:
        self._recorder, self._functions = recorder, functions
        # By its node, and which of its outputs it is: what was made.
        self._made: dict[tuple[GradFn, int], Tensor] = {}
        self._ran: list[Ran] = []
        self._nodes = 0  # of autograd, before the backward

    def running(
        self, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> AbstractContextManager[None] | None:
        """What a backward is to run in that is about to begin; None if autograd follows it not."""
        if not creates_graph(func, args, kwargs):
            return None
        self._remember(self._recorder.own.made)
        self._nodes = torch.autograd._get_sequence_nr()
        return self._functions.told_inside(self._has_run, self._as_made)

    def note(self) -> None:
        """The backward is over: what was gathered is a loss's, or part of none."""
        ran, self._ran = self._ran, []
        if not ran:
            return
        with torch._C.DisableTorchFunction():
            self._recorder.loss_begins(self._nodes)
            with self._recorder.span(Phase.LOSS):
                for told in ran:
                    self._recorder.operation_ran(told)

    def _has_run(self, told: Ran) -> None:
        self._remember(told.made)
        self._ran.append(told._replace(outputs=self._recorder.copies(told.made)))

    def _remember(self, tensors: Iterable[Tensor]) -> None:
        """The nodes of a backward have their own references to what was made."""
        for made in tensors:
            if (node := grad_fn_of(made)) is not None:
                self._made[node, made.output_nr] = made

    def _as_made(self, tensor: Tensor) -> Tensor:
        """The tensor that an operation has made, in place of one that a node has saved of it."""
        node = grad_fn_of(tensor)
        made = None if node is None else self._made.get((node, tensor.output_nr))
        if made is None or made is tensor or grad_fn_of(made) is not node:
            return tensor
        try:
            return made if made.data_ptr() == tensor.data_ptr() else tensor
        except RuntimeError:  # it has no memory
            return tensor
