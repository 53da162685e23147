"""Records an iteration while torch runs it."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node as GradFn
from torch.optim import Optimizer

from backprop_viz.capture.function_watch import Arrays, FunctionWatch, Ran, Tensors, calling_line
from backprop_viz.capture.graphs import (
    Operation,
    grad_fn_graph,
    grad_fn_name,
    layer_graph,
    leaf_of,
    parameter_names,
    walk,
    weight_nodes,
)
from backprop_viz.capture.interventions import Grads, changed_by
from backprop_viz.capture.line_trace import lines_traced
from backprop_viz.capture.memory import to_array
from backprop_viz.capture.node_keys import identities
from backprop_viz.capture.snapshots import Arrived, TensorSnapshots
from backprop_viz.recording.events import (
    Array,
    Event,
    Failure,
    GradientIntervention,
    Parameter,
    PhaseSpan,
    TensorIds,
)
from backprop_viz.recording.graph import Graph
from backprop_viz.recording.iteration import Recording, new_serial
from backprop_viz.recording.layers import LayerGraph
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.tensors import TensorTable


class Recorder:
    """Records one iteration of a training loop: of any model, with any optimizer or none.

    The loop runs each phase inside ``phase``, and tells with ``take_batch`` and ``take_results``
    what cannot be seen from outside. ``cleared``: whether the loop calls zero_grad. ``rate``: the
    learning rate of a loop without an optimizer.

    ``samples``: how many samples of each batch to keep (None: all). Recording changes no number:
    hooks only read. An ``intervention`` is the exception, made on purpose.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | None = None,
        *,
        iteration: int = 1,
        samples: int | None = None,
        intervention: GradientIntervention | None = None,
    ) -> None:
        self.cleared = True
        self.rate: float | None = None
        self._model = model
        self._optimizer = optimizer
        self._iteration = iteration
        self._samples = samples
        self._intervention = intervention
        self._backwards = 0
        self._names = parameter_names(model)
        self._snapshots = TensorSnapshots(samples)
        self._tensors = TensorTable()
        self._serial = new_serial()
        self._parameters = tuple(
            Parameter(
                name,
                self._tensors.add(self._snapshots.tensor(p, True)),
                self._id(self._snapshots.grad(p)),
                self._tensors,
                p.requires_grad,
            )
            for name, p in model.named_parameters()
        )
        # The batch as the network reads it, its labels, and the batch with the samples first.
        self._inputs: Tensor | None = None
        self._labels: Tensor | None = None
        self._batch: Tensor | None = None
        self._given_batch = False
        self._output: Tensor | None = None
        self._root: Tensor | None = None
        self._loss: float | None = None
        # Tensors made of parameters alone, by the id() of each, and the nodes that take their
        # gradients. No sample has part in them: they are kept whole.
        self._weights = {id(t) for t in (*model.parameters(), *model.buffers())}
        self._weight_nodes: frozenset[GradFn] = frozenset()
        self._events: list[Event] = []
        self._operations: list[Operation] = []
        self._spans: list[PhaseSpan] = []
        self._trace: list[tuple[int, int]] = []
        self._nodes: list[GradFn] = []
        self._unbound: GradFn | None = None
        self._graph = Graph()
        self._layers = LayerGraph()
        self._options_used: dict[str, Any] = {}
        self._failure: Failure | None = None
        # The operation that began last, and the shapes of the tensors that it was given.
        self._tried: tuple[str, tuple[tuple[int, ...], ...]] = ("", ())

    # -- what the loop tells -------------------------------------------------------------------

    def take_batch(
        self, inputs: Tensor, labels: Tensor, *, single: bool = False, given: bool = False
    ) -> None:
        """Tell which batch the forward pass reads, and the labels (N,) of its samples.

        ``single``: the inputs are one sample, without a batch dimension. ``given``: the batch is
        not the loader's.
        """
        if self._labels is not labels or self._inputs is not inputs:
            self._inputs, self._labels = inputs, labels
            self._batch = inputs.unsqueeze(0) if single else inputs
            self._snapshots.batch_size = len(labels)
        self._given_batch = given

    def take_results(self, output: Tensor | None, loss: Tensor | None) -> None:
        """Tell what was computed so far; backward starts from the loss, else from the output."""
        root = output if loss is None else loss
        if root is not self._root:
            self._unbound = None if root is None else root.grad_fn
            self._loss = None if loss is None else loss.item()
        self._output, self._root = output, root

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Record what torch does in here. Of a phase that raises, nothing is kept.

        A phase that runs again right after itself goes on: backward twice is one backward.
        """
        start, operations, lines = len(self._events), len(self._operations), len(self._trace)
        tensors = len(self._tensors)
        if phase is Phase.UPDATE:
            # Read now: after the update a schedule sets the next iteration's rate.
            self._options_used = self._options()
        watch = {
            Phase.ZERO_GRAD: self._parameters_changed,
            Phase.FORWARD: self._operations_run,
            Phase.LOSS: self._operations_run,
            Phase.BACKWARD: self._nodes_run,
            Phase.UPDATE: self._parameters_changed,
        }[phase]
        try:
            with watch(phase):
                begun = time.perf_counter()
                yield
                seconds = time.perf_counter() - begun
        except Exception as error:
            if phase is Phase.FORWARD:
                self._failure = self._refused(error, start)
            del self._events[start:], self._operations[operations:], self._trace[lines:]
            self._tensors.truncate(tensors)
            raise
        self._failure = None
        if self._spans and self._spans[-1].phase is phase:
            before = self._spans.pop()
            start, seconds = before.start, before.seconds + seconds
        self._spans.append(PhaseSpan(phase, start, len(self._events), seconds))

    def _refused(self, error: Exception, start: int) -> Failure:
        """A forward that raised, whose events are those from ``start`` on."""
        forward = getattr(type(self._model).forward, "__code__", None)
        shape = () if self._inputs is None else tuple(self._inputs.shape)
        ran = [(e.op, e.outputs[0].shape) for e in self._events[start:] if e.outputs[0] is not None]
        op, given = self._tried
        return Failure(
            type(error).__name__,
            str(error),
            calling_line(error, forward),
            (("x", shape), *ran),
            op,
            given,
        )

    def recording(self) -> Recording:
        """What has been recorded so far."""
        self._bind()
        return Recording(
            iteration=self._iteration,
            parameters=self._parameters,
            events=tuple(self._events),
            spans=tuple(self._spans),
            graph=self._graph,
            layers=self._layers,
            input_id=self._id_of(self._batch),
            labels_id=self._id_of(self._labels),
            loss=self._loss,
            samples=self._samples,
            model=type(self._model).__name__,
            options=self._options_used or self._options(),
            intervention=self._intervention,
            backwards=max(1, self._backwards),
            given_batch=self._given_batch,
            failure=self._failure,
            trace=tuple(self._trace),
            cleared=self.cleared,
            tensors=self._tensors,
            serial=self._serial,
        )

    # -- zero_grad and update ----------------------------------------------------------------

    @contextmanager
    def _parameters_changed(self, phase: Phase) -> Iterator[None]:
        parameters = list(self._model.named_parameters())
        grads = [self._snapshots.grad(p) for _, p in parameters]
        values = [self._copy(p) for _, p in parameters]
        states = [self._state(p) if phase is Phase.UPDATE else {} for _, p in parameters]
        yield
        before = zip(parameters, grads, values, states, strict=True)
        for (name, parameter), grad, value, state in before:
            if phase is Phase.ZERO_GRAD:
                cleared = self._snapshots.grad(parameter)
                self._note(phase, "zero_grad", (grad,), (cleared,), parameter=name)
            elif grad is not None:
                states_after = self._state(parameter).items()
                self._note(
                    phase,
                    self._rule(),
                    (value, grad),
                    (self._copy(parameter),),
                    parameter=name,
                    state_ids={
                        k: (self._id(state.get(k)), self._tensors.add(v)) for k, v in states_after
                    },
                )

    def _state(self, parameter: Tensor) -> dict[str, Array]:
        """The optimizer's own tensors for a parameter."""
        optimizer = self._optimizer
        state = {} if optimizer is None else optimizer.state.get(parameter, {})
        return {name: to_array(value) for name, value in state.items() if torch.is_tensor(value)}

    def _options(self) -> dict[str, Any]:
        if self._optimizer is None:
            return {} if self.rate is None else {"lr": self.rate}
        return {k: v for k, v in self._optimizer.param_groups[0].items() if k != "params"}

    def _rule(self) -> str:
        """The name of the update: the optimizer's class, in full if it is not torch's own."""
        optimizer = self._optimizer
        if optimizer is None:
            return "sub_"
        kind = type(optimizer)
        torchs = getattr(torch.optim, kind.__name__, None) is kind
        return kind.__name__ if torchs else f"{kind.__module__}.{kind.__qualname__}"

    # -- forward and loss --------------------------------------------------------------------

    @contextmanager
    def _operations_run(self, phase: Phase) -> Iterator[None]:
        forward = getattr(type(self._model).forward, "__code__", None)

        def ran(told: Ran) -> None:
            op, read, made = told.op, told.read, told.made
            first = made[0]
            self._operations.append(
                Operation(phase, op, read, made, first.grad_fn, first.output_nr)
            )
            of_weights = bool(read) and all(id(tensor) in self._weights for tensor in read)
            change = self._weights.update if of_weights else self._weights.difference_update
            change(id(tensor) for tensor in made)
            tracked = any(tensor.requires_grad for tensor in made)
            copies = self._copy_all(made)
            self._note(
                phase, op, told.inputs, copies, line=told.line, tracked=tracked, call=told.call
            )

        def begins(line: int) -> None:
            self._trace.append((line, len(self._events)))

        def failed(op: str, read: Tensors) -> None:
            self._tried = (op, tuple(tuple(tensor.shape) for tensor in read))

        watch = FunctionWatch(ran, self._copy_all, forward, failed)
        with lines_traced(forward, begins), watch:
            yield

    def _bind(self) -> None:
        """Number the nodes of the graph of the last result, and give each operation its node."""
        if self._unbound is None:
            return
        self._nodes = walk(self._unbound)
        self._unbound = None
        ids = {node: i for i, node in enumerate(self._nodes)}
        keys = identities(self._nodes, self._operations, self._output, self._names)
        self._graph = grad_fn_graph(self._nodes, self._names, keys)
        self._weight_nodes = weight_nodes(self._nodes, self._operations, self._weights)
        first = len(self._events) - len(self._operations)  # zero_grad's events come before
        for i, operation in enumerate(self._operations, first):
            # The output of a custom Function gets its grad_fn only when the Function returns.
            grad_fn = operation.grad_fn or operation.made[0].grad_fn
            node = None if grad_fn is None else ids.get(grad_fn)
            if node != self._events[i].node:
                self._events[i] = replace(self._events[i], node=node)
        if self._inputs is not None:
            self._layers = layer_graph(self._operations, first, self._inputs, self._names, ids)

    # -- backward ----------------------------------------------------------------------------

    @contextmanager
    def _nodes_run(self, phase: Phase) -> Iterator[None]:
        self._bind()
        # What forward made is needed no longer: torch can have its memory.
        self._operations.clear()
        batch = (t for t in (self._inputs, self._batch, self._labels) if t is not None)
        self._snapshots.forget_all_but((*self._model.parameters(), *batch))
        wanted = self._intervention
        intervened = None if wanted is None else self._graph.find(wanted.node)
        handles = [
            handle
            for i, node in enumerate(self._nodes)
            for handle in self._watch(i, node, intervened is not None and intervened.id == i)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
        self._backwards += 1

    def _watch(self, i: int, node: GradFn, intervened: bool) -> Iterator[Any]:
        """Hook a node: the first hook sees the summed gradients, the second those it sends."""
        snapshots = self._snapshots
        arrived: list[Array | None] = []
        came: list[Arrived | None] = []
        leaf = leaf_of(node)
        whole = node in self._weight_nodes
        onward = [(to, number, to in self._weight_nodes) for to, number in node.next_functions]

        def before(grad_outputs: Grads) -> None:
            came[:] = [snapshots.arrived(g, node, k, whole) for k, g in enumerate(grad_outputs)]
            arrived[:] = [None if one is None else one[1].array for one in came]
            if leaf is not None:
                arrived.insert(0, snapshots.grad(leaf))

        intervention = self._intervention if intervened else None

        def after(grad_inputs: Grads, _: Grads) -> Grads | None:
            changed = None if intervention is None else changed_by(intervention, grad_inputs)
            if leaf is None:
                sent = zip(changed or grad_inputs, onward, strict=False)
                outputs = tuple(snapshots.sent(grad, *edge) for grad, edge in sent)
            else:
                snapshots.accumulated(leaf, came[0])
                outputs = (snapshots.grad(leaf),)
            name = self._names.get(id(leaf))
            self._note(Phase.BACKWARD, grad_fn_name(node), arrived, outputs, node=i, parameter=name)
            return changed

        yield node.register_prehook(before)
        yield node.register_hook(after)

    # -- events and their tensors --------------------------------------------------------------

    def _note(
        self,
        phase: Phase,
        op: str,
        inputs: Iterable[Array | None],
        outputs: Iterable[Array | None],
        **more: Any,
    ) -> None:
        """Append an event, and its tensors to the table."""
        ids = self._ids(inputs), self._ids(outputs)
        self._events.append(Event(phase, op, *ids, self._tensors, **more))

    def _ids(self, arrays: Iterable[Array | None]) -> TensorIds:
        return tuple(self._id(array) for array in arrays)

    def _id(self, array: Array | None) -> int | None:
        return None if array is None else self._tensors.add(array)

    def _copy_all(self, tensors: Tensors) -> Arrays:
        return tuple(self._copy(tensor) for tensor in tensors)

    def _id_of(self, tensor: Tensor | None) -> int | None:
        return None if tensor is None else self._tensors.add(self._copy(tensor))

    def _copy(self, tensor: Tensor) -> Array:
        return self._snapshots.tensor(tensor, id(tensor) in self._weights)
