"""Records what a backward does, node by node; also one that is called within another's."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction
from torch.autograd.graph import Node as GradFn
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.event_log import Copy, EventLog
from backprop_viz.capture.graphs import grad_fn_name, leaf_of
from backprop_viz.capture.interventions import Grads, changed_by
from backprop_viz.capture.memory import NotCopied
from backprop_viz.capture.parameter_watch import ParameterWatch
from backprop_viz.capture.snapshots import Arrived
from backprop_viz.capture.walked_graph import WalkedGraph
from backprop_viz.recording.events import GradientIntervention
from backprop_viz.recording.phases import Phase

# The functions that run a backward, and the name of what they start from, their first argument.
BACKWARD_FUNCTIONS: Mapping[Callable[..., Any], str] = {
    torch.Tensor.backward: "self",
    torch.autograd.backward: "tensors",
    torch.autograd.grad: "outputs",
}


def roots_of(
    func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[Tensor]:
    """The tensors that a backward starts from."""
    given = args[0] if args else kwargs.get(BACKWARD_FUNCTIONS[func])
    return [given] if isinstance(given, Tensor) else list(given or ())


class BackwardWatch:
    """Hooks the nodes of a graph while backward runs, and notes an event for each that ran."""

    def __init__(
        self,
        log: EventLog,
        walked: WalkedGraph,
        parameters: ParameterWatch,
        names: Mapping[int, str],
        intervention: GradientIntervention | None,
    ) -> None:
        self._log, self._walked, self._parameters = log, walked, parameters
        self._names = names
        self._intervention = intervention
        self._hooked: set[GradFn] = set()

    @contextmanager
    def running(self, nodes: Iterable[GradFn]) -> Iterator[None]:
        """Note what backward does in here at these nodes, and in a backward of their own."""
        wanted = self._intervention
        intervened = None if wanted is None else self._walked.graph.find(wanted.node)
        mine = [node for node in nodes if node not in self._hooked]
        handles = [
            handle
            for node in mine
            for handle in self._watch(
                node, intervened is not None and self._walked.ids[node] == intervened.id
            )
        ]
        self._hooked.update(mine)
        self._walked.keep()
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
            self._hooked.difference_update(mine)

    def _look_inside(self, _: Grads) -> None:
        """A node in Python is about to run, which may run a backward of its own.

        The engine leaves the mode when the node is done. A mode around the whole would be off: a
        backward is a function that it has seen.
        """
        _InnerBackwards(self._inner).__enter__()  # type: ignore[no-untyped-call]

    @contextmanager
    def _inner(self, roots: Sequence[Tensor]) -> Iterator[None]:
        """A node's own backward runs one more, as a reentrant checkpoint does."""
        starts = [root.grad_fn for root in roots if root.grad_fn is not None]
        with self.running(self._walked.find(starts, (), None, self._log.weights)):
            yield

    def _watch(self, node: GradFn, intervened: bool) -> Iterator[Any]:
        """Hook a node: the first hook sees the summed gradients, the second those it sends."""
        log, snapshots, of_weights = self._log, self._log.snapshots, self._walked.of_weights
        arrived: list[Copy] = []
        came: list[Arrived | None] = []
        leaf = leaf_of(node)
        number, whole = self._walked.ids[node], node in of_weights
        onward = [(to, nr, to in of_weights) for to, nr in node.next_functions]

        def before(grad_outputs: Grads) -> None:
            came.clear()
            arrived.clear()
            if leaf is not None:
                arrived.append(log.grad(leaf))
            for k, grad in enumerate(grad_outputs):
                try:
                    one = snapshots.arrived(grad, node, k, whole)
                except NotCopied as reason:
                    came.append(None)
                    arrived.append(reason)
                else:
                    came.append(one)
                    arrived.append(None if one is None else one[1].array)

        intervention = self._intervention if intervened else None

        def sent(grad: Tensor | None, to: GradFn | None, nr: int, whole: bool) -> Copy:
            try:
                return snapshots.sent(grad, to, nr, whole)
            except NotCopied as reason:
                return reason

        def after(grad_inputs: Grads, _: Grads) -> Grads | None:
            changed = None if intervention is None else changed_by(intervention, grad_inputs)
            outputs: tuple[Copy, ...]
            if leaf is None:
                pairs = zip(changed or grad_inputs, onward, strict=False)
                outputs = tuple([sent(grad, *edge) for grad, edge in pairs])
            else:
                snapshots.accumulated(leaf, came[0])
                outputs = (log.grad(leaf),)
            name = self._names.get(id(leaf))
            op = grad_fn_name(node)
            log.note(Phase.BACKWARD, op, arrived, outputs, node=number, parameter=name)
            if leaf is not None:
                self._parameters.accumulated(name, leaf, outputs[0])
            return changed

        if isinstance(node, BackwardCFunction):
            yield node.register_prehook(self._look_inside)
        yield node.register_prehook(before)
        yield node.register_hook(after)


class _InnerBackwards(TorchFunctionMode):
    """Sees a backward that is called while another runs, and no other function."""

    def __init__(self, watched: Callable[[Sequence[Tensor]], Any]) -> None:
        super().__init__()
        self._watched = watched

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func``; a backward with its nodes watched."""
        kwargs = kwargs or {}
        if func in BACKWARD_FUNCTIONS:
            with self._watched(roots_of(func, args, kwargs)):
                return func(*args, **kwargs)
        return func(*args, **kwargs)
