"""A forward that a loop runs by a method of its model, without calling the model itself."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from sys import _getframe
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from backprop_viz.capture.code.running_methods import RunningMethods
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.watches.backward_watch import BACKWARD_FUNCTIONS
from backprop_viz.capture.watches.module_tree import modules_in
from backprop_viz.capture.watches.module_watch import ModuleWatch


class MethodForward:
    """Asked before what runs outside a call, it tells where the forward of a method is.

    Such is ``model.encode(x)``, ``model.forward(x)``, or ``model(x)`` where the class has a
    ``__call__`` of its own. Of a method that computes a loss, too, the forward is what that is
    given.
    """

    def __init__(
        self,
        models: Sequence[nn.Module],
        modules: ModuleWatch,
        is_model: Callable[[nn.Module], bool],
        runs: Callable[..., None],
        ran: Callable[..., None],
    ) -> None:
        """``is_model``: whether a module is one of the models, or a part that has parameters.

        ``runs`` is told of the module, no arguments, and the variables that its method is given;
        ``ran`` of the module, no arguments, and what it has made.
        """
        self._models, self._modules, self._is_model = models, modules, is_model
        self._told = [runs, ran]
        self._runs: nn.Module | None = None
        self._frame: FrameType | None = None  # of its method
        self._told_now = False  # whether it is told that it begins
        self._part = ExitStack()  # while a part runs whose call has begun before it

    @property
    def runs(self) -> bool:
        """Whether one is under way."""
        return self._runs is not None

    @cached_property
    def _methods(self) -> RunningMethods:
        return RunningMethods(one for model in self._models for _, one in modules_in(model))

    def before_function(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], over: bool
    ) -> None:
        """A function is about to run. ``over``: whether another forward is, and no backward yet."""
        if func in BACKWARD_FUNCTIONS:
            self.ends()
        elif followed_by_autograd(func, args, kwargs):
            self._look(over, args, kwargs)
        elif self._runs is not None and not self._is_in_method():
            self.ends()  # what makes the next batch is none of it
        elif over and self._runs is None and torch.is_grad_enabled():
            self._look(over)  # the first that another forward does may read its input alone

    def _is_in_method(self) -> bool:
        frame: FrameType | None = _getframe(1)
        while frame is not None and frame is not self._frame:
            frame = frame.f_back
        return frame is not None

    def before_call(self, module: nn.Module, over: bool) -> None:
        """A model, or a part of one, is about to run."""
        if torch.is_grad_enabled() and not self._told_now:
            ran = self.runs
            self._look(over)
            if self.runs and not ran:
                self._part.enter_context(self._modules.begun_unseen(module))

    def after_call(self) -> None:
        """It has run."""
        self._part.close()

    def _look(self, over: bool, *given: Any) -> None:
        """Tell where it begins and ends, before something runs that is ``given`` this."""
        with torch._C.DisableTorchFunction():
            found = self._methods.running(over, self._is_model)
            if found is None:
                if self.runs:
                    made = (one for one in nested_tensors(given) if one.grad_fn is not None)
                    self.ends(next(made, None))
                return
            if found.frame is not self._frame:  # it is called again, as in a rollout
                self.ends()
            if self._runs is None:
                self._frame, self._runs, self._told_now = found.frame, found.module, True
                self._told[0](found.module, (), found.given)
                self._told_now = False

    def ends(self, output: Tensor | None = None) -> None:
        """It is over, if one ran; what it has made, where that is known."""
        if (module := self._runs) is not None:
            self._runs = self._frame = None
            self._told[1](module, (), output)

    def close(self) -> None:
        """Nothing runs any more, and nothing is told."""
        self.ends()
        self._told.clear()  # it would keep alive who is told
