"""Whether a loop begins its next turn, or goes on to the next optimizer of this one."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from types import CodeType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim import Optimizer

from backprop_viz.capture.code.calling_frames import kwargs_of_call
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.watches.clearing_watch import (
    module_clearings_seen,
    optimizer_clearings_seen,
)

# The code of each frame and the instruction that runs in it, the outermost first.
_Place = list[tuple[CodeType, int]]


class UnsureTurn:
    """From an optimizer's step on, where it is not known which others step in the same turn.

    The turn was over with the step if what ``trained`` is cleared or called again further up in the
    loop: where the code of both places parts, the next one comes first. A GAN calls its
    discriminator again for the generator's step, but further down. ``over`` is called then, before
    what is cleared or called; it gives what records the next iteration, if that is recorded.
    """

    def __init__(self, trained: Sequence[Optimizer], over: Callable[[], LoopWatch | None]) -> None:
        self._own = {
            id(p) for one in trained for group in one.param_groups for p in group["params"]
        }
        self._over, self._step = over, _place()
        self._open = ExitStack()
        self._open.callback(register_module_forward_pre_hook(self._called).remove)
        self._open.enter_context(module_clearings_seen(self._module_clears))
        self._open.enter_context(optimizer_clearings_seen(self._optimizer_clears))

    def close(self) -> None:
        """It is known, or the iteration is over."""
        self._open.close()

    @contextmanager
    def _optimizer_clears(self, optimizer: Optimizer) -> Iterator[None]:
        self._next_turn(p for group in optimizer.param_groups for p in group["params"])
        yield

    @contextmanager
    def _module_clears(self, module: nn.Module) -> Iterator[None]:
        loop = self._next_turn(module.parameters())
        # The one that was there heard of it before.
        with nullcontext() if loop is None else loop.clearing_module(module):
            yield

    def _called(self, module: nn.Module, args: Any) -> None:
        if torch.is_grad_enabled():
            loop = self._next_turn(module.parameters())
            if loop is not None:
                loop.model_runs(module, args, kwargs_of_call())

    def _next_turn(self, parameters: Iterable[Tensor]) -> LoopWatch | None:
        """What records the next iteration, if it begins here and is recorded."""
        if all(id(p) not in self._own for p in parameters) or not _comes_before(
            _place(), self._step
        ):
            return None
        self.close()
        return self._over()


def _place() -> _Place:
    frame, place = sys._getframe(1), []
    while frame is not None:
        place.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back  # type: ignore[assignment]
    return place[::-1]


def _comes_before(one: _Place, other: _Place) -> bool:
    """Whether, in the function that both places lie in, the one comes before the other."""
    for (code, at), (other_code, other_at) in zip(one, other, strict=False):
        if code is not other_code:
            return False
        if at != other_at:
            return at < other_at
    return False
