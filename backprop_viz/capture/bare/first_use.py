"""Waits for the first operation that reads leaves."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.code.calling_frames import is_in_functional
from backprop_viz.capture.code.forward_code import eager
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.watches import function_stack
from backprop_viz.capture.watches.warned_lines import warned_where_it_was_called


class FirstUse(TorchFunctionMode):
    """Calls ``used`` with the leaves that an operation is about to read, until that is True.

    ``elsewhere``: whether what runs now is none of the loop's own. ``within``: what holds as long
    as it waits.
    """

    def __init__(
        self,
        used: Callable[[Sequence[Tensor]], bool],
        elsewhere: Callable[[], bool],
        *within: AbstractContextManager[Any],
    ) -> None:
        super().__init__()
        self._used, self._elsewhere, self._open = used, elsewhere, ExitStack()
        self.is_over = self._asked = False  # while torch asks it
        self._others: set[int] = set()  # the id() of leaves that were read and are not wanted
        for context in within:
            self._open.enter_context(context)
        function_stack.come_in(self)

    def close(self) -> bool:
        """Wait no longer; returns whether it has left the stack.

        While torch asks it, it leaves the stack before the next call of a module, or with another
        mode of ours, or when it is closed again.
        """
        if not self.is_over:
            self.is_over = True
            self._open.close()
            if self._asked:
                self._open.callback(register_module_forward_pre_hook(self._leave).remove)
        self._leave()
        return not self._asked

    def _leave(self, *_: object) -> None:
        if not self._asked:
            function_stack.leave(lambda one: one is self)
            self._open.close()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would."""
        kwargs, self._asked = kwargs or {}, True
        try:
            if not self.is_over and (read := followed_by_autograd(func, args, kwargs)):
                self._is_read(read)
        except Exception as fault:
            own_faults.note(fault)
        try:
            return func(*args, **kwargs)
        except BaseException as error:
            own_frames.pass_on(error)
            raise
        finally:
            self._asked = False

    def _is_read(self, read: Sequence[Tensor]) -> None:
        with torch._C.DisableTorchFunction():
            leaves = [one for one in read if one.is_leaf and id(one) not in self._others]
        if leaves and not self._elsewhere():
            if self._used(leaves):
                self.close()
            self._others.update(map(id, leaves))


def awaited_in_script(used: Callable[[Sequence[Tensor]], bool]) -> FirstUse:
    """Waits where a script may train leaves that are in no module, of which nothing is recorded."""
    return FirstUse(used, is_in_functional, eager(), warned_where_it_was_called())
