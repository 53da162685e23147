"""Records in one go the calls that most of a forward consists of: those that only read."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, Final, NamedTuple

from torch import Tensor, is_grad_enabled

from backprop_viz.capture.code.user_lines import lines_running
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.graph.graph_ages import NodesOfIteration
from backprop_viz.capture.graph.graphs import Operation, grad_fn_of
from backprop_viz.capture.logs.event_log import EventLog
from backprop_viz.capture.logs.forward_log import ForwardLog
from backprop_viz.capture.tensors.snapshots import Copy
from backprop_viz.capture.tensors.templates import Template
from backprop_viz.capture.tensors.writing import rule_of_writing
from backprop_viz.capture.watches.function_watch import NEVER_RANDOM, op_name, tensors_in_result
from backprop_viz.capture.watches.module_watch import BufferWatch, ModuleWatch
from backprop_viz.capture.watches.write_watch import WriteWatch
from backprop_viz.recording.phases import Phase

# What ``run`` gives for a call that it has not run.
NOT_PLAIN: Final = object()
_FORWARD = Phase.FORWARD
# Of the functions that draw no random numbers, those that are something else than an operation.
_NO_OPERATIONS = frozenset({"__get__", "size", "dim"})


class _Kind(NamedTuple):
    """A function: its operation's name, its full name, and what tells whether a call writes."""

    op: str
    name: str | None
    rule: Callable[..., Any] | None


class PlainCalls:
    """Runs a call, notes it and gives what it made, as a ``FunctionWatch`` and a recorder would.

    But for no others than calls that draw no random numbers, write to nothing and make one tensor,
    while every call is seen. For these it looks at nothing that cannot be otherwise. ``failed`` is
    told of one that raises, with the tensors it was given.
    """

    def __init__(
        self,
        log: EventLog,
        forward: ForwardLog,
        writes: WriteWatch,
        modules: ModuleWatch,
        buffers: BufferWatch,
        made: NodesOfIteration,
        failed: Callable[[str, tuple[Tensor, ...], Exception], None],
    ) -> None:
        self._log, self._forward, self._writes = log, forward, writes
        self._modules, self._buffers, self._made = modules, buffers, made
        self._failed = failed
        self._snapshots = log.snapshots
        self._borrowed = log.snapshots.borrowed

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
            or phase is not _FORWARD
            or ("out" in kwargs if kind.rule is None else kind.rule(args, kwargs) != ())
            or _may_scale(kind, args)
            or not self._writes.has_only_known_calls()
        ):
            return NOT_PLAIN
        tracer = sys.gettrace()
        if tracer is None:
            return self._run_plain(func, args, kwargs, kind, code)
        sys.settrace(None)  # as ``FunctionWatch`` does
        try:
            return self._run_plain(func, args, kwargs, kind, code)
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
    ) -> Any:
        self._writes.only_reads()
        template = Template(args, kwargs)
        read = tuple(template.read)
        inputs = self._snapshots.seen(read, self._log.weights)
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self._failed(kind.op, read, error)
            raise
        made = (result,) if isinstance(result, Tensor) else tuple(tensors_in_result(result))
        if made:
            self._note(template, read, inputs, made, kind, code)
        return result

    def _note(
        self,
        template: Template,
        read: tuple[Tensor, ...],
        inputs: Sequence[Copy],
        made: tuple[Tensor, ...],
        kind: _Kind,
        code: CodeType | None,
    ) -> None:
        node, *others = map(grad_fn_of, made)
        log, module = self._log, self._modules.running
        line, place = lines_running(code)
        first = made[0]
        self._forward.ran(
            Operation(_FORWARD, kind.op, read, made, node, first.output_nr, module, tuple(others))
        )
        if self._snapshots.cuts:
            log.weights_made(read, made)
        copies = self._snapshots.made(made, log.weights)
        tracked = first.requires_grad or any(tensor.requires_grad for tensor in made)
        call = template.call(kind.name, None)
        place = log.note(
            _FORWARD,
            kind.op,
            inputs,
            copies,
            line=line,
            tracked=tracked,
            call=call,
            module=module,
            place=place,
            grad_enabled=is_grad_enabled(),
        )
        self._made.note(node, kind.op, len(log) - 1, place)
        if self._buffers.there_are:
            self._buffers.look(read)
            self._buffers.look(made)


@lru_cache(maxsize=4096)
def _kind_of(func: Callable[..., Any]) -> _Kind | None:
    """None for a function that is looked at more closely."""
    name = getattr(func, "__name__", "")
    if name not in NEVER_RANDOM or name in _NO_OPERATIONS:
        return None
    return _Kind(op_name(func), name_of(func), rule_of_writing(func))


def _may_scale(kind: _Kind, args: tuple[Any, ...]) -> bool:
    """Whether this may be a GradScaler that scales a loss."""
    other = args[1] if kind.op == "mul" and len(args) > 1 else None
    return isinstance(other, Tensor) and other.numel() == 1
