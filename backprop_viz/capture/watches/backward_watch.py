"""Records what a backward does, node by node; also one that is called within another's."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from backprop_viz.capture.code.own_faults import OURS, AroundCall, guarded
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.graph.found_nodes import FoundNodes
from backprop_viz.capture.graph.graphs import (
    grad_fn_name,
    is_functions_node,
    is_torchs_node,
    leaf_of,
)
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.memory import LEFT_OUT, is_wrapped
from backprop_viz.capture.tensors.snapshots import Arrived, GradFnInput
from backprop_viz.capture.watches.calm_backward import CalmBackward
from backprop_viz.capture.watches.function_operations import (
    FunctionOperations,
    RecordedArrays,
    has_own_backward,
)
from backprop_viz.capture.watches.interventions import Grads, changed_by
from backprop_viz.capture.watches.node_hooks import has_other_hooks
from backprop_viz.capture.watches.overridable_backward import BACKWARD, backward_overridable
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.trace.events import GradientIntervention
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_BACKWARD = Phase.BACKWARD
Within = AbstractContextManager[None] | None  # what a backward runs in

# The functions that run a backward, and the name of what they start from, their first argument.
BACKWARD_FUNCTIONS: Mapping[Callable[..., Any], str] = {
    torch.Tensor.backward: "self",
    BACKWARD: "tensors",
    torch.autograd.grad: "outputs",
}


def roots_of(
    func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[Tensor]:
    """The tensors that a backward starts from."""
    given = args[0] if args else kwargs.get(BACKWARD_FUNCTIONS[func])
    if isinstance(given, Tensor):
        return [given]
    roots = given if isinstance(given, list | tuple) else []
    return [root for root in roots if isinstance(root, Tensor)]


def of_torch_func(func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether this is the backward inside a ``torch.func.grad``, whose tensors have no numbers."""
    return func in BACKWARD_FUNCTIONS and any(map(is_wrapped, roots_of(func, args, kwargs)))


class BackwardWatch:
    """Hooks the nodes of a graph while backward runs, and notes an event for each that ran."""

    def __init__(
        self,
        log: EventLog,
        walked: WalkedGraph,
        parameters: ParameterWatch,
        names: Mapping[int, str],
        intervention: GradientIntervention | None,
        only: ModuleChoice | None = None,
    ) -> None:
        self._only = only
        self._log, self._walked, self._parameters = log, walked, parameters
        self._names = names
        self._intervention = intervention
        self._hooked: set[GradFn] = set()
        self._place: CodePlace | None = None  # of the line that runs the backward
        self._followed = False  # whether autograd follows the backward that runs
        self._arrays = RecordedArrays(log)

    @contextmanager
    def running_through(
        self, nodes: FoundNodes, writes: WriteWatch, within: Within
    ) -> Iterator[bool]:
        """Note what a backward does ``within`` at these nodes, all that the graph has.

        Whether it is calm: only torch's own nodes run, and no Python but ours. So it changes
        nothing but ``.grad``, which is noted with it.
        """
        self._followed = within is not None
        calm = self._calm(nodes, writes.is_apart) if writes.sees_all_of(nodes) else None
        seen = calm or self.running(nodes.all)
        with writes.backward(calm is not None), seen, within or nullcontext():
            yield calm is not None

    def _calm(self, nodes: FoundNodes, at_once: bool) -> CalmBackward | None:
        """Notes what a backward does in which no Python runs but ours; None if others have hooks.

        Its hooks are there at once; as a context it notes what runs in it.
        """
        if self._intervention is not None or self._only is not None:
            return None
        known = self._log, nodes.all, nodes.leaves, self._parameters, self._names
        calm = CalmBackward(*known, user_line(), self._walked, at_once)
        if calm.hook():
            self._walked.keep()
            return calm
        calm.unhook()
        return None

    @contextmanager
    def running(self, nodes: Iterable[GradFn]) -> Iterator[None]:
        """Note what backward does in here at these nodes, and in a backward of their own."""
        self._place = user_line()
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
            with backward_overridable():
                yield
        finally:
            for handle in handles:
                handle.remove()
            self._hooked.difference_update(mine)

    def _look_inside(self, operations: FunctionOperations | None, _: Grads) -> None:
        """A node in Python is about to run, which may run a backward of its own.

        The engine leaves the mode when the node is done. A mode around the whole would be off: a
        backward is a function that it has seen.
        """
        _InsideNode(self._inner, operations).__enter__()  # type: ignore[no-untyped-call]

    @contextmanager
    def _inner(self, roots: Sequence[Tensor]) -> Iterator[None]:
        """A node's own backward runs one more, as a reentrant checkpoint does."""
        with self.running(self._walked.find(roots, (), None, self._log.weights)):
            yield

    def _left_out(self, node: GradFn, leaf: Tensor | None) -> Callable[[Grads, Grads], None]:
        """Note that a node has run, and nothing of its numbers."""
        log, op, number = self._log, grad_fn_name(node), self._walked.ids[node]
        place = self._place
        name = None if leaf is None else self._names.get(id(leaf))

        def after(grad_inputs: Grads, grad_outputs: Grads) -> None:
            made = _without_numbers(grad_inputs)
            read = _without_numbers(grad_outputs)
            if leaf is not None:
                read, made = [LEFT_OUT, *read], [LEFT_OUT]
            log.note(_BACKWARD, op, read, made, node=number, parameter=name, place=place)

        return after

    def _watch(self, node: GradFn, intervened: bool) -> Iterator[RemovableHandle]:
        """Hook a node, to see the summed gradients that it is given and those that it sends."""
        walked, leaf = self._walked, leaf_of(node)
        if self._only is not None and node not in walked.chosen:
            yield node.register_hook(guarded(self._left_out(node, leaf)))
            return
        of_weights, onward = walked.of_weights, node.next_functions
        watch = _NodeWatch(
            self._log,
            node,
            walked.ids[node],
            leaf,
            None if leaf is None else self._names.get(id(leaf)),
            [(None if to is None else (to, nr), to in of_weights) for to, nr in onward],
            node in of_weights,
            self._place,
        )
        watch.parameters = self._parameters
        watch.intervention = self._intervention if intervened else None
        in_python = is_functions_node(node)
        if in_python:
            # What runs in one that autograd follows is told of as a loss's.
            if has_own_backward(node) and not self._followed:
                watch.operations = FunctionOperations(self._log, self._arrays)
            looks = partial(self._look_inside, watch.operations)
            yield node.register_prehook(guarded(looks))
        after = node.register_hook(guarded(watch.after))
        # What a node of torch's own was given is the same when it has run. Of others it is not
        # known, nor with hooks of somebody else's; and a gradient is added to what was there.
        if (
            in_python
            or leaf is not None
            or not is_torchs_node(type(node))
            or has_other_hooks(after)
        ):
            yield node.register_prehook(guarded(watch.before))
        if leaf is not None and self._parameters.reduces_in_place:
            added = guarded(watch.added)
            yield leaf.register_post_accumulate_grad_hook(added)  # type: ignore[no-untyped-call]
        yield after


def _without_numbers(grads: Grads) -> list[Copy]:
    return [None if grad is None else LEFT_OUT for grad in grads]


class _NodeWatch:
    """Notes what a node is given and what it sends."""

    __slots__ = (
        "_added",
        "_came",
        "_edges",
        "_leaf",
        "_log",
        "_name",
        "_node",
        "_number",
        "_op",
        "_place",
        "_whole",
        "intervention",
        "operations",
        "parameters",
    )

    def __init__(
        self,
        log: EventLog,
        node: GradFn,
        number: int,
        leaf: Tensor | None,
        name: str | None,
        edges: Sequence[tuple[GradFnInput | None, bool]],
        whole: bool,
        place: CodePlace | None,
    ) -> None:
        self._log, self._node, self._number = log, node, number
        self._place = place  # of the line that runs the backward
        self._leaf, self._name = leaf, name
        self._edges, self._whole = edges, whole
        self._op = grad_fn_name(node)
        # What has come, once ``before`` has seen it.
        self._came: tuple[list[Arrived | None], list[Copy]] | None = None
        self._added: Copy = (
            None  # ``.grad`` before others have changed it, if ``added`` has seen it
        )
        self.parameters: ParameterWatch
        self.intervention: GradientIntervention | None = None
        self.operations: FunctionOperations | None = None  # of somebody's own backward

    def before(self, grad_outputs: Grads) -> None:
        """The node is about to run."""
        log, leaf = self._log, self._leaf
        there = [] if leaf is None else [log.grad(leaf)]
        came, copies = log.snapshots.arrived(grad_outputs, self._node, self._whole)
        self._came = came, there + copies
        if self.operations is not None:
            self.operations.arrive(grad_outputs, copies)

    def added(self, leaf: Tensor) -> None:
        """The gradient is added to ``.grad``, and no hook has run yet."""
        self._added = self._log.grad(leaf)

    def after(self, grad_inputs: Grads, grad_outputs: Grads) -> Grads | None:
        """The node has run."""
        log, leaf, seen = self._log, self._leaf, self._came
        compared = seen is None  # else the node has run since
        if seen is None:
            seen = log.snapshots.arrived(grad_outputs, self._node, self._whole)
        self._came = None
        came, read = seen
        if leaf is not None:
            log.snapshots.accumulated(leaf, came[0])
            grad = log.grad(leaf) if self._added is None else self._added
            self._added = None
            node, name, place = self._number, self._name, self._place
            log.note(_BACKWARD, self._op, read, (grad,), node=node, parameter=name, place=place)
            self.parameters.accumulated(self._name, leaf, grad)
            return None
        if self.operations is not None:
            self.operations.note(grad_inputs)
        wanted = self.intervention
        changed = None if wanted is None else changed_by(wanted, grad_inputs)
        made = log.snapshots.sent(changed or grad_inputs, self._edges, came, compared)
        log.note(_BACKWARD, self._op, read, made, node=self._number, place=self._place)
        return changed


class _InsideNode(TorchFunctionMode):
    """Sees a backward that a node of Python calls; and, to note them, its ``operations``."""

    def __init__(
        self, watched: Callable[[Sequence[Tensor]], Any], operations: FunctionOperations | None
    ) -> None:
        super().__init__()
        self._watched, self._operations = watched, operations

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
            with AroundCall() as around:
                with OURS:
                    around.enter_context(self._watched(roots_of(func, args, kwargs)))
                return func(*args, **kwargs)
        if self._operations is None:
            return func(*args, **kwargs)
        ran = None
        with OURS:
            ran = self._operations.begins(func, args, kwargs)
        result = func(*args, **kwargs)
        if ran is not None:
            with OURS:
                ran(result)
        return result
