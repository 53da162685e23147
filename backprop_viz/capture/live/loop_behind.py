"""Tells of a loop that trains by hand behind the one before it."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import (
    register_module_forward_pre_hook,
    register_module_parameter_registration_hook,
)

from backprop_viz.capture.bare.backward_calls import backward_calls_told
from backprop_viz.capture.bare.names import trains
from backprop_viz.capture.code.loop_places import StackPlace, TurnLoop, stack_place
from backprop_viz.capture.code.step_code import step_follows
from backprop_viz.capture.listening_depth import heard


class LoopBehind:
    """Waits until a script that moves by hand has left all loops around its steps before.

    ``called`` is told of a module that trains and is called there; ``computed`` of a backward of
    what no such call has made, where that may come. Neither if the source says that a step follows.
    """

    def __init__(
        self, called: Callable[[nn.Module, Any], None], computed: Callable[[], None]
    ) -> None:
        self._called_there, self._computed = called, computed
        self.is_by_hand = self._of_leaves = self._listens = False
        self._step: StackPlace | None = None  # where the loop before has stepped, or is
        self._open = ExitStack()

    def may_come(self, *, of_leaves: bool) -> None:
        """The script moves by hand, too; ``of_leaves``: it makes leaves that no module has."""
        self.is_by_hand, self._of_leaves = True, of_leaves

    def begin(self, *, by_hand: bool) -> None:
        """Wait from now on, if such a loop may come; ``by_hand``: behind this one, which is one.

        Behind that only what is made later is waited for: else each of its turns would cost more.
        """
        self.close()
        if by_hand:
            self.stepped()
            made = register_module_parameter_registration_hook(heard(self._made))
            self._open.callback(made.remove)
        elif self.is_by_hand:
            self._listen()

    def _made(self, *_: object) -> None:
        """A parameter is made, of a model that may train behind."""
        if not self._listens:  # this hook stays: torch goes through all that there are
            self._listen()

    def _listen(self) -> None:
        self._listens = True
        self._open.callback(register_module_forward_pre_hook(heard(self._called)).remove)
        if self._of_leaves:
            # Before any mode hears of it: else none may come onto torch's stack.
            self._open.enter_context(backward_calls_told(self._backward_begins))

    def close(self) -> None:
        """Wait no longer."""
        self._step, self._listens = None, False
        self._open.close()

    def stepped(self) -> None:
        """An optimizer has stepped, in the line that runs."""
        if self.is_by_hand:
            self._step, _ = stack_place()

    def _is_reached(self) -> bool:
        if self._step is None or step_follows():
            return False
        here, within = stack_place()
        return not within and TurnLoop(self._step, self._step, outer=-1).is_left(here)

    def _called(self, module: nn.Module, args: Any) -> None:
        looks = not torch.is_grad_enabled() or torch.compiler.is_compiling()
        if not looks and trains(module) and self._is_reached():
            self._called_there(module, args)

    def _backward_begins(self, *_: Any) -> Callable[[], None]:
        if self._is_reached():
            self._computed()
        return lambda: None
