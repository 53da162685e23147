"""Records in one go the calls that most of a forward consists of: those that only read."""

from collections.abc import Callable, Mapping, Sequence
from sys import _getframe, gettrace, settrace
from types import CodeType, EllipsisType, NoneType
from typing import Any, Final

from numpy import ndarray
from torch import Tensor, is_grad_enabled
from torch._C import DisableTorchFunction
from torch.nn import Parameter

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.capture.code.own_frames import passes
from backprop_viz.capture.code.user_lines import Lines, lines_known, lines_running, user_line
from backprop_viz.capture.graph.graph_ages import NodesOfIteration
from backprop_viz.capture.graph.graphs import Operation, first_made, grad_fn_of, grad_fns_of
from backprop_viz.capture.graph.growing_graph import GrowthWatch
from backprop_viz.capture.graph.tracking import is_tracked
from backprop_viz.capture.logs.batch_log import BatchLog
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.logs.loss_log import LossLog
from backprop_viz.capture.logs.model_calls import ModelCalls
from backprop_viz.capture.logs.waiting_calls import WaitingCalls
from backprop_viz.capture.logs.waiting_rows import WaitingCall, waiting_columns
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.snapshots import Copy
from backprop_viz.capture.tensors.templates import Order, Template, axes_in_memory
from backprop_viz.capture.tensors.unheard import dispatch_modes
from backprop_viz.capture.watches.function_watch import tensors_in_result
from backprop_viz.capture.watches.module_watch import BufferWatch, ModuleWatch
from backprop_viz.capture.watches.plain_kinds import PlainKind, kind_of, may_scale
from backprop_viz.capture.watches.write_watch import WriteWatch, saving_hooks
from backprop_viz.recording.trace.phases import Phase

# What ``run_plain`` gives for a call that it has not run.
NOT_PLAIN: Final = object()
_FORWARD = Phase.FORWARD
_TENSORS = frozenset({Tensor, Parameter})
_UNCHANGING = frozenset({bool, int, float, str, NoneType, EllipsisType})
# What ``x[:, 0]`` is given; a slice of tensors is none of what is usual.
_INDICES = _UNCHANGING | {slice}
# The copies by id() of what may change and nobody tells.
_Unsure = Mapping[int, Copied]
_NONE_UNSURE: _Unsure = {}
# What is called, and with what.
Func = Callable[..., Any]
Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
# The arguments, and those of them.
_Kept = tuple[Args, _Unsure | None]
_Phase = Phase | None


class PlainCalls:
    """Runs a call, notes it and gives what it made, as a ``FunctionWatch`` and a recorder would.

    But for no others than calls that draw no random numbers and write to nothing, while every
    call is seen. For these it looks at nothing that cannot be otherwise. ``failed`` is told of one
    that raises, with the tensors it was given.

    A call that makes one tensor waits: of what it read and made nothing changes unless a write is
    seen, before which those that wait are noted. A backward that goes through all of them, as most
    do, leaves them to whoever looks at their events. ``waits``: False if none is to.
    """

    def __init__(
        self,
        log: EventLog,
        forward: ForwardLog,
        calls: ModelCalls,
        results: LossLog,
        writes: WriteWatch,
        modules: ModuleWatch,
        buffers: BufferWatch,
        made: NodesOfIteration,
        growth: GrowthWatch,
        failed: Callable[[str, tuple[Tensor, ...], Exception], None],
    ) -> None:
        self._log, self._forward, self._writes = log, forward, writes
        self._running, self._buffers, self._made = modules.stack, buffers, made
        self._calls, self._results, self._growth = calls, results, growth
        self._failed = failed
        self.waits = True
        self._snapshots = log.snapshots
        self._borrowed = log.snapshots.borrowed
        # By the id() of what the calls that wait have read, its copy; None of what they have made.
        self._known: dict[int, Copied | None] = {}
        # Whether any call may wait, and by its id() of each parameter which of these copies it has:
        # asked anew after each write. After how many of those it was asked last.
        self._may_wait = False
        self._weights: Mapping[int, int] = {}
        self._looked_at = -1
        # The code of the forward whose lines are noted, and ``lines_known`` of it.
        self._code: CodeType | None = None
        self._lines = lines_known(None)
        self._copies = LateCopies()
        # Whether one that waits was given what another call has a node of, which is none of these.
        self._others_nodes = False
        # The axes in memory of those of them that are not contiguous.
        self._orders: dict[int, Order] = {}

    def run_plain(
        self, func: Func, args: Args, kwargs: Kwargs, code: CodeType | None, phase: _Phase
    ) -> Any:
        """What a function gives for these arguments; ``NOT_PLAIN`` if it has not been run.

        ``code`` is that of the forward whose lines are noted. The mode that torch calls calls this,
        while nothing is traced. All in one: each call within comes thousands of times.
        """
        kind = kind_of(func)
        if kind is None or phase is None:
            return NOT_PLAIN
        op, name, rule, views, scales = kind
        tracks, borrowed = is_grad_enabled(), self._borrowed
        if (
            (phase is not _FORWARD and not tracks)
            or ("out" in kwargs if rule is None else rule(args, kwargs) != ())
            or (scales and args and type(args[-1]) not in _UNCHANGING and may_scale(args))
            # No Python may run but the calls that are told of, as ``before_call`` asks.
            or not borrowed.allowed
            or self._log.when_noted is not None
            or dispatch_modes()
            or saving_hooks(True) is not None  # type: ignore[misc]
        ):
            return NOT_PLAIN
        self._writes.alien = borrowed.calling = False
        if self._looked_at != borrowed.writes:
            self._written()
        known, weights, kept = self._known, self._weights, args
        unsure = _NONE_UNSURE if self._may_wait else None
        for value in (*args, *kwargs.values()) if kwargs else args:
            if (key := id(value)) in known or key in weights or type(value) in _UNCHANGING:
                continue
            kept, unsure = self._look_at(args, kwargs)
            break
        try:
            result = func(*args, **kwargs) if kwargs else func(*args)
        except Exception as error:
            with OURS:
                self.note_waiting()
                self._failed(op, tuple(Template(args, kwargs).read), error)
            passes(error)
        if code is not self._code:
            self._code, self._lines = code, lines_known(code)
        frame, lines = _getframe(2), None  # what called the mode
        if frame.f_code is code:
            lines = self._lines.get(frame.f_lasti)
        if lines is None:
            lines = lines_running(code, frame, self._lines)
        module, version, key = self._running[-1] if self._running else None, None, id(result)
        if unsure is not None and type(result) is Tensor:
            try:
                contiguous, version = result.is_contiguous(), result._version
                if views and key not in known and key not in unsure and borrowed.has(result):
                    unsure = self._with_copy(result, unsure)  # of memory that is somebody's
            except RuntimeError:  # it is sparse, or of inference
                unsure = None
        if unsure is None or version is None:
            self._note_now(kind, args, kwargs, result, phase, module, lines)
            return result
        if key not in unsure:
            known.setdefault(key, None)
        if not contiguous:
            self._look_at_order(result)
        waiting = self._log.waiting
        if not waiting:
            self._log.note_waiting = self.note_waiting
        # fmt: off
        waiting += (  # a ``WaitingCall``
            phase, op, name, kept, kwargs, unsure, result, version, module, lines, tracks,
            result.requires_grad,
        )
        # fmt: on
        if phase is not _FORWARD:
            self._loss_ran(op, result)
        return result

    def run_untraced(
        self, func: Func, args: Args, kwargs: Kwargs, code: CodeType | None, phase: _Phase
    ) -> Any:
        """``run_plain`` where somebody may trace: no line of theirs runs in there."""
        tracer = gettrace()
        settrace(None)
        try:
            return self.run_plain(func, args, kwargs, code, phase)
        finally:
            if gettrace() is None:  # no other one was set while the loop was held in here
                settrace(tracer)

    def _note_now(
        self,
        kind: PlainKind,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
        phase: Phase,
        module: str | None,
        lines: Lines,
    ) -> None:
        """Note a call that cannot wait, after those that do."""
        self.note_waiting()
        template = Template(args, kwargs)
        read = tuple(template.read)
        made = (result,) if isinstance(result, Tensor) else tuple(tensors_in_result(result))
        if not made:
            return
        operation = Operation.of(phase, kind.op, read, made, module)
        inputs = self._snapshots.seen(read, self._log.weights)
        told = kind.name, lines, is_grad_enabled(), is_tracked(read, made)
        self._note(template, inputs, operation, *told)
        if phase is not _FORWARD:
            self._loss_ran(kind.op, made[0])

    def _look_at(self, args: Args, kwargs: Kwargs) -> _Kept:
        """What is kept of the arguments; without copies where some may change and nobody tells."""
        if not self._may_wait:
            return args, None
        known, weights, lists = self._known, self._weights, False
        unsure = _NONE_UNSURE
        for value in (*args, *kwargs.values()) if kwargs else args:
            kind = type(value)
            if kind in _TENSORS:
                if id(value) in known or id(value) in weights:
                    continue
                found = self._with_copy(value, unsure)
                if found is None:
                    return args, None
                unsure = found
                self._others_nodes |= grad_fn_of(value) is not None
                self._look_at_order(value)
            elif kind is list and all(id(one) in known or id(one) in weights for one in value):
                lists = True
            elif kind not in _UNCHANGING and not (
                kind is tuple and all(type(item) in _INDICES for item in value)
            ):
                return args, None
        if not lists:
            return args, unsure
        if any(type(value) is list for value in kwargs.values()):
            return args, None
        return tuple([list(value) if type(value) is list else value for value in args]), unsure

    def _with_copy(self, tensor: Tensor, unsure: _Unsure) -> _Unsure | None:
        """Have a copy of a tensor, among those of what may change and nobody tells if it may.

        None if it cannot be copied.
        """
        found = self._snapshots.looked_up(tensor)
        if found is None:
            return None
        if found[1]:
            self._known[id(tensor)] = found[0]
            return unsure
        return {**unsure, id(tensor): found[0]}

    def _written(self) -> None:
        """Something was written to since the last call, or none came before this one."""
        first, self._looked_at = self._looked_at < 0, self._borrowed.writes
        # A device's memory is not for what is looked at some day.
        self._may_wait = self.waits and not (
            self._buffers.there_are or self._snapshots.may_cut or self._writes.is_apart
        )
        # Of the parameters those stay as they were copied together that the first call reads.
        self._weights = {}
        found = self._snapshots.unwritten_weights() if first else None
        if found is not None:
            keys, self._copies = found
            self._weights = dict(zip(keys, range(len(keys)), strict=True))

    def _look_at_order(self, tensor: Tensor) -> None:
        order = axes_in_memory(tensor)
        if order is not None:
            self._orders[id(tensor)] = order

    def note_waiting(self) -> None:
        """Note the calls that wait: they are as they were."""
        log = self._log
        self._known, orders, self._orders = {}, self._orders, {}
        self._others_nodes = False
        if not log.waiting:
            return
        calls = list(map(WaitingCall, *waiting_columns(log.waiting)))
        log.waiting, log.note_waiting = [], None
        seen = self._snapshots.seen
        with DisableTorchFunction():
            for call in calls:
                template = Template(call.args, call.kwargs, orders)
                read, result, unsure = tuple(template.read), call.result, call.unsure
                inputs = [
                    unsure[id(one)].array if id(one) in unsure else seen((one,), log.weights)[0]
                    for one in read
                ]
                ran = call.phase, call.op, read, (result,), grad_fn_of(result), first_made(result)
                told = call.name, call.lines, call.grad_enabled, call.tracked
                copied = unsure.get(id(result))
                copies = None if copied is None else [copied.array]
                self._note(template, inputs, Operation(*ran, call.module), *told, copies)
            for call in calls:
                if call.result._version != call.version:  # somebody has written to it unseen
                    array = log.copy(call.result)
                    if isinstance(array, ndarray):
                        log.lose(array)

    def walk_waiting(self, roots: Sequence[Tensor], batch: BatchLog) -> bool:
        """A first backward begins; whether it goes through all that waits, which goes on waiting.

        Else nothing is done.
        """
        log = self._log
        if not log.waiting or not self._calls.is_one():
            return False
        calls, known = waiting_columns(log.waiting), self._known
        last_first = calls.results[::-1]
        if not all(any(root is result for result in last_first) for root in roots):
            return False
        nodes = grad_fns_of(calls.results)
        ran = zip(nodes, calls.phases, strict=True)
        if all(node is None or phase is not _FORWARD for node, phase in ran):
            return False
        read: set[int] = set()
        for node, phase, made, *given in zip(
            *map(reversed, (nodes, calls.phases, calls.results, calls.args, calls.kwargs)),
            strict=True,
        ):
            if phase is _FORWARD:
                break
            if node is None and id(made) not in read:
                return False  # that may be beside the iteration
            read.update(map(id, nested_tensors(given)))
        copies: dict[int, Copied | NotCopied]
        copies = {key: copied for key, copied in known.items() if copied is not None}
        weights = self._copies, self._weights
        waiting = WaitingCalls(calls, nodes, copies, self._orders, *weights)
        output, sources = self._results.output, batch.sources(self._calls.has)
        # All nodes are of these calls, which nobody's hooks were there for; nor has anybody been
        # handed a node since. The leaves, which are older, save nothing.
        plain = not (self._others_nodes or self._writes.is_hooked)
        if not self._forward.walk_waiting(roots, output, sources, waiting, plain):
            return False
        places = [place for _, place in calls.lines]
        self._made.note_many(nodes, calls.ops, places, len(log) - len(nodes))
        log.waiting, log.note_waiting, self._known, self._orders = [], None, {}, {}
        self._snapshots.made([root for root in roots if id(root) not in waiting.known], ())
        for root in roots:  # they are asked for again
            if (found := self._snapshots.looked_up(root)) is not None:
                waiting.known[id(root)] = found[0]
        log.note_later(len(nodes), waiting.made, waiting.nbytes)
        self._borrowed.settle_too.append(waiting.settle)
        self._calls.all_needed(len(log), map(log.id_of, roots))
        return True

    def _loss_ran(self, op: str, made: Tensor) -> None:
        self._results.newest = made
        self._growth.ran(op, made, len(self._log) - 1)

    def _note(
        self,
        template: Template,
        inputs: Sequence[Copy],
        operation: Operation,
        name: str | None,
        lines: Lines,
        grad_enabled: bool,
        tracked: bool,
        copies: Sequence[Copy] | None = None,
    ) -> None:
        """Note a call. ``copies`` of what it made are there already, or are to be made."""
        log, phase, op = self._log, operation.phase, operation.op
        read, made = operation.read, operation.made
        self._forward.ran(operation)
        if self._snapshots.may_cut:
            log.weights_made(read, made)
        if copies is None:
            copies = self._snapshots.made(made, log.weights)
        line, place = lines
        place = log.place or place or user_line()
        row = log.row(
            phase,
            op,
            inputs,
            copies,
            node=None,
            line=line,
            tracked=tracked,
            call=template.call(name, None),
            module=operation.module,
            place=place,
            grad_enabled=grad_enabled,
        )
        log.append(row)
        self._made.note(operation.grad_fn, op, len(log) - 1, place)
        if self._buffers.there_are:
            self._buffers.look(read)
            self._buffers.look(made)
