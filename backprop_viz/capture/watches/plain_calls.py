"""Records in one go the calls that most of a forward consists of: those that only read."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import CodeType, EllipsisType, NoneType
from typing import Any, Final, NamedTuple

import torch
from numpy import ndarray
from torch import Tensor, is_grad_enabled
from torch._C import DisableTorchFunction
from torch.nn import Parameter

from backprop_viz.capture.code.user_lines import lines_running, user_line
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.graph.graph_ages import NodesOfIteration
from backprop_viz.capture.graph.graphs import Operation, first_made, grad_fn_of, grad_fns_of
from backprop_viz.capture.graph.growing_graph import GrowthWatch
from backprop_viz.capture.logs.batch_log import BatchLog
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.logs.loss_log import LossLog
from backprop_viz.capture.logs.model_calls import ModelCalls
from backprop_viz.capture.logs.waiting_calls import WaitingCall, WaitingCalls
from backprop_viz.capture.tensors.late_copies import LateCopies
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.snapshots import Copy
from backprop_viz.capture.tensors.templates import Order, Template, axes_in_memory
from backprop_viz.capture.tensors.writing import rule_of_writing
from backprop_viz.capture.watches.function_watch import NEVER_RANDOM, op_name, tensors_in_result
from backprop_viz.capture.watches.module_watch import BufferWatch, ModuleWatch
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

# What ``run`` gives for a call that it has not run.
NOT_PLAIN: Final = object()
_FORWARD = Phase.FORWARD
# Of the functions that draw no random numbers, those that are something else than an operation.
_NO_OPERATIONS = frozenset({"__get__", "size", "dim"})
_VIEWS = frozenset(
    {
        *("view", "reshape", "flatten", "transpose", "permute", "contiguous", "unsqueeze"),
        *("squeeze", "expand", "split", "unbind", "chunk", "__getitem__", "pad"),
    }
)
_TENSORS = frozenset({Tensor, Parameter})
_UNCHANGING = frozenset({bool, int, float, str, NoneType, EllipsisType})
# What ``x[:, 0]`` is given; a slice of tensors is none of what is usual.
_INDICES = _UNCHANGING | {slice}
_STRIDED = torch.strided
# Without the function of Python's that ``NamedTuple`` fills one by.
_new_call: Callable[[type[WaitingCall], tuple[Any, ...]], WaitingCall] = tuple.__new__
# The arguments, and the copies by id() of what may change and nobody tells.
_Kept = tuple[tuple[Any, ...], Mapping[int, Copied]]
_NONE_UNSURE: Mapping[int, Copied] = {}


class _Kind(NamedTuple):
    """A function: its operation's name, its full name, and what tells whether a call writes."""

    op: str
    name: str | None
    rule: Callable[..., Any] | None
    views: bool  # what it makes may have the memory of what it is given
    scales: bool  # a GradScaler calls it


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
        self._modules, self._buffers, self._made = modules, buffers, made
        self._calls, self._results, self._growth = calls, results, growth
        self._failed = failed
        self.waits = True
        self._snapshots = log.snapshots
        self._borrowed = log.snapshots.borrowed
        # By the id() of what the calls that wait have read, its copy; None of what they have made.
        self._known: dict[int, Copied | None] = {}
        # The parameters that are as they were copied until somebody writes, after so many writes,
        # each by its id(): which of these copies it has.
        self._weights: Mapping[int, int] = {}
        self._weights_at: int | None = None
        self._copies = LateCopies()
        # The axes in memory of those of them that are not contiguous.
        self._orders: dict[int, Order] = {}

    def run(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        code: CodeType | None,
        phase: Phase | None,
    ) -> Any:
        """What a function gives for these arguments; ``NOT_PLAIN`` if it has not been run.

        ``code`` is that of the forward whose lines are noted.
        """
        kind = _kind_of(func)
        if (
            kind is None
            or phase is None
            or (phase is not _FORWARD and not is_grad_enabled())
            or ("out" in kwargs if kind.rule is None else kind.rule(args, kwargs) != ())
            or (kind.scales and _may_scale(args))
            or not self._writes.has_only_known_calls()
        ):
            return NOT_PLAIN
        tracer = sys.gettrace()
        if tracer is None:
            return self._run_plain(func, args, kwargs, kind, code, phase)
        sys.settrace(None)  # as ``FunctionWatch`` does
        try:
            return self._run_plain(func, args, kwargs, kind, code, phase)
        finally:
            if sys.gettrace() is None:
                sys.settrace(tracer)

    def _run_plain(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        kind: _Kind,
        code: CodeType | None,
        phase: Phase,
    ) -> Any:
        kept = self._may_wait(args, kwargs)
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self.note_waiting()
            self._failed(kind.op, tuple(Template(args, kwargs).read), error)
            raise
        if (
            kept is not None
            and type(result) is Tensor
            and not result.is_inference()  # such a tensor has no version
            and (
                not kind.views
                or id(result) in self._known
                or id(result) in kept[1]
                or not self._borrowed.has(result)
            )
        ):
            args, unsure = kept
            line, place = lines_running(code, 4)  # the callers up to the mode that torch calls
            version, module, tracked = result._version, self._modules.running, result.requires_grad
            op, name = kind.op, kind.name
            # fmt: off
            call = (
                phase, op, name, args, kwargs, unsure, result, version, module, line, place,
                is_grad_enabled(), tracked,
            )
            # fmt: on
            if id(result) not in unsure:
                self._known.setdefault(id(result), None)
            if result.layout is not _STRIDED or not result.is_contiguous():
                self._look_at_order(result)
            waiting = self._log.waiting
            if not waiting:
                self._log.note_waiting = self.note_waiting
            waiting.append(_new_call(WaitingCall, call))
            if phase is not _FORWARD:
                self._loss_ran(kind.op, result)
            return result
        self.note_waiting()
        template = Template(args, kwargs)
        read = tuple(template.read)
        made = (result,) if isinstance(result, Tensor) else tuple(tensors_in_result(result))
        if made:
            line, place = lines_running(code)
            operation = Operation.of(phase, kind.op, read, made, self._modules.running)
            inputs = self._snapshots.seen(read, self._log.weights)
            tracked = made[0].requires_grad or any(one.requires_grad for one in made[1:])
            told = kind.name, line, place, is_grad_enabled(), tracked
            self._note(template, inputs, operation, *told)
            if phase is not _FORWARD:
                self._loss_ran(kind.op, made[0])
        return result

    def _may_wait(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Kept | None:
        """What is kept of the arguments; None where some may change and nobody tells."""
        if not self.waits or self._buffers.there_are or self._snapshots.may_cut:
            return None
        if self._writes.is_apart:  # a device's memory is not for what is looked at some day
            return None
        known, weights, lists = self._known, self._weights, False
        if self._weights_at != self._borrowed.writes:
            weights = self._look_at_weights()
        unsure = _NONE_UNSURE
        for value in (*args, *kwargs.values()) if kwargs else args:
            kind = type(value)
            if kind in _TENSORS:
                if id(value) in known or id(value) in weights:
                    continue
                found = self._snapshots.looked_up(value)
                if found is None:
                    return None
                if found[1]:
                    known[id(value)] = found[0]
                else:
                    unsure = {**unsure, id(value): found[0]}
                self._look_at_order(value)
            elif kind is list and all(id(one) in known or id(one) in weights for one in value):
                lists = True
            elif kind not in _UNCHANGING and not (
                kind is tuple and all(type(item) in _INDICES for item in value)
            ):
                return None
        if not lists:
            return args, unsure
        if any(type(value) is list for value in kwargs.values()):
            return None
        return tuple([list(value) if type(value) is list else value for value in args]), unsure

    def _look_at_weights(self) -> Mapping[int, int]:
        """Which parameters stay as they were copied together: those of the first call."""
        first, self._weights_at = self._weights_at is None, self._borrowed.writes
        self._weights = {}
        found = self._snapshots.unwritten_weights() if first else None
        if found is not None:
            keys, self._copies = found
            self._weights = dict(zip(keys, range(len(keys)), strict=True))
        return self._weights

    def _look_at_order(self, tensor: Tensor) -> None:
        order = axes_in_memory(tensor)
        if order is not None:
            self._orders[id(tensor)] = order

    def note_waiting(self) -> None:
        """Note the calls that wait: they are as they were."""
        log = self._log
        calls, log.waiting, log.note_waiting = log.waiting, [], None
        self._known, orders, self._orders = {}, self._orders, {}
        if not calls:
            return
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
                told = call.name, call.line, call.place, call.grad_enabled, call.tracked
                self._note(template, inputs, Operation(*ran, call.module), *told)
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
        calls, known = log.waiting, self._known
        results = [call.result for call in calls]
        if not self._calls.is_one() or not set(map(id, results)).issuperset(map(id, roots)):
            return False
        nodes = grad_fns_of(results)
        ran = zip(nodes, calls, strict=True)
        if all(node is None or call.phase is not _FORWARD for node, call in ran):
            return False
        read: set[int] = set()
        for node, call in zip(reversed(nodes), reversed(calls), strict=True):
            if call.phase is _FORWARD:
                break
            if node is None and id(call.result) not in read:
                return False  # that may be beside the iteration
            read.update(map(id, nested_tensors((call.args, call.kwargs))))
        copies: dict[int, Copied | NotCopied]
        copies = {key: copied for key, copied in known.items() if copied is not None}
        weights = self._copies, self._weights
        waiting = WaitingCalls(calls, nodes, copies, self._orders, *weights)
        output, sources = self._results.output, batch.sources(self._calls.has)
        if not self._forward.walk_waiting(roots, output, sources, waiting):
            return False
        ops, places = [call.op for call in calls], [call.place for call in calls]
        self._made.note_many(nodes, ops, places, len(log) - len(calls))
        log.waiting, log.note_waiting, self._known, self._orders = [], None, {}, {}
        self._snapshots.made([root for root in roots if id(root) not in waiting.known], ())
        for root in roots:  # they are asked for again
            if (found := self._snapshots.looked_up(root)) is not None:
                waiting.known[id(root)] = found[0]
        log.note_later(len(calls), waiting.made, waiting.nbytes)
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
        line: int | None,
        place: CodePlace | None,
        grad_enabled: bool,
        tracked: bool,
    ) -> None:
        log, phase, op = self._log, operation.phase, operation.op
        read, made = operation.read, operation.made
        self._forward.ran(operation)
        if self._snapshots.may_cut:
            log.weights_made(read, made)
        copies = self._snapshots.made(made, log.weights)
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


@lru_cache(maxsize=4096)
def _kind_of(func: Callable[..., Any]) -> _Kind | None:
    """None for a function that is looked at more closely."""
    name = getattr(func, "__name__", "")
    if name not in NEVER_RANDOM or name in _NO_OPERATIONS:
        return None
    op = op_name(func)
    return _Kind(op, name_of(func), rule_of_writing(func), name in _VIEWS, op == "mul")


def _may_scale(args: tuple[Any, ...]) -> bool:
    """Whether a product may be one of a GradScaler that scales a loss."""
    other = args[1] if len(args) > 1 else None
    return isinstance(other, Tensor) and other.numel() == 1
