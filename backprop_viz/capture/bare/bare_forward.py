"""Tells a loop's watch of what trains tensors that are in no module."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from threading import current_thread
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.bare.backward_calls import backward_calls_told
from backprop_viz.capture.bare.by_hand import ByHand
from backprop_viz.capture.bare.hand_turns import HandTurns
from backprop_viz.capture.bare.held_leaves import HeldLeaves
from backprop_viz.capture.bare.leaves_forward import LeavesForward
from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.code.looks import only_looks
from backprop_viz.capture.followed_backward import creates_graph
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.backward_watch import (
    BACKWARD_FUNCTIONS,
    of_torch_func,
    roots_of,
)
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

Others = Callable[[Sequence[Tensor]], None]


class TurningLoop(Protocol):
    """A loop that is told of its turns."""

    @property
    def place(self) -> tuple[int, int]:
        """How many turns are over, also of loops before; how many events of the next there are."""

    def next_turn(self, forward_ran: bool = False, counts: bool = True) -> LoopWatch | None:
        """It begins its next turn, or has begun it, and the forward has run.

        What ran until now ``counts`` as one, if it has run a backward.
        """

    def drop(self) -> int | None:
        """What is recorded of the turn under way is none; its number, if it is recorded."""

    def wants_next(self) -> bool:
        """Whether the turn under way is recorded, or the one after it is to be."""

    def begins_at(self, roots: Sequence[Tensor]) -> None:
        """A backward begins at these; if at one number, that is the loss."""

    def phase_ended(self, phase: Phase) -> None:
        """A phase of the turn under way has ended."""


class BareForward(TorchFunctionMode):
    """Tells where the forward is of tensors that no module calls, and by hand the turns of a loop.

    ``by_hand``: no optimizer is known, so what the loop itself does to its tensors is told, too.
    ``turning``: who is told of losses, and by hand of the turns of the loop. ``others`` is called
    before a leaf is used that is not among these, while no forward runs; with these, if no turn of
    theirs has ended.

    It is above the other on torch's stack of modes while an iteration is recorded, or awaited. All
    other iterations cost what two hooks around a backward do.
    """

    def __init__(
        self,
        holder: Tensors,
        by_hand: bool,
        turning: TurningLoop | None = None,
        others: Others | None = None,
    ) -> None:
        super().__init__()
        self._by_hand, self._losses, self._others = by_hand, turning, others
        self._turning = turning if by_hand else None
        self._leaves = HeldLeaves(holder, self._was_made_anew)
        self._turns = HandTurns(self._leaves.all)
        self._thread = current_thread()
        self._loop: LoopWatch | None = None  # of an iteration that is recorded, as these are
        self._forward: LeavesForward | None = None
        self._lines: ByHand | None = None
        self._has_run = False  # the forward, since the last backward
        self._differentiates = False  # whether a gradient of this turn can be differentiated
        self._waits = self._asked = False  # for the next turn; while torch asks this mode
        self._seen_outside = False  # whether backwards are told of while no mode is asked
        self._has_turned = False  # whether a turn was heard to its end
        self._is_on_stack = True  # or others that are over
        self.is_over = False
        self._open = ExitStack()
        self._open.enter_context(backward_calls_told(self._backward_begins))

    @classmethod
    def of(
        cls,
        model: nn.Module,
        optimizers: Sequence[Optimizer],
        turning: TurningLoop | None = None,
        others: Others | None = None,
    ) -> "BareForward | None":
        """That of a loop over a model, which is one only if the model stands for tensors.

        ``optimizers``: those that are known. A loop without any tells its turns.
        """
        if not isinstance(model, Tensors):
            return None
        return cls(model, not optimizers, turning, others)

    @property
    def is_turn_over(self) -> bool:
        """Whether a turn would be over now, if it is by this that turns are told."""
        return self._turning is not None and self._turns.has_run_backward

    def begins(self, loop: LoopWatch | None, recorder: Recorder | None) -> None:
        """An iteration begins; what records it, if it is recorded."""
        self._turns.begins()
        self._leaves.turn_begins()
        self._loop, self._forward, self._lines = loop, None, None
        self._has_run = self._differentiates = False
        if loop is not None and recorder is not None:
            self._forward = LeavesForward(loop, self._leaves)
            if self._by_hand:
                self._lines = ByHand(loop, recorder, self._leaves.all)
        # How a turn ends is not known yet, or is by this mode alone.
        outside = self._seen_outside and self._has_turned and not self._leaves.are_made_anew
        self._waits = loop is None and not outside
        self._settle()

    def ends(self) -> None:
        """The iteration ends: what the loop has moved and cleared by itself is noted."""
        self._end_forward()
        if self._lines is not None:
            self._lines.ends()
        self._loop = self._forward = self._lines = None

    def close(self) -> None:
        """Hear of nothing any more."""
        self._open.close()
        self._loop = self._forward = self._lines = None
        self._waits, self.is_over = False, True
        self._settle()

    def _settle(self) -> None:
        """Be on top of torch's stack of modes, or not on it at all."""
        if self._asked or current_thread() is not self._thread:
            return  # torch puts it back on top
        wanted = self._loop is not None or self._waits
        if wanted or self._is_on_stack:
            function_stack.leave(lambda one: one is self or function_stack.hears_nothing(one))
        if wanted:
            function_stack.come_in(self)
        self._is_on_stack = wanted

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would, after what is to be known before it."""
        kwargs = kwargs or {}
        moving: LoopWatch | None = None
        ran: Callable[[Any], None] | None = None
        quiet = False
        if heard := self._loop is not None or self._waits:
            self._asked = True
            try:
                moving = self._loop if self._look_at(func, args, kwargs) else None
                if self._lines is not None and self._may_move():
                    ran = self._lines.operation_begins(func, args, kwargs)
            except Exception as fault:
                own_faults.note(fault)
            finally:
                self._asked = False
        try:
            if moving is not None:
                quiet, moving.quiet = moving.quiet, True  # it computes no loss
            result = func(*args, **kwargs)
        except BaseException as error:
            own_frames.pass_on(error)
            raise
        finally:
            if moving is not None:
                moving.quiet = quiet
        try:
            if ran is not None:
                ran(result)
            if self._forward is not None:
                self._forward.ran(result)
            if func in BACKWARD_FUNCTIONS:
                if not creates_graph(func, args, kwargs):
                    self._leaves.gave(result)
            elif heard and self._may_move():
                self._leaves.ran(func, args, kwargs, result)
        except Exception as fault:
            own_faults.note(fault)
        return result

    def _look_at(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        """Tell what is about to run; whether autograd follows it and it only moves a leaf.

        Or only looks at one.
        """
        if self._lines is not None:
            if self._turns.has_run_backward:
                self._lines.after_backward(func, args)
            else:
                self._lines.before_backward(func, args, self._clearing_begins)
        if func in BACKWARD_FUNCTIONS:
            if not creates_graph(func, args, kwargs):
                self._end_forward()
        elif self._is_in_turn():
            if self._forward is not None and self._forward.ends_before(func, args, kwargs):
                return False
            if self._turns.has_run_backward and self._leaves.are_read(func, args, kwargs):
                self._leaf_used(args, kwargs)
        elif used := followed_by_autograd(func, args, kwargs):
            if self._may_move() and self._leaves.are_moved_by(args, kwargs):
                return True
            return self._are_used(used, args, kwargs)
        return False

    def _are_used(
        self, used: Sequence[Tensor], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        """A function is about to run that reads these, while no forward runs: whether for a look.

        What a line prints of a leaf begins no forward.
        """
        if self._may_move():
            self._leaves.are_used(used)
        others = [one for one in used if one.is_leaf and not self._leaves.have_been(one)]
        if self._others is not None and any(type(one) is Tensor for one in others):
            turned = self._has_turned or self._turns.is_over()
            self._others([] if turned else self._leaves.all())
        elif any(id(one) in self._leaves.names for one in used):
            if not only_looks():
                self._leaf_used(args, kwargs)
                return False
            self._end_turn()
        elif self._lines is not None:
            self._lines.note()
        return only_looks()

    def _leaf_used(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A function is about to run that reads a leaf: of the next turn, if this one is over."""
        self._end_turn()
        if self._forward is not None and not self._is_in_turn():
            self._has_run = True
            self._forward.begins(args, kwargs)

    def _end_turn(self) -> None:
        """The next turn begins, if this one is over."""
        if self._turning is not None and self._turns.is_over():
            self._has_turned = True
            self._turning.next_turn()

    def _is_in_turn(self) -> bool:
        """Whether the forward runs, or has run since the last backward."""
        return self._has_run or (self._forward is not None and self._forward.runs)

    def _may_move(self) -> bool:
        """Whether the loop may move its tensors now."""
        return self._by_hand and self._turns.has_run_backward and not self._has_run

    def _was_made_anew(self, place: CodePlace | None) -> None:
        if self._lines is not None:
            self._lines.makes_anew(place)

    def _clearing_begins(self) -> None:
        self._end_forward()
        self._has_run = False  # what ran before may have been a look at a leaf

    def _end_forward(self) -> None:
        if self._forward is not None:
            self._forward.ends()

    def _backward_begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[], None]:
        """A backward is about to run, before any mode hears of it; what to call after it."""
        is_grad = func is torch.autograd.grad
        if current_thread() is not self._thread or (is_grad and of_torch_func(func, args, kwargs)):
            return lambda: None
        turning = self._turning if self._loop is None else None
        # This runs at each backward, recorded or not: most are of one tensor.
        roots = args[:1] if func is Tensor.backward else roots_of(func, args, kwargs)
        if turning is not None and self._turns.any_is_newer(roots) and self._turns.is_over():
            turning.next_turn(forward_ran=True)
            self._turns.begins()
            self._differentiates = False
        if is_grad:
            self._grad_begins(roots, creates_graph(func, args, kwargs))
        self._seen_outside = True
        made_anew = self._leaves.are_made_anew
        self._waits = self._loop is None and (not self._has_turned or made_anew)
        self._settle()
        is_known = is_grad or self._has_turned
        return self._backward_ended if is_known else self._leaves_reached

    def _grad_begins(self, roots: Sequence[Tensor], differentiable: bool) -> None:
        """``torch.autograd.grad`` begins at these: a loss, unless at a gradient itself."""
        if self._losses is not None and not self._differentiates:
            with torch._C.DisableTorchFunction():
                self._losses.begins_at(roots)
        self._differentiates |= differentiable

    def _backward_ended(self) -> None:
        recorded, self._has_run = self._loop is not None, False
        if self._turning is not None and not recorded:
            unsure = not self._has_turned or self._leaves.are_made_anew
            self._waits = self._turning.wants_next() or unsure
        self._turns.backward_ended(closely=recorded or self._waits)
        self._settle()

    def _leaves_reached(self) -> None:
        """A backward has run that adds to leaves: if to none of these, they do not train.

        They were only used to make those that do.
        """
        self._backward_ended()
        leaves = self._leaves.all()
        with torch._C.DisableTorchFunction():
            reached = any(one.grad is not None for one in leaves)
        if reached or self._turning is None or self._others is None:
            return
        self._turning.drop()
        self._others(leaves)
