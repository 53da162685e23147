"""Tells a loop's watch where the forward is of tensors that no module calls."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from threading import current_thread
from typing import Any, Protocol
from weakref import ref

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.bare.backward_calls import backward_calls_told
from backprop_viz.capture.bare.by_hand import ByHand
from backprop_viz.capture.bare.clearing_by_hand import ClearingByHand
from backprop_viz.capture.bare.followed_calls import followed_by_autograd
from backprop_viz.capture.bare.hand_turns import HandTurns
from backprop_viz.capture.bare.loss_lines import computes_loss
from backprop_viz.capture.bare.made_anew import MadeAnew
from backprop_viz.capture.bare.names import tensors_by_name
from backprop_viz.capture.code import own_frames
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.followed_backward import creates_graph
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.backward_watch import (
    BACKWARD_FUNCTIONS,
    of_torch_func,
    roots_of,
)
from backprop_viz.recording.trace.torch_error import CodePlace

_Function = Callable[..., Any]
Others = Callable[[Sequence[Tensor]], None]


class TurningLoop(Protocol):
    """A loop that is told of its turns."""

    def next_turn(self, forward_ran: bool = False) -> LoopWatch | None:
        """It begins its next turn, or has begun it, and the forward has run."""

    def wants_next(self) -> bool:
        """Whether the turn after the one under way is to be recorded."""

    def begins_at(self, roots: Sequence[Tensor]) -> None:
        """A backward begins at these; if at one number, that is the loss."""


class BareForward(TorchFunctionMode):
    """From the first use of a leaf on the forward runs, until the loss is computed, or a backward.

    It is told to the ``LoopWatch`` that records the iteration as if it were a call of ``holder``.
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
        self._others = others
        self._holder, self._turning = holder, turning if by_hand else None
        self._told, self._nodes = turning, 0  # of autograd, when a backward ended
        self._differentiates = False  # whether a gradient of this turn can be differentiated
        self._thread = current_thread()
        self._loop: LoopWatch | None = None
        self._turns = HandTurns()
        self._recorder: Recorder | None = None
        self._runs = self._ran = False  # the forward, since the last backward
        self._newest: Callable[[], Tensor | None] = lambda: None  # what the forward has made last
        self._in_loss = False  # whether the forward began on the line of the loss
        self._waits = self._asked = False  # for the next turn; while torch asks this mode
        self._by_hand = ByHand() if by_hand else None
        self._clearing: ClearingByHand | None = None  # of what is recorded
        self._seen_outside = False  # whether backwards are told of while no mode is asked
        self._has_turned = False  # whether a turn was heard to its end
        self._anew, self._makes_anew = MadeAnew(), False  # leaves, in place of others; in any turn
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
        self._by_hand = None if self._by_hand is None else ByHand()
        self._loop, self._recorder, self._runs, self._ran = loop, recorder, False, False
        self._clearing = None
        if loop is not None and recorder is not None:
            self._clearing = ClearingByHand(loop, recorder)
        self._anew, self._differentiates = MadeAnew(), False
        # How a turn ends is not known yet, or is by this mode alone.
        outside = self._seen_outside and self._has_turned and not self._makes_anew
        self._waits = loop is None and not outside
        self._settle()

    def ends(self) -> None:
        """The iteration ends: what the loop has moved and cleared by itself is noted."""
        self._close_forward(None)
        if self._clearing is not None:
            self._clearing.ends()
        self._note_by_hand()
        self._loop = self._recorder = self._clearing = None

    def _note_by_hand(self) -> None:
        if self._loop is not None and self._recorder is not None and self._by_hand is not None:
            self._by_hand.note(self._loop, self._recorder)

    def close(self) -> None:
        """Hear of nothing any more."""
        self._open.close()
        self._loop, self._waits, self.is_over = None, False, True
        self._settle()

    def _settle(self) -> None:
        """Be on top of torch's stack of modes, or not on it at all."""
        if self._asked or current_thread() is not self._thread:
            return  # torch puts it back on top
        wanted = self._loop is not None or self._waits
        if wanted or self._is_on_stack:
            function_stack.leave(lambda one: one is self or getattr(one, "is_over", False))
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
        heard = self._loop is not None or self._waits
        if heard:
            self._asked = True
            try:
                self._look_at(func, args, kwargs)
            finally:
                self._asked = False
        moving = self._loop if heard and self._is_move(func, args, kwargs) else None
        try:
            if moving is not None:
                moving.quiet = True  # it computes no loss
            result = func(*args, **kwargs)
        except BaseException as error:
            own_frames.pass_on(error)
            raise
        finally:
            if moving is not None:
                moving.quiet = False
        if self._runs and isinstance(result, Tensor):
            self._newest = ref(result)
        if func in BACKWARD_FUNCTIONS:
            if func is not Tensor.backward and func is not torch.autograd.grad:
                self._turns.backward_ended(self._tensors(), closely=True)
                self._ran = False
            if not creates_graph(func, args, kwargs):
                self._anew.gave(result)
        elif heard and self._may_move():
            self._look_for_others(func, args, kwargs, result)
        return result

    def _may_move(self) -> bool:
        """Whether the loop may move its tensors now."""
        return self._by_hand is not None and self._turns.has_run_backward and not self._ran

    def _is_move(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        if not self._may_move() or not followed_by_autograd(func, args, kwargs):
            return False
        return self._anew.moves(args, kwargs, self._names())

    def _names(self) -> dict[int, str]:
        return {id(one): name for name, one in self._holder.named_parameters()}

    def _look_for_others(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
    ) -> None:
        """Have each leaf that the loop makes from one of its own take the place of that."""
        with torch._C.DisableTorchFunction():
            own: dict[str, Tensor] = dict(self._holder.named_parameters())
            for name, tensor in self._anew.ran(func, args, kwargs, result, own):
                self._takes_place(name, tensor, user_line())

    def _takes_place(self, name: str, tensor: Tensor, place: CodePlace | None) -> None:
        self._makes_anew = True
        self._holder.put(name, tensor)
        if self._by_hand is not None and self._loop is not None:
            self._by_hand.makes_anew(place)

    def _look_for_parameters(self, used: Sequence[Tensor], own: set[int]) -> None:
        """The same of each Parameter that it has made of what it has moved, once it uses that."""
        made = [one for one in used if type(one) is nn.Parameter and id(one) not in own]
        if made and self._may_move():
            with torch._C.DisableTorchFunction():
                known: dict[str, Tensor] = dict(self._holder.named_parameters())
                for told in self._anew.parameters_made(made, known):
                    self._takes_place(*told)

    def _look_at(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        if self._by_hand is not None and self._clearing is not None and self._clearing.hears:
            if self._turns.has_run_backward:
                self._by_hand.hears(func, args, self._tensors())
            else:
                self._clearing.heard(func, args, self._tensors(), self._clearing_begins)
        if func in BACKWARD_FUNCTIONS:
            if not creates_graph(func, args, kwargs):
                self._close_forward(None)
        elif self._runs or self._ran:
            if self._runs and self._begins_loss(func, args, kwargs):
                self._close_forward(_followed(args, kwargs, self._newest()))
            elif self._turns.has_run_backward and self._reads_own(func, args, kwargs):
                self._leaf_used(args, kwargs)
        elif self._is_move(func, args, kwargs):
            return
        elif used := followed_by_autograd(func, args, kwargs):
            own = set(map(id, self._tensors()))
            self._look_for_parameters(used, own)
            own = set(map(id, self._tensors()))
            others = [one for one in used if one.is_leaf and id(one) not in own]
            others = [one for one in others if not self._anew.has_replaced(one)]
            if self._others is not None and any(type(one) is Tensor for one in others):
                turned = self._has_turned or self._turns.is_over(self._tensors())
                self._others([] if turned else self._tensors())
            elif any(id(one) in own for one in used):
                self._leaf_used(args, kwargs)
            else:
                self._note_by_hand()

    def _clearing_begins(self) -> None:
        self._close_forward(None)
        self._ran = False  # what ran before may have been a look at a leaf

    def _leaf_used(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        if self._turning is not None and self._turns.is_over(self._tensors()):
            self._has_turned = True
            self._turning.next_turn()
        if self._loop is None or self._recorder is None or self._runs or self._ran:
            return
        self._runs = self._ran = True
        with torch._C.DisableTorchFunction():
            read = {id(one): one for one in nested_tensors((args, kwargs))}
        own = self._names()
        data = [one for key, one in read.items() if key not in own]
        given = tensors_by_name(data, "input", deepest=0)
        if not data:  # what is computed begins at the leaves themselves
            given = {own[key]: one for key, one in read.items()}
        self._in_loss = computes_loss()
        self._loop.model_runs(self._holder, (), given)

    def _begins_loss(
        self, func: _Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> bool:
        """Whether what is about to run is of the loss, and no more of the forward.

        On a line that computes both from the leaves themselves that is what reads none of them.
        """
        if not self._in_loss:
            return computes_loss()
        return not self._reads_own(func, args, kwargs) and computes_loss(by_itself=True)

    def _reads_own(self, func: _Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        own = set(map(id, self._tensors()))
        return any(id(one) in own for one in followed_by_autograd(func, args, kwargs))

    def _close_forward(self, output: Tensor | None) -> None:
        if self._runs:
            self._runs = False
            if self._loop is not None:
                self._loop.model_ran(self._holder, (), output)

    def _backward_begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[], None]:
        """A backward is about to run, before any mode hears of it; what to call after it."""
        is_grad = func is torch.autograd.grad
        if current_thread() is not self._thread or (is_grad and of_torch_func(func, args, kwargs)):
            return lambda: None
        turning = self._turning if self._loop is None else None
        roots = roots_of(func, args, kwargs) if is_grad else args[:1]
        newer = any(map(self._is_newer, roots))
        if turning is not None and newer and self._turns.is_over(self._tensors()):
            turning.next_turn(forward_ran=True)
            self._turns.begins()
            self._differentiates = False
        if is_grad:
            self._grad_begins(roots, creates_graph(func, args, kwargs))
        self._seen_outside = True
        self._waits = self._loop is None and (not self._has_turned or self._makes_anew)
        self._settle()
        return self._backward_ended

    def _is_newer(self, root: Tensor) -> bool:
        """Whether something was computed for this since the last backward; a leaf is by itself."""
        with torch._C.DisableTorchFunction():
            node = root.grad_fn
        return node is None or node._sequence_nr() >= self._nodes

    def _grad_begins(self, roots: Sequence[Tensor], differentiable: bool) -> None:
        """``torch.autograd.grad`` begins at these: a loss, unless at a gradient itself."""
        if self._told is not None and not self._differentiates:
            with torch._C.DisableTorchFunction():
                self._told.begins_at(roots)
        self._differentiates |= differentiable

    def _backward_ended(self) -> None:
        recorded, self._ran = self._loop is not None, False
        self._nodes = torch.autograd._get_sequence_nr()
        if self._turning is not None and not recorded:
            self._waits = self._turning.wants_next() or not self._has_turned or self._makes_anew
        self._turns.backward_ended(self._tensors(), closely=recorded or self._waits)
        self._settle()

    def _tensors(self) -> Sequence[Tensor]:
        return list(self._holder.parameters())


def _followed(*given_or_made: object) -> Tensor | None:
    """What of this the forward has made."""
    with torch._C.DisableTorchFunction():
        given = nested_tensors(given_or_made)
        return next((one for one in given if one.grad_fn is not None), None)
