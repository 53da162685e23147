"""Follows a loop that clears gradients by its own lines before its backward."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor
from torch._C import DisableTorchFunction

from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder

_SETS_GRAD = getattr(Tensor, "grad").__set__  # noqa: B009 - mypy knows it as a tensor
# What a line calls on a gradient that it clears, as ``p.grad.detach_()``, or to look at it before.
_BETWEEN = frozenset({"__get__", "detach_", "requires_grad_"})


class ClearingByHand:
    """The calls that clear one ``.grad`` after the other are one zero_grad of a recording."""

    def __init__(self, loop: LoopWatch, recorder: Recorder) -> None:
        self._loop, self._recorder = loop, recorder
        self._runs = False

    @property
    def hears(self) -> bool:
        """Whether what the loop calls now is its own: no optimizer's, nor of another clearing."""
        return self._runs or not self._loop.quiet

    def heard(
        self,
        func: Callable[..., Any],
        args: Sequence[Any],
        own: Iterable[Tensor],
        begins: Callable[[], None],
    ) -> None:
        """A function is about to run. ``begins`` is called before the first that clears."""
        if not clears(func, args, own):
            if getattr(func, "__name__", "") not in _BETWEEN:
                self.ends()
            return
        if not self._runs:
            begins()
            self._loop.clearing_begins()
            self._runs = True
        self._recorder.log.catch_up()
        self._recorder.log.place = user_line()

    def ends(self) -> None:
        """No gradient is cleared any more."""
        if self._runs:
            self._loop.clearing_ends()
            self._recorder.log.place = None
        self._runs = False


def clears(func: Callable[..., Any], args: Sequence[Any], own: Iterable[Tensor]) -> bool:
    """Whether a function is about to clear the ``.grad`` of one of these tensors."""
    if func == _SETS_GRAD:
        return any(args[0] is one for one in own)
    if getattr(func, "__name__", "") != "zero_":
        return False
    with DisableTorchFunction():
        memory = args[0].data_ptr()
        return any(one.grad is not None and one.grad.data_ptr() == memory for one in own)
