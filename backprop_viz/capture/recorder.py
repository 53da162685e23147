"""Records an iteration while torch runs it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node as GradFn
from torch.optim import Optimizer

from backprop_viz.capture.arguments import optimizers_in
from backprop_viz.capture.code.forward_code import code_of, eager
from backprop_viz.capture.code.line_trace import lines_traced
from backprop_viz.capture.error_log import ErrorLog
from backprop_viz.capture.graph.graph_ages import graph_ages
from backprop_viz.capture.graph.graphs import Operation, grad_fn_of
from backprop_viz.capture.graph.growing_graph import GrowthWatch
from backprop_viz.capture.graph.last_made import last_made
from backprop_viz.capture.graph.tracking import is_tracked
from backprop_viz.capture.graph.walked_graph import WalkedGraph
from backprop_viz.capture.late_recording import LateRecording, made_now
from backprop_viz.capture.logs.batch_log import BatchLog
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.logs.line_log import LineLog
from backprop_viz.capture.logs.loss_log import LossLog
from backprop_viz.capture.logs.model_calls import ModelCalls
from backprop_viz.capture.logs.own_tensors import OwnTensors
from backprop_viz.capture.logs.span_log import SpanLog
from backprop_viz.capture.module_choice import ModuleChoice
from backprop_viz.capture.tensors.memory import LEFT_OUT
from backprop_viz.capture.tensors.snapshots import TensorSnapshots
from backprop_viz.capture.tried_operations import Tried
from backprop_viz.capture.watches.backward_watch import BackwardWatch, Within
from backprop_viz.capture.watches.data_parallel import note_all_reduce
from backprop_viz.capture.watches.function_watch import FunctionWatch, Ran, SomeTensors
from backprop_viz.capture.watches.late_changes import CHANGED
from backprop_viz.capture.watches.module_tree import parameters_in, tensors_in, walked_once
from backprop_viz.capture.watches.module_watch import BufferWatch, ModuleWatch, Told
from backprop_viz.capture.watches.parameter_watch import ParameterWatch
from backprop_viz.capture.watches.phase_watch import PhaseWatch
from backprop_viz.capture.watches.plain_calls import Args, Kwargs, PlainCalls
from backprop_viz.capture.watches.used_options import UsedOptions
from backprop_viz.capture.watches.warned_lines import warned_where_it_was_called
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.beside import Beside
from backprop_viz.recording.iteration import Recording, new_serial
from backprop_viz.recording.trace.events import Event, GradientIntervention
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace


class Recorder:
    """Records one iteration of a training loop: of any model, with any optimizers or none.

    The loop runs each phase inside ``phase``, and tells with ``take_batch`` and ``take_results``
    what cannot be seen from outside. ``cleared``: whether the loop calls zero_grad. ``rate``: the
    learning rate of a loop without an optimizer.

    ``samples``: how many samples of each batch to keep (None: all). Recording changes no number but
    by an ``intervention``, made on purpose. Of modules beside ``only`` it is known that they ran,
    and the tensors of one element.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer | Sequence[Optimizer] | None = None,
        *,
        iteration: int = 1,
        samples: int | None = None,
        intervention: GradientIntervention | None = None,
        only: ModuleChoice | None = None,
    ) -> None:
        self.rate: float | None = None
        self.model, self._optimizers = model, optimizers_in(optimizer)
        self.cleared, self._given_batch, self._backwards, self._only = True, False, 0, only
        self._iteration, self._samples, self._intervention = iteration, samples, intervention
        self._names = {id(parameter): name for name, parameter in parameters_in(model)}
        self._serial, self._snapshots = new_serial(), TensorSnapshots(samples)
        self.log = log = EventLog(self._snapshots)
        self.writes = WriteWatch(log, only is None)
        self.watch = ParameterWatch(model, self._optimizers, log, only)
        self.modules, self._buffers = ModuleWatch(model), BufferWatch(model, log, only)
        last = last_made(model)
        self._walked = WalkedGraph(self._names, last.graph, self._snapshots, only)
        nodes = log, self._walked, self.watch, self._names, intervention, only
        self._nodes_watch, self._batch = BackwardWatch(*nodes), BatchLog(log)
        self._forward = forward = ForwardLog(log, self._walked, self._names, last.layers)
        self.results, self._calls, self.spans = LossLog(forward), ModelCalls(), SpanLog(log)
        self.own = OwnTensors(self._names, self._optimizers, self._walked, self._forward)
        self.lines, self.used = LineLog(log), UsedOptions(self._optimizers, self._names)
        self._made = (ages := graph_ages(model)).begin()
        self.errors, self._growth = ErrorLog(log, ages, self._names), GrowthWatch(ages)
        told = self._growth, self.errors.operation_failed
        watches = self.writes, self.modules, self._buffers, self._made, *told
        self.plain_calls = PlainCalls(log, self._forward, self._calls, self.results, *watches)

    # -- what the loop tells -------------------------------------------------------------------

    def runs_unbroken(self) -> None:
        """Tell that only the phases change anything, and that the loss is a function of torch's."""
        self.plain_calls.waits = False  # its loss is noted at once, and they before it
        self.writes.begin(self.model)
        self.watch.runs_unbroken()

    def take_batch(
        self, inputs: Tensor, labels: Tensor, *, single: bool = False, given: bool = False
    ) -> None:
        """Tell which batch the forward pass reads, and the labels (N,) of its samples.

        ``single``: the inputs are one sample, without a batch axis. ``given``: not the loader's.
        """
        self._batch.take(inputs, labels, single=single)
        self._given_batch = given

    def take_inputs(self, inputs: Mapping[str, Tensor]) -> None:
        """Tell what the model, which is called, reads, by the names of forward's parameters."""
        self.results.output = None
        self._calls.begin(len(self.log), len(self.lines))
        self._batch.take_inputs(inputs)

    def take_results(self, output: Tensor | None, loss: Tensor | None) -> None:
        """Tell what was computed so far; backward starts from the loss, else from the output."""
        self.results.results(output, loss)

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Record what torch does in here. Of a phase that raises, nothing is kept.

        A phase that runs again right after itself goes on: backward twice is one backward.
        """
        runs = self._operations_run
        watches: Sequence[Callable[[], AbstractContextManager[None]]]
        watches = self.clearing, runs, runs, self.backward, self.updating
        with self.span(phase), watches[list(Phase).index(phase)]():
            yield

    @contextmanager
    def span(self, phase: Phase) -> Iterator[None]:
        """The events that come in here are the phase's; if it raises, they are dropped."""
        log = self.log
        start, tensors = len(log), len(log.tensors)
        operations, lines = len(self._forward), len(self.lines)
        self.errors.phase_begins()
        self.spans.begin(phase)
        try:
            yield
        except Exception as error:
            # What backward did before it failed stays to be looked at.
            kept = phase is Phase.BACKWARD and len(log) > start
            self.spans.end(apart=True, kept=kept)
            self.failed(error)
            if phase is Phase.FORWARD:
                inputs, code = self._batch.inputs, code_of(self.model)
                self.errors.forward_failed(error, log.events[start:], inputs, code)
            if kept:
                raise
            log.cut(start, tensors)
            self._batch.cut(tensors)
            for each in (self._made, self._buffers, self._calls):
                each.cut(start)
            self._forward.cut(operations)
            self.lines.cut(lines)
            self.results.unbound = self.results.root is not None  # it was bound with these
            raise
        self.errors.failure = None
        if phase in (Phase.FORWARD, Phase.LOSS):
            self._calls.ran(phase, len(log), len(self.lines))
        self.spans.end()

    def failed(
        self, error: Exception, roots: Sequence[Tensor] = (), tried: Tried | None = None
    ) -> None:
        """Take note of what the loop has raised, if it is torch that did.

        ``tried``: it was not recorded; a call that the frames tell of, or a backward of ``roots``.
        """
        if tried is not None:
            self._walk(roots)
            self.errors.look_back(next(iter(roots), None), tried)
        with_beside = self._late(Beside(), failed=True).made()
        self.errors.explain(error, with_beside, self.spans.phase, self._walked.nodes)

    def catch_up(self, phase: Phase, op: str, every_grad: bool = False) -> None:
        """Note what has changed since the last event, as done by ``op`` in a phase."""
        start = len(self.log)
        self.spans.begin(phase)
        self.watch.sync(op, every_grad)
        self.spans.end(apart=True, kept=len(self.log) > start)

    def copies(self, tensors: SomeTensors, made: bool = False) -> tuple[Copy, ...]:
        """A copy of each tensor as it is now; but of modules that are left out."""
        if self._only is None or self._only.has(self.modules.running):
            return self.log.copies(tensors, made)
        return tuple([self.log.copy(t) if t.numel() == 1 else LEFT_OUT for t in tensors])

    @property
    def graph(self) -> Graph:
        """The graph as it was found last."""
        return self._walked.graph

    def tell(
        self, noted: Callable[[Event], None] | None, line_runs: Callable[[int], None] | None
    ) -> None:
        """Call ``noted`` with each event from now on, and ``line_runs`` before lines of forward."""
        self.log.when_noted, self.lines.when_line_runs = noted, line_runs

    def recording(self) -> Recording:
        """What has been recorded so far, of a phase that is under way too."""
        return made_now(self._late(self._calls.beside))

    def late_recording(self) -> LateRecording:
        """The same of an iteration that is over, to be made in whatever thread asks for it."""
        late = self._late(self._calls.beside)
        self._snapshots.forget_all()
        return late

    def _late(self, beside: Beside, *, failed: bool = False) -> LateRecording:
        self.writes.end()
        under_way = self.spans.under_way and self.spans.phase in (Phase.FORWARD, Phase.LOSS)
        has_graph = self._backwards or self.results.unbound or self._walked.nodes
        if under_way or not (failed or has_graph):
            self._walk(self._forward.new_results(self._calls.has))  # layers also without a graph
        else:
            self._bind()
        batch, labels = self._batch.ids()
        made_of = self.log, self.watch.at_start, self._walked, self._forward, beside
        return LateRecording(
            *made_of,
            iteration=self._iteration,
            spans=self.spans.spans(self._calls.beside),
            input_id=batch,
            labels_id=labels,
            loss=self.results.loss,
            loss_scale=self.results.scale,
            samples=self._samples,
            model=type(self.model).__name__,
            options=self.used.options(self.rate),
            intervention=self._intervention,
            backwards=max(1, self._backwards),
            given_batch=self._given_batch,
            failure=self.errors.failure,
            trace=tuple(self.lines.lines),
            cleared=self.cleared,
            modules=self.modules.modules,
            buffers=self._buffers.buffers(),
            groups=self.used.groups(),
            error=self.errors.error,
            earlier_graphs=self._growth.found,
            serial=self._serial,
        )

    def was_cleared(self, grads: Mapping[int, Copy], place: CodePlace) -> None:
        """Tell that zero_grad has run just before the recording began, at a place.

        ``grads``: what it cleared, by the id() of the parameter.
        """
        self.watch.begin_with(grads)
        self.log.place = place
        with self.span(Phase.ZERO_GRAD):
            self.watch.cleared()
        self.log.place = None

    # -- zero_grad and update ----------------------------------------------------------------

    @contextmanager
    def clearing(self) -> Iterator[None]:
        """zero_grad runs in here."""
        self.watch.sync_grads()
        yield
        self.watch.cleared(self.cleared)

    @contextmanager
    def updating(
        self, optimizers: Sequence[Optimizer] | None = None, *, caught_up: bool = False
    ) -> Iterator[None]:
        """An optimizer steps in here: these, or all; or the loop changes the weights by hand.

        ``caught_up``: nothing has run since ``catch_up``.
        """
        self.leave_out_the_rest()
        self._calls.updates()
        self.used.note(optimizers or self._optimizers, self.rate)
        if not caught_up:
            self.watch.sync()
        states = self.watch.states(optimizers)
        if self.watch.unbroken:
            self.writes.end()  # a step writes unseen, and is the last
        yield
        self.watch.updated(states, (optimizers or self._optimizers) or None)

    def leave_out_the_rest(self) -> None:
        """What forward has made since the last backward goes into no update, or led to an error."""
        updated = self._calls.before_update is not None
        if not (self._backwards or updated) or self.errors.raised:
            return
        self._judge({})
        if self._backwards and self._forward.drop():
            self.results.forget_results()
            self._walk(())

    def following_modules(self, begins: Told = None) -> AbstractContextManager[None]:
        """Note in here of each operation which module ran it; ``begins`` as ``ModuleWatch``'s."""
        return self.modules.following(no_hooks=self.watch.unbroken, begins=begins)

    # -- forward and loss --------------------------------------------------------------------

    @contextmanager
    def _operations_run(self) -> Iterator[None]:
        code, failed = code_of(self.model), self.errors.operation_failed
        told = self.operation_ran, self.copies, code, failed, self.log.note_taken, self.modules
        forward, unbroken = self.spans.phase is Phase.FORWARD, self.watch.unbroken
        self.watch.sync(rebound=not forward)
        self._batch.ids()
        if unbroken and not forward:
            with warned_where_it_was_called(), PhaseWatch(*told, self.writes):
                yield
            return
        calm = PhaseWatch(*told, self.writes, self.plain_calls) if unbroken else None
        lines, modules = lines_traced(code, self.lines.of_forward_begins), self.following_modules()
        with lines, eager(), warned_where_it_was_called(), modules, calm or FunctionWatch(*told):
            yield

    def operation_ran(self, told: Ran) -> None:
        """Note an operation that has run."""
        self.writes.has_run()
        log, phase = self.log, self.spans.phase
        op, read, inputs, made, line, place, call, module, copies = told
        self._forward.ran(operation := Operation.of(phase, op, read, made, module))
        log.weights_made(read, made)
        copies = copies or self.copies(made, not self.writes.alien)
        more: dict[str, Any] = {"line": line, "call": call, "module": module, "place": place}
        more["tracked"], more["grad_enabled"] = is_tracked(read, made), torch.is_grad_enabled()
        place = log.note(phase, op, inputs, copies, **more)
        self._made.note(operation.grad_fn, op, len(log) - 1, place)
        self._buffers.look(read)
        self._buffers.look(made)
        if phase is Phase.LOSS:
            self._growth.ran(op, made[0], len(log) - 1)

    def loss_begins(self, nodes: int) -> None:
        """A loss is computed without a call of the model, after so many nodes of autograd."""
        self.catch_up(Phase.BACKWARD if self._backwards else Phase.ZERO_GRAD, CHANGED)
        self._calls.begin(len(self.log), len(self.lines), nodes)

    def ran_outside(self, op: str, made: object, args: Args, kwargs: Kwargs) -> None:
        """An operation has run that belongs to no phase."""
        self._growth.ran(op, made, None)
        self.watch.writes.ran(self.log, op, args, kwargs)

    def _bind(self) -> None:
        """Number the nodes of the graph of the last result, and give each operation its node."""
        results = self.results
        if results.unbound and results.root is not None and grad_fn_of(results.root) is not None:
            results.unbound = False
            self._walk([results.root])

    def _walk(self, roots: Sequence[Tensor]) -> None:
        sources = self._batch.sources(self._calls.has) if len(self._forward) else {}
        self._forward.walk(roots, self.results.output, sources, self._calls.has)

    def _judge(self, roots: Mapping[GradFn | None, int | None]) -> None:
        """Leave out the calls of the model that no backward goes through, nor one from here."""
        if self._calls.judge(roots, self.log, self._buffers.ids()):
            self._serial = new_serial()
            self._batch.choose(self._calls.has)

    # -- backward ----------------------------------------------------------------------------

    @contextmanager
    def backward(self, roots: Sequence[Tensor] = (), within: Within = None) -> Iterator[None]:
        """A backward runs in here, ``within`` a context: from these tensors, or the last result."""
        with walked_once():
            self.watch.sync()
            if roots:
                self.results.roots(roots)
                self.results.unbound = False
                # Of one that is followed each operation asks for what it reads.
                waits = within is None and not self._backwards
                if not (waits and self.plain_calls.walk_waiting(roots, self._batch)):
                    self._judge({grad_fn_of(root): self.log.id_of(root) for root in roots})
                    self._walk(roots)
            else:
                self._bind()
            self.errors.backward_begins(self.results.root)
            self._growth.backward_begins(self._walked.newest, self.results.root, len(self.log))
            self._forward.clear(self._calls.has)
            self._batch.backward_runs(self._calls.has, self._forward.holds)
            kept = (*tensors_in(self.model), *self._batch.tensors())
            if within is None:  # else more is read again
                self._snapshots.forget_all_but((*kept, *self._forward.results))
            self._buffers.look_at_all()
        with self._nodes_watch.running_through(self._walked.newest, self.writes, within) as calm:
            yield
        note_all_reduce(self.model, self.watch, calm)
        self._backwards += 1
