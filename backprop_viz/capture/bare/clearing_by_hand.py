"""Follows a loop that clears gradients by its own lines before its backward."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor

from backprop_viz.capture.bare.by_hand import clears
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder

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
        begins: Callable[[], None] = lambda: None,
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
