"""Notes the operations by which a loop's own lines compute what they move its tensors to.

So it does for those by which the backward of somebody's Function computes what it sends.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from torch import Tensor
from torch._C import DisableTorchFunction

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.function_names import name_of
from backprop_viz.capture.logs.event_log import Copy, EventLog
from backprop_viz.capture.tensors.memory import Copied, NotCopied
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.templates import Template
from backprop_viz.capture.tensors.view_index import index_within, shape_from
from backprop_viz.capture.tensors.writing import written_by
from backprop_viz.capture.watches.foreach_calls import SingleCall, single_calls
from backprop_viz.capture.watches.function_watch import (
    NEVER_RANDOM,
    op_name,
    random_state,
    tensors_in_result,
)
from backprop_viz.capture.watches.held_copies import (
    HeldCopies,
    LiesAt,
    are_same,
    begins_at,
    lies_at,
)
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

# What is asked of a tensor, or set: no operation.
_ASKS = frozenset({"__get__", "__set__", "item", "tolist", "backward", "grad"})
# So many bytes are copied in a turn, for each of the tensors that may be moved; and in all.
_TIMES, _MOST_BYTES = 40, 2**28


class RanOperation(NamedTuple):
    """An operation that has run, with copies of what it read and made."""

    op: str
    read: tuple[Copy, ...]
    made: tuple[Copy, ...]
    call: Any
    place: CodePlace | None


class _Begun(NamedTuple):
    """One that is about to run."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    template: Template
    read: tuple[Copy, ...]
    written: Sequence[Tensor]
    state: bytes | None  # of the random generator, if it may draw


class StepOperations:
    """Told of what runs after a backward, it knows which operations have led to a move.

    Of each one on tensors no larger than those that may be moved, together, the numbers are copied
    as it runs: those are a step's, as in ``v = beta * v + w.grad``. Which of them have led to a
    move is known at the end of the turn; nothing of the others is kept. Where the copies take too
    much memory, no more are made.
    """

    def __init__(
        self,
        log: EventLog,
        tensors: Callable[[], Sequence[Tensor]],
        given: Sequence[tuple[Tensor, Copy]] | None = None,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        """``tensors``: those that the loop may move now, or that a Function sends in the end.

        ``given``, to a Function, with copies: its operations may be of any size. At most so many
        bytes are copied.
        """
        self._log, self._tensors, self._most_bytes = log, tensors, most_bytes
        self._largest: float = -1  # numbers that all tensors have together; not looked at yet
        self._left = 0  # so many bytes may be copied
        self._ran: list[RanOperation] = []
        self._held = HeldCopies()
        # Of the tensors and gradients that nothing has read yet: what copies each. By its place,
        # and those places by their memory.
        self._unread: dict[LiesAt, tuple[Tensor, Callable[[], Copy]]] = {}
        self._in_memory: dict[int | None, list[LiesAt]] = {}
        self._began: dict[int, Copy] = {}  # as they were, by the id() of the tensor
        self._given: set[int] = set()  # the id() of copies that are of the tensors or gradients
        if given is not None:
            self._largest, self._left = math.inf, most_bytes
            for tensor, copy in given:
                self._know(tensor, copy)

    def begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[Any], None] | None:
        """A function is about to run; what to call with its result.

        None if it is no operation of a step.
        """
        begun = self._begun(func, args, kwargs)
        return None if begun is None else partial(self._has_run, func, begun)

    def _begun(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> _Begun | None:
        if getattr(func, "__name__", "") in _ASKS:
            return None
        with DisableTorchFunction():
            if self._largest < 0:
                self._begin()
            template = Template(args, kwargs)
            read = template.read
            written = _written(func, args, kwargs)
            for one in written:
                self._read_all_of(begins_at(one))
            large = any(one.numel() > self._largest for one in read)
            if self._left < 0 or large or not read:
                self._forget(written)
                return None
            draws = getattr(func, "__name__", "") not in NEVER_RANDOM
            return _Begun(
                args,
                kwargs,
                template,
                tuple(map(self._copy, read)),
                written,
                random_state() if draws else None,
            )

    def _has_run(self, func: Callable[..., Any], begun: _Begun, result: Any) -> None:
        with DisableTorchFunction():
            read, op = begun.template.read, op_name(func)
            made = list(tensors_in_result(result))
            if op == "setitem":
                if _puts_back(*begun.args):
                    return
                made = read[:1]
            around = self._around(begun.written)
            self._forget(begun.written)
            if any(one.numel() > self._largest for one in made):
                return
            copies = tuple(map(self._copy, made))
            if all(any(one is other for other in begun.read) for one in copies):
                return  # a view of all of it
            if singles := single_calls(func, begun.args, begun.kwargs):
                self._ran += self._each(singles, begun, copies)
            else:
                drew = begun.state is not None and begun.state != random_state()
                call = begun.template.call(name_of(func), begun.state if drew else None)
                self._ran.append(RanOperation(op, begun.read, copies, call, user_line()))
            self._write_through(around)

    def are_simple(self) -> bool:
        """Whether nothing but weights and gradients has gone into the moves."""
        kept = self.kept()
        made = {id(one) for ran in kept for one in ran.made}
        read = [one for ran in kept for one in ran.read if id(one) not in made]
        return all(id(one) in self._given for one in read)

    def note(
        self,
        known_as: Callable[[Copy], Copy] = lambda copy: copy,
        phase: Phase = Phase.UPDATE,
        changed: bool = False,
    ) -> None:
        """Note those that are ``kept`` as events of this phase.

        ``known_as`` gives the array of the recording that has what they have read, and none made.
        """
        kept = self.kept(changed)
        own = self._given.union(id(one) for ran in kept for one in ran.made)
        for ran in kept:
            row = self._log.row(
                phase,
                ran.op,
                tuple([one if id(one) in own else known_as(one) for one in ran.read]),
                ran.made,
                node=None,
                line=None,
                tracked=False,
                call=ran.call,
                module=None,
                place=ran.place,
                grad_enabled=False,
            )
            self._log.append(row)

    def forget(self) -> None:
        """What has run until now has led to what is noted."""
        for kept in (self._ran, self._given, self._unread, self._in_memory, self._began):
            kept.clear()
        self._held.clear()
        self._largest = -1

    def _begin(self) -> None:
        own, log = self._tensors(), self._log
        self._largest = sum([one.numel() for one in own])
        least = sum([max(1024, one.numel() * one.element_size()) for one in own])
        self._left = min(_TIMES * least, self._most_bytes)
        for one in own:
            self._may_read(one, partial(log.copy, one))
            if one.is_leaf and one.grad is not None:
                self._may_read(one.grad, partial(self._grad_of, one, one.grad))

    def _grad_of(self, parameter: Tensor, grad: Tensor) -> Copy:
        """A copy of what is, or was, the ``.grad`` of a parameter."""
        return self._log.grad(parameter) if parameter.grad is grad else self._log.copy(grad)

    def _may_read(self, tensor: Tensor, copies: Callable[[], Copy]) -> None:
        place = lies_at(tensor)
        if place is None:
            self._know(tensor, copies())
        else:
            self._unread[place] = tensor, copies
            self._in_memory.setdefault(begins_at(tensor), []).append(place)

    def _read_all_of(self, memory: int | None) -> None:
        """Copy the tensors of this memory, to which something is about to be written."""
        for place in self._in_memory.pop(memory, ()):
            self._read_first(place)

    def _read_first(self, place: LiesAt) -> None:
        """Copy the tensor of this place, if nothing has read it yet."""
        tensor, copies = self._unread.pop(place, (None, None))
        if tensor is not None and copies is not None:
            self._know(tensor, copy := copies())
            self._began[id(tensor)] = copy

    def _know(self, tensor: Tensor, copy: Copy) -> None:
        self._held.put(tensor, copy)
        self._given.add(id(copy))

    def _copy(self, tensor: Tensor) -> Copy:
        if (place := lies_at(tensor)) is not None:
            self._read_first(place)
        if (known := self._held.of(tensor)) is not None:
            return known
        self._left -= tensor.numel() * tensor.element_size()
        try:
            copy: Copy = Copied(tensor).array
        except NotCopied as reason:
            copy = reason
        self._held.put(tensor, copy)
        return copy

    def _forget(self, written: Sequence[Tensor]) -> None:
        """These have other numbers than they had."""
        if written:
            self._held.forget(set(map(begins_at, written)))

    def _each(
        self, singles: Sequence[SingleCall], begun: _Begun, made: Sequence[Copy]
    ) -> Iterator[RanOperation]:
        """The calls that one on lists has made."""
        known = {id(one): copy for one, copy in zip(begun.template.read, begun.read, strict=True)}
        for single, copy in zip(singles, made, strict=False):
            template = Template(single.args, single.kwargs)
            read = tuple(known[id(one)] for one in template.read)
            call = template.call(name_of(single.method), None)
            yield RanOperation(op_name(single.method), read, (copy,), call, user_line())

    def _around(self, written: Sequence[Tensor]) -> list[tuple[Tensor, Tensor, Copy]]:
        """Of what a call writes to: it, each known tensor that it is a view into, as that was."""
        return [(one, *known) for one in written for known in self._held.around(one)]

    def _write_through(self, around: Sequence[tuple[Tensor, Tensor, Copy]]) -> None:
        """An operation wrote to views: a part of each base, or all of it, is now what they are."""
        whole = [view for view, _, _ in around]
        reshaped = []
        for view, base, before in around:
            index = index_within(view, base)
            if index is None:
                reshaped.append(base)
            elif self._left >= 0:
                made, call = self._copy(base), Template((base, index, view), {})
                read, name = (before, self._copy(view)), name_of(Tensor.__setitem__)
                self._ran.append(
                    RanOperation("setitem", read, (made,), call.call(name, None), user_line())
                )
                whole.append(base)
        for base in reshaped:
            self._reshape(base, whole)

    def _reshape(self, base: Tensor, others: Sequence[Tensor]) -> None:
        """All that a tensor has was written to by way of one of these, of another shape."""
        for one in others:
            arguments = shape_from(one, base)
            if arguments is not None and self._left >= 0:
                function, given = arguments
                read, made, call = self._copy(one), self._copy(base), Template((one, given), {})
                told = call.call(name_of(function), None)
                self._ran.append(
                    RanOperation(op_name(function), (read,), (made,), told, user_line())
                )
                return

    def kept(self, changed: bool = False) -> list[RanOperation]:
        """Those that have led to what the tensors are now, in order.

        ``changed``: to those that have other numbers than they had.
        """
        if not self._ran:
            return []
        with DisableTorchFunction():
            moved = list(self._moved(changed))  # held, so that no other array has its id()
            wanted = set(map(id, moved))
        kept = []
        for ran in reversed(self._ran):
            if any(id(one) in wanted for one in ran.made):
                kept.append(ran)
                wanted.update(map(id, ran.read))
        return kept[::-1]

    def _moved(self, changed: bool) -> Iterator[Copy]:
        own = self._tensors()
        grads = [one.grad for one in own if one.is_leaf and one.grad is not None]
        for one in (*own, *grads):
            if lies_at(one) in self._unread:
                continue
            copy = self._copy(one)
            if not (changed and are_same(self._began.get(id(one)), copy)):
                yield copy


def _puts_back(target: Tensor, index: Any, value: Any) -> bool:
    """Whether what was put into a tensor is there already, as after ``w[0] -= step``."""
    same = isinstance(value, Tensor) and begins_at(target) == begins_at(value) is not None
    return same and lies_at(target.detach()[index]) == lies_at(value)


def _written(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Sequence[Tensor]:
    """What a call may write to."""
    written = written_by(func, args, kwargs)
    return list(nested_tensors((args, kwargs) if written is None else written))
