"""Tells a loop's watch of its turns where the loop itself moves the parameters of a module."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from operator import is_
from threading import current_thread
from types import GeneratorType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.bare.backward_calls import backward_calls_told
from backprop_viz.capture.bare.bare_forward import BareForward, Others, TurningLoop
from backprop_viz.capture.bare.by_hand import ByHand
from backprop_viz.capture.bare.function_turns import FunctionTurns
from backprop_viz.capture.bare.hand_turns import HandTurns
from backprop_viz.capture.bare.names import leaves_in, trains
from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.code.loop_places import StackPlace, TurnLoop, follows, stack_place
from backprop_viz.capture.listening_depth import heard
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.bare_tensors import Tensors
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.backward_watch import roots_of
from backprop_viz.capture.watches.clearing_watch import module_clearings_seen


class ModuleByHand(TorchFunctionMode):
    """A turn is over where the module is called next, or cleared, once the loop has moved it.

    Clearing alone is the end of a turn only once another has ended with a move: a loop that moves
    nothing asks what its inputs count for, and may clear between a forward and its backward. Such
    inputs are leaves of a ``Tensors`` beside the module: a turn is over, too, where it is given
    others, which take their place. With several modules a turn is a pass of the loop, in which each
    may have a backward of its own.

    What the loop does to its parameters is noted as ``ByHand`` says. The forward is told by the
    module's own hooks.

    It is above the other on torch's stack of modes while an iteration is recorded. All other
    iterations cost what two hooks around a backward do, at which their turns are told; one before
    another that is wanted has hooks on calls of modules, too, as all have that give it leaves.
    ``others`` is called after a backward that has given the module no gradient: another may train.
    """

    def __init__(self, model: nn.Module, turning: TurningLoop, others: Others | None) -> None:
        super().__init__()
        self._model, self._turning, self._others = model, turning, others
        self._before = turning.place[0]
        self._thread = current_thread()
        self._turns = HandTurns(self._tensors, by_clearing=False)
        self._lines: ByHand | None = None  # what they do in an iteration that is recorded
        found = (one for one in model.modules() if isinstance(one, Tensors))
        self._inputs = next(found, None)  # leaves that the module is given
        self._given: list[Tensor] = []  # those of the call that begins a turn
        trained = [one for one in model.children() if one is not self._inputs and trains(one)]
        self._several = isinstance(model, nn.ModuleDict) and len(trained) > 1
        # Where this turn was given inputs, and where its last backward was, with these or several.
        self._called_at: StackPlace | None = None
        self._backward_at: StackPlace | None = None
        self._modules: set[int] = set()  # by their id()
        self._parameters: list[Mapping[str, Tensor | None]] = []  # of each
        self._runs_backward = self._asked = False  # while torch asks this mode
        self._returns = False  # whether the last backward has returned the gradients
        self._last: Tensor | None = None  # of the parameters, if that one trains
        # Its ``.grad`` before a backward, by its id(), and how often that was written to.
        self._grad_before: tuple[int, int] | None = None
        self.is_over = False
        self._hears = False  # whether it is told of calls of modules
        self._hearing, self._open = ExitStack(), ExitStack()  # calls of modules; backwards
        self._open.enter_context(backward_calls_told(self._backward_begins))

    @property
    def is_turn_over(self) -> bool:
        """Whether a turn would be over if the loop were.

        After other loops, a backward alone is no turn of one: the script asks once for gradients.
        """
        alone = self._inputs is None and 0 < self._before == self._turning.place[0]
        return self._turns.has_run_backward and (not alone or self._turns.is_over())

    def begins(self, loop: LoopWatch | None, recorder: Recorder | None) -> None:
        """An iteration begins; what records it, if it is recorded."""
        if self._given:
            self._hold_given()
        modules = list(self._model.modules())
        self._modules = set(map(id, modules))
        self._parameters = [module._parameters for module in modules if module._parameters]
        last = list(self._parameters[-1].values())[-1] if self._parameters else None
        self._last = last if last is not None and last.requires_grad else None
        self._turns.begins()
        self._lines = self._backward_at = None
        self._called_at = None if self._inputs is None else stack_place()[0]
        if loop is not None and recorder is not None:
            self._lines = ByHand(loop, recorder, self._tensors)
        self._settle(loop is not None)

    def ends(self) -> None:
        """The iteration ends: what the loop has moved and cleared by itself is noted."""
        if self._lines is not None:
            self._lines.ends()
        self._lines = None
        self._settle(False)

    def close(self) -> None:
        """Hear of nothing any more."""
        self._open.close()
        self._inputs, self._lines, self.is_over = None, None, True
        self._settle(False)

    def _settle(self, hears: bool) -> None:
        """Hear of calls of modules, or of none; of functions while it is recorded."""
        self._hearing.close()
        self._hears = hears
        if hears or self._inputs is not None:  # before the recording does
            told = register_module_forward_pre_hook(heard(self._called))
            self._hearing.callback(told.remove)
            self._hearing.enter_context(module_clearings_seen(self._cleared))
        if not self._asked and current_thread() is self._thread:  # else torch puts it back
            function_stack.leave(lambda one: one is self)
            if self._lines is not None:
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
        try:
            if self._hears_of(func, args) and self._lines is not None:
                ran = self._lines.operation_begins(func, args, kwargs)
        except Exception as fault:
            own_faults.note(fault)
        try:
            result = func(*args, **kwargs)
            if ran is not None:
                with own_faults.OURS:
                    ran(result)
            return result
        except BaseException as error:
            own_frames.pass_on(error)
            raise
        finally:
            self._asked = False

    def _hears_of(self, func: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        """Whether a function that is about to run may move a parameter, or lead to that."""
        if self._lines is None:
            return False
        if not self._turns.has_run_backward:
            self._lines.before_backward(func, args)
            return False
        followed = followed_by_autograd(func, args, {})
        if followed:
            self._lines.computed_from()
        self._lines.after_backward(func, args)
        return not followed

    def _called(self, module: nn.Module, args: Any) -> None:
        """A module is called."""
        if not torch.is_grad_enabled() or not self._is_own(module):
            return
        kwargs = kwargs_of_call()
        self._given = leaves_in((args, kwargs)) if self._inputs is not None else []
        others = self._is_given_others()
        if self._begins_turn() or (others and self._turns.has_run_backward):
            loop = self._turning.next_turn()
        elif others and not (self._called_at is not None and _in_same_pass(self._called_at)):
            loop = self._turning.next_turn(counts=False)  # the pass before has run no backward
        else:
            self._goes_on()
            return
        if loop is not None:
            loop.model_runs(module, args, kwargs)

    @contextmanager
    def _cleared(self, module: nn.Module) -> Iterator[None]:
        """``module.zero_grad()`` runs in here."""
        loop: LoopWatch | None = None
        if self._is_own(module):
            if self._begins_turn():
                loop = self._turning.next_turn()
            else:
                self._goes_on()
        within: AbstractContextManager[None] = nullcontext()
        with within if loop is None else loop.clearing_module(module):
            yield

    def _is_own(self, module: nn.Module) -> bool:
        """Whether it is the loop itself that calls or clears one of its modules."""
        here = id(module) in self._modules and current_thread() is self._thread
        return here and not self._runs_backward

    def _goes_on(self) -> None:
        """Note what a module has become before another trains in the same pass."""
        if self._lines is not None and self._turns.has_run_backward:
            self._lines.computed_from()

    def _is_given_others(self) -> bool:
        """Whether a module is given other leaves than before, which are to be held."""
        held = [] if self._inputs is None else list(self._inputs.parameters())
        return len(self._given) == len(held) and not all(map(is_, self._given, held))

    def _hold_given(self) -> None:
        """Have what a module is given take the place of what was given before."""
        if self._inputs is not None and self._is_given_others():
            names = [name for name, _ in self._inputs.named_parameters()]
            for name, leaf in zip(names, self._given, strict=True):
                self._inputs.put(name, leaf)
        self._given = []

    def _begins_turn(self) -> bool:
        """Whether what the loop does with a module is of its next turn.

        Inputs need not be moved: each pass may ask for a gradient of the same.
        """
        over = self._turns.is_over()
        self._turns.by_clearing |= over
        if self._inputs is not None:
            over = self._turns.has_run_backward
        return over and not (self._backward_at is not None and _in_same_pass(self._backward_at))

    def _backward_begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[], None]:
        """A backward is about to run, before any mode hears of it; what to call after it."""
        is_grad = func is torch.autograd.grad
        if current_thread() is not self._thread or (is_grad and not self._is_of(args, kwargs)):
            return lambda: None
        roots = roots_of(func, args, kwargs)
        if self._turns.any_is_newer(roots) and self._begins_turn():
            self._turning.next_turn(forward_ran=True)
            self._turns.begins()
        if is_grad:
            with torch._C.DisableTorchFunction():
                self._turning.begins_at(roots)
        self._runs_backward, self._returns = True, is_grad
        with torch._C.DisableTorchFunction():
            grad = None if self._last is None else self._last.grad
            self._grad_before = None if grad is None else (id(grad), grad._version)
        if self._several or self._inputs is not None:
            self._backward_at = stack_place()[0]
        return self._backward_ended

    def _is_of(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether ``torch.autograd.grad`` is asked for gradients of these parameters."""
        inputs = kwargs.get("inputs", args[1] if len(args) > 1 else ())
        if isinstance(inputs, GeneratorType):  # of what ``module.parameters()`` gives
            module = inputs.gi_frame and inputs.gi_frame.f_locals.get("self")
            return id(module) in self._modules
        own = set(map(id, self._tensors()))
        return any(id(one) in own for one in nested_tensors(inputs))

    def _backward_ended(self) -> None:
        self._runs_backward = False
        hears = self._lines is not None or self._turning.wants_next()
        self._turns.backward_ended(closely=hears)
        passed_by, before = False, self._grad_before
        if self._last is not None and not self._returns:
            with torch._C.DisableTorchFunction():
                grad = self._last.grad
                passed_by = grad is None or (id(grad), grad._version) == before
        if passed_by and self._others is not None:
            self._others(())
        if hears != self._hears:
            self._settle(hears)

    def _tensors(self) -> list[Tensor]:
        """The parameters that train."""
        found = [one for some in self._parameters for one in some.values() if one is not None]
        return [one for one in found if one.requires_grad]


def _in_same_pass(before: StackPlace) -> bool:
    """Whether what runs now is in that pass of the loop in which this place was."""
    now = stack_place()[0]
    return not TurnLoop(before, before, 0).is_left(now) and follows(now, before)


def told_by_hand(
    model: nn.Module,
    optimizers: Sequence[Optimizer],
    turning: TurningLoop,
    others: Others | None,
    by_hand: bool,
) -> BareForward | FunctionTurns | ModuleByHand | None:
    """What tells of a model that stands for tensors, or that a loop moves ``by_hand``."""
    if isinstance(model, Tensors) and model.are_of_function:
        return FunctionTurns(model, turning)
    bare = BareForward.of(model, optimizers, turning, others)
    return ModuleByHand(model, turning, others) if bare is None and by_hand else bare
