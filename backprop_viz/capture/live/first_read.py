"""Tells of the first thing that a loop computes from parameters by itself, calling no module."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code import own_faults, own_frames
from backprop_viz.capture.code.loop_places import is_in_module
from backprop_viz.capture.tensors.followed_calls import followed_by_autograd
from backprop_viz.capture.watches import function_stack


class FirstRead(TorchFunctionMode):
    """Calls ``reads`` once, with the leaves that an operation is about to read.

    It is not on the stack when torch asks it; so who has it leaves it again after that.
    """

    def __init__(self, reads: Callable[[Sequence[Tensor]], None]) -> None:
        super().__init__()
        self._reads: Callable[[Sequence[Tensor]], None] | None = reads
        function_stack.come_in(self)

    @property
    def is_over(self) -> bool:
        """Whether it has told of it, or is to tell nothing any more."""
        return self._reads is None

    def leave(self) -> None:
        """Tell nothing any more."""
        self._reads = None
        function_stack.leave(lambda one: one is self)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run ``func`` as torch would."""
        kwargs = kwargs or {}
        try:
            if self._reads is not None:
                leaves = [one for one in followed_by_autograd(func, args, kwargs) if one.is_leaf]
                if leaves and not is_in_module():
                    reads, self._reads = self._reads, None
                    reads(leaves)
        except Exception as fault:
            own_faults.note(fault)
        try:
            return func(*args, **kwargs)
        except BaseException as error:
            own_frames.pass_on(error)
            raise
