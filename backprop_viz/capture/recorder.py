"""One real iteration, recorded while torch runs it."""

import copy
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd.graph import Node as GradFn

from backprop_viz.capture.function_watch import Arrays, FunctionWatch, Tensors, line_of
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
from backprop_viz.capture.line_trace import lines_traced
from backprop_viz.capture.node_keys import identities
from backprop_viz.capture.snapshots import Place, TensorSnapshots, to_array
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

if TYPE_CHECKING:
    from backprop_viz.training.trainer import Trainer

Grads = tuple[Tensor | None, ...]


class Recorder:
    """Runs a trainer's phases and keeps what torch did in each.

    ``samples``: how many samples of each batch to keep (None: all). Begin with a trainer whose
    zero_grad is due. Recording changes no number: hooks only read, and give nothing back; but
    for an ``intervention``, made on purpose.
    """

    def __init__(
        self,
        trainer: "Trainer",
        samples: int | None = None,
        intervention: GradientIntervention | None = None,
    ) -> None:
        self._trainer = trainer
        self._samples = samples
        self._intervention = intervention
        self._backwards = 0
        self._names = parameter_names(trainer.model)
        self._snapshots = TensorSnapshots(trainer, samples)
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
            for name, p in trainer.model.named_parameters()
        )
        # A batch without its batch dimension, and the same batch with it.
        self._unsqueezed: tuple[Tensor, Tensor] | None = None
        # What no sample has part in is kept whole: the ids of such tensors, and the nodes that
        # take their gradients.
        self._weights = {id(t) for t in (*trainer.model.parameters(), *trainer.model.buffers())}
        self._weight_nodes: frozenset[GradFn] = frozenset()
        self._iteration = trainer.iteration + 1
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
        self._cleared = trainer.clear_gradients
        # The operation that was begun last, and the shapes of what it was given.
        self._tried: tuple[str, tuple[tuple[int, ...], ...]] = ("", ())

    def step(self) -> Phase:
        """Run the phase that is due and record it; of one that raises, nothing stays."""
        phase = self._trainer.phase
        start, operations, lines = len(self._events), len(self._operations), len(self._trace)
        tensors = len(self._tensors)
        if phase is Phase.ZERO_GRAD:
            self._cleared = self._trainer.clear_gradients
        if phase is Phase.UPDATE:
            # The update's own: after it a schedule has put the next iteration's rate.
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
                self._trainer.step()
                seconds = time.perf_counter() - begun
        except Exception as error:
            if phase is Phase.FORWARD:
                self._failure = self._refused(error, start)
            del self._events[start:], self._operations[operations:], self._trace[lines:]
            self._tensors.truncate(tensors)
            raise
        self._failure = None
        self._spans.append(PhaseSpan(phase, start, len(self._events), seconds))
        return phase

    def _refused(self, error: Exception, start: int) -> Failure:
        """What is known of a forward that raised; its events are those from ``start`` on."""
        forward = getattr(type(self._trainer.model).forward, "__code__", None)
        ran = [(e.op, e.outputs[0].shape) for e in self._events[start:] if e.outputs[0] is not None]
        op, given = self._tried
        return Failure(
            type(error).__name__,
            str(error),
            line_of(error, forward),
            (("x", tuple(self._trainer.batch[0].shape)), *ran),
            op,
            given,
        )

    def backward_twice(self, retain_graph: bool) -> None:
        """Run backward, with the graph retained or not, and then once more from the same loss.

        Raises RuntimeError, in torch's own words, if it was not: then the first one stands.
        """
        for again in (False, True):
            start, tensors = len(self._events), len(self._tensors)
            begun = time.perf_counter()
            try:
                with self._nodes_run(Phase.BACKWARD):
                    if again:
                        self._trainer.backward_again()
                    else:
                        self._trainer.backward(retain_graph)
            except Exception:
                del self._events[start:]
                self._tensors.truncate(tensors)
                raise
            first = self._spans.pop() if again else PhaseSpan(Phase.BACKWARD, start, 0, 0.0)
            seconds = first.seconds + time.perf_counter() - begun
            stop = len(self._events)
            self._spans.append(PhaseSpan(Phase.BACKWARD, first.start, stop, seconds))

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
            input_id=self._tensors.add(self._copy(self._input())),
            labels_id=self._tensors.add(self._copy(self._trainer.labels)),
            loss=None if self._trainer.loss is None else self._trainer.loss_value(),
            samples=self._samples,
            model=type(self._trainer.model).__name__,
            options=self._options_used or self._options(),
            intervention=self._intervention,
            backwards=max(1, self._backwards),
            given_batch=self._iteration - 1 in self._trainer.given_batches,
            failure=self._failure,
            trace=tuple(self._trace),
            cleared=self._cleared,
            tensors=self._tensors,
            serial=self._serial,
        )

    def _input(self) -> Tensor:
        """The batch, batch first."""
        images = self._trainer.batch[0]
        if self._trainer.input_form != "single":
            return images
        if self._unsqueezed is None or self._unsqueezed[0] is not images:
            self._unsqueezed = (images, images.unsqueeze(0))
        return self._unsqueezed[1]

    # -- zero_grad and update ----------------------------------------------------------------

    @contextmanager
    def _parameters_changed(self, phase: Phase) -> Iterator[None]:
        parameters = list(self._trainer.model.named_parameters())
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
        optimizer = self._trainer.optimizer
        state = {} if optimizer is None else optimizer.state.get(parameter, {})
        return {name: to_array(value) for name, value in state.items() if torch.is_tensor(value)}

    def _options(self) -> dict[str, Any]:
        optimizer = self._trainer.optimizer
        if optimizer is None:
            return {"lr": self._trainer.lr_now}
        return {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}

    def _rule(self) -> str:
        """What changes the weights; a class that is not torch's own has its full name."""
        optimizer = self._trainer.optimizer
        if optimizer is None:
            return "sub_"
        kind = type(optimizer)
        torchs = getattr(torch.optim, kind.__name__, None) is kind
        return kind.__name__ if torchs else f"{kind.__module__}.{kind.__qualname__}"

    # -- forward and loss --------------------------------------------------------------------

    @contextmanager
    def _operations_run(self, phase: Phase) -> Iterator[None]:
        forward = getattr(type(self._trainer.model).forward, "__code__", None)

        def ran(op: str, read: Tensors, inputs: Arrays, made: Tensors, line: int | None) -> None:
            first = made[0]
            self._operations.append(
                Operation(phase, op, read, made, first.grad_fn, first.output_nr)
            )
            of_weights = bool(read) and all(id(tensor) in self._weights for tensor in read)
            change = self._weights.update if of_weights else self._weights.difference_update
            change(id(tensor) for tensor in made)
            tracked = any(tensor.requires_grad for tensor in made)
            self._note(phase, op, inputs, self._copy_all(made), line=line, tracked=tracked)

        def begins(line: int) -> None:
            self._trace.append((line, len(self._events)))

        def failed(op: str, read: Tensors) -> None:
            self._tried = (op, tuple(tuple(tensor.shape) for tensor in read))

        watch = FunctionWatch(ran, self._copy_all, forward, failed)
        with lines_traced(forward, begins), watch:
            yield
        root = self._trainer.root
        self._unbound = None if root is None else root.grad_fn

    def _bind(self) -> None:
        """Number the nodes reachable from what was computed last; give the operations theirs."""
        if self._unbound is None:
            return
        self._nodes = walk(self._unbound)
        self._unbound = None
        ids = {node: i for i, node in enumerate(self._nodes)}
        keys = identities(self._nodes, self._operations, self._trainer.output, self._names)
        self._graph = grad_fn_graph(self._nodes, self._names, keys)
        self._weight_nodes = weight_nodes(self._nodes, self._operations, self._weights)
        first = len(self._events) - len(self._operations)  # zero_grad's events come before
        for i, operation in enumerate(self._operations, first):
            # What a custom Function computes gets its grad_fn only when the Function returns.
            grad_fn = operation.grad_fn or operation.made[0].grad_fn
            node = None if grad_fn is None else ids.get(grad_fn)
            if node != self._events[i].node:
                self._events[i] = replace(self._events[i], node=node)
        self._layers = layer_graph(
            self._operations, first, self._trainer.batch[0], self._names, ids
        )

    # -- backward ----------------------------------------------------------------------------

    @contextmanager
    def _nodes_run(self, phase: Phase) -> Iterator[None]:
        self._bind()
        # What forward made is not needed any more, and torch can have its memory.
        self._operations.clear()
        batch = (self._trainer.batch[0], self._input(), self._trainer.labels)
        self._snapshots.forget_all_but((*self._trainer.model.parameters(), *batch))
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
        """Hooks on one node: the first sees the gradients summed, the second those sent on."""
        snapshots = self._snapshots
        arrived: list[Array | None] = []
        places: list[Place | None] = []
        leaf = leaf_of(node)
        whole = node in self._weight_nodes
        onward = [(to, number, to in self._weight_nodes) for to, number in node.next_functions]

        def before(grad_outputs: Grads) -> None:
            found = [snapshots.arrived(g, node, k, whole) for k, g in enumerate(grad_outputs)]
            places[:] = [place for place, _ in found]
            arrived[:] = [array for _, array in found]
            if leaf is not None:
                arrived.insert(0, snapshots.grad(leaf))

        intervention = self._intervention if intervened else None

        def after(grad_inputs: Grads, _: Grads) -> Grads | None:
            changed = None if intervention is None else alter(intervention, grad_inputs)
            if leaf is None:
                sent = zip(changed or grad_inputs, onward, strict=False)
                outputs = tuple(snapshots.sent(grad, *edge) for grad, edge in sent)
            else:
                snapshots.accumulated(leaf, places[0], arrived[1])
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

    def _copy(self, tensor: Tensor) -> Array:
        return self._snapshots.tensor(tensor, id(tensor) in self._weights)


def alter(intervention: GradientIntervention, grads: Grads) -> Grads:
    """Gradients as an alteration makes them; None stays None."""
    change: Callable[[Tensor], Tensor] = {
        "scale": lambda grad: grad * intervention.value,
        "clip": lambda grad: grad.clamp(-intervention.value, intervention.value),
        "zero": torch.zeros_like,
        "noise": lambda grad: grad + torch.randn(grad.shape).to(grad) * intervention.value,
    }[intervention.kind]
    return tuple(None if grad is None else change(grad) for grad in grads)


def preview(trainer: "Trainer") -> Recording:
    """What the due iteration's forward and loss will look like, run on a copy of the network.

    The trainer, its network and its random state stay as they are.
    """
    shadow = copy.copy(trainer)
    shadow.model = copy.deepcopy(trainer.model)
    shadow.optimizer = None  # its zero_grad would clear the real network's gradients
    if trainer.input_form == "single":
        shadow.input_form = "unsqueezed"  # a network may refuse the other: that is for forward
    recorder = Recorder(shadow)
    while recorder.step() is not Phase.LOSS:
        pass
    return replace(recorder.recording(), preview=True)
