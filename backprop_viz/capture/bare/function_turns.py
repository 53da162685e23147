"""Tells a loop's watch of its turns where ``torch.func.grad`` differentiates what it moves."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import current_thread
from typing import Any

import torch
from torch import Tensor
from torch._C import DisableTorchFunction
from torch.overrides import TorchFunctionMode

from backprop_viz.analysis.provenance import OF_FUNCTION
from backprop_viz.capture.bare.bare_forward import TurningLoop
from backprop_viz.capture.bare.by_hand import ByHand
from backprop_viz.capture.bare.function_gradients import (
    FunctionGradient,
    function_gradients_heard,
)
from backprop_viz.capture.bare.moved_tensors import MovedTensors
from backprop_viz.capture.bare.names import tensors_by_name
from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.backward_watch import BACKWARD_FUNCTIONS
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import said_place


class FunctionTurns(TorchFunctionMode):
    """A turn is over where a gradient is asked for of other tensors than before, or of moved ones.

    The module that stands for the tensors has references to them: leaves over the same memory,
    whose ``.grad`` is what the function has returned, of which the loop knows nothing. From the
    function's first operation on the forward runs, until it computes what it returns: the loss.

    It is above the other on torch's stack of modes while an iteration is recorded.
    """

    def __init__(self, holder: Tensors, turning: TurningLoop) -> None:
        super().__init__()
        self._holder, self._turning = holder, turning
        self._thread = current_thread()
        self._moved = MovedTensors()
        self._names = [name for name, _ in holder.named_parameters()]
        self._called = ""  # as the script calls them, and where it has asked first
        self._next: Mapping[str, Tensor] = {}  # what the next turn begins with, if that is known
        self._told = False  # that there are others
        self._loop: LoopWatch | None = None
        self._recorder: Recorder | None = None
        self._lines: ByHand | None = None
        self._runs: FunctionGradient | None = None  # whose forward is about to begin, or runs
        self._within = False  # whether a gradient is computed
        self._in_forward = self._asked = False  # while torch asks this mode
        self._differentiated = False  # whether this turn has gradients
        self.is_over = False
        self._open = ExitStack()
        self._open.enter_context(function_gradients_heard(self._gradient_begins))

    @property
    def is_turn_over(self) -> bool:
        """Whether a turn would be over if the loop were."""
        return self._differentiated

    def begins(self, loop: LoopWatch | None, recorder: Recorder | None) -> None:
        """An iteration begins; what records it, if it is recorded."""
        self._differentiated = False
        if self._next:
            self._put(self._next)
            self._next = {}
        for leaf in self._holder.parameters():
            leaf.grad = None
        self._loop, self._recorder, self._lines = loop, recorder, None
        if loop is not None and recorder is not None:
            self._lines = ByHand(loop, recorder, lambda: list(self._holder.parameters()))
        self._settle()

    def ends(self) -> None:
        """The iteration ends: what the loop has moved by itself is noted."""
        self._end_forward()
        if self._lines is not None:
            self._put_moved()
            self._lines.ends()
        self._loop = self._recorder = self._lines = None

    def close(self) -> None:
        """Hear of nothing any more."""
        self._open.close()
        self._loop = self._recorder = self._lines = self._runs = None
        self.is_over = True
        self._settle()

    def _settle(self) -> None:
        """Be on top of torch's stack of modes, or not on it at all."""
        if self._asked or current_thread() is not self._thread:
            return  # torch puts it back on top
        function_stack.leave(lambda one: one is self or function_stack.hears_nothing(one))
        if self._loop is not None:
            function_stack.come_in(self)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, after what is to be known before it."""
        kwargs, self._asked = kwargs or {}, True
        ran: Callable[[Any], None] | None = None
        quiet: AbstractContextManager[None] = nullcontext()
        try:
            ran = self._begins(func, args, kwargs)
        except Exception as fault:
            own_faults.note(fault)
        finally:
            self._asked = False
        if ran is not None and self._loop is not None:
            quiet = _quiet(self._loop)
        try:
            with quiet:
                result = func(*args, **kwargs)
        except BaseException as error:
            own_frames.pass_on(error)
            raise
        if ran is not None:
            with own_faults.OURS:
                ran(result)
        return result

    def _begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[Any], None] | None:
        """A function is about to run; what to call with its result."""
        if self._runs is not None:
            self._forward_goes_on(self._runs, func)
        elif self._differentiated and not self._within and self._lines is not None:
            self._lines.after_backward(func, args)
            noted = self._lines.operation_begins(func, args, kwargs)
            return lambda result: self._ran(args, kwargs, result, noted)
        return None

    def _ran(
        self,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
        noted: Callable[[Any], None] | None,
    ) -> None:
        if noted is not None:
            noted(result)
        with DisableTorchFunction():
            self._moved.ran((args, kwargs), result)

    def _forward_goes_on(self, gradient: FunctionGradient, func: Callable[..., Any]) -> None:
        if self._loop is None or func is Tensor.requires_grad_:  # as torch calls it before
            return
        if func in BACKWARD_FUNCTIONS or (self._in_forward and gradient.computes_loss):
            self._end_forward()
            self._runs = None
        elif not self._in_forward:
            with DisableTorchFunction():
                given = tensors_by_name(gradient.given, "input", deepest=0)
            self._in_forward = True
            assert self._recorder is not None
            tensors = gradient.differentiated.values()
            pairs = zip(tensors, self._holder.parameters(), strict=True)
            self._recorder.log.snapshots.copied_as = {id(one): leaf for one, leaf in pairs}
            self._loop.model_runs(self._holder, (), given)

    def _end_forward(self) -> None:
        if self._in_forward and self._loop is not None:
            self._loop.model_ran(self._holder, (), None)
        self._in_forward = False

    def _gradient_begins(self, gradient: FunctionGradient) -> Callable[[], None]:
        """A gradient is asked for; what to call once it is known."""
        named = gradient.differentiated
        tensors = list(named.values())
        with DisableTorchFunction():
            self._end_forward()  # of a function that has raised
            if self.is_over or not self._are_of_loop(named):
                self._leave_out(named)
                return lambda: None
            self._called = self._called or _told(named)
            if self._differentiated and self._moved.are_others(self._names, tensors):
                now = dict(zip(self._names, tensors, strict=True))
                if self._moved.made() and not self._moved.are_made(tensors):
                    self._next = now  # as for the next task; what was made is of this turn
                else:
                    self._put(now)
                self._turning.next_turn()
            self._moved.begin(self._names, tensors)
        self._runs, self._within, self._in_forward = gradient, True, False
        return lambda: self._ended(gradient)

    def _are_of_loop(self, named: Mapping[str, Tensor]) -> bool:
        """Whether these may be what the loop has made of those that are held."""
        held = self._holder.parameters()
        return list(map(_kind, named.values())) == list(map(_kind, held))

    def _leave_out(self, named: Mapping[str, Tensor]) -> None:
        """Say once that there are other gradients."""
        if not (self._told or self.is_over):
            self._told = True
            print(
                f"backprop_viz: gradients by torch.func of {_told(named)} are not recorded, as the "
                f"loop has first asked for those of {self._called}.",
                file=sys.stderr,
            )

    def _put_moved(self) -> None:
        """The loop may be over: what it has made of its tensors is known by how it has."""
        found = self._moved.made() if self._differentiated else {}
        self._put({name: tensor for name, (tensor, _) in found.items()})

    def _put(self, tensors: Mapping[str, Tensor]) -> None:
        """These take the place of what was held, with the gradients of this turn."""
        places = {name: place for name, (_, place) in self._moved.made().items()}
        leaves = dict(self._holder.named_parameters())
        for name, tensor in tensors.items():
            leaf = standing_in(tensor)
            leaf.grad = leaves[name].grad
            self._holder.put(name, leaf)
        if self._lines is not None and (found := [places[one] for one in tensors if one in places]):
            self._lines.makes_anew(found[-1])
        self._moved.forget_made()

    def _ended(self, gradient: FunctionGradient) -> None:
        """The gradient is known: it is that of the tensors, as if each had a ``.grad``."""
        self._end_forward()
        self._runs, self._within, self._differentiated = None, False, True
        with DisableTorchFunction():
            self._turning.begins_at([gradient.loss])
        if self._loop is None or self._recorder is None:
            return
        with DisableTorchFunction():
            self._moved.gave(gradient.gradients)
            snapshots = self._recorder.log.snapshots
            snapshots.copied_as.clear()
            for leaf, grad in zip(self._holder.parameters(), gradient.gradients, strict=True):
                leaf.grad = grad.detach()
                snapshots.handed_out(leaf, grad)
            self._recorder.take_results(None, gradient.loss)
            self._loop.rests(None)
            self._recorder.catch_up(Phase.BACKWARD, OF_FUNCTION, every_grad=True)
        self._turning.phase_ended(Phase.BACKWARD)


def _told(named: Mapping[str, Tensor]) -> str:
    """The names of tensors of which a gradient is asked for, and the line that asks."""
    place = user_line()
    names = ", ".join(named)
    return names if place is None else f"{names} at {said_place(place)}"


def _kind(tensor: Tensor) -> tuple[object, ...]:
    return tensor.shape, tensor.dtype, tensor.device


@contextmanager
def _quiet(loop: LoopWatch) -> Iterator[None]:
    """What runs in here computes no loss, though autograd may follow it."""
    quiet, loop.quiet = loop.quiet, True
    try:
        yield
    finally:
        loop.quiet = quiet


def standing_in(tensor: Tensor) -> Tensor:
    """A leaf over the memory of a tensor, which the loop does not know."""
    return torch.nn.Parameter(tensor.detach())
