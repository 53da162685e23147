"""The thread that a recorded loop runs in, and another one that goes on while that waits."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Lock, Thread, current_thread
from time import monotonic, sleep

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from backprop_viz.capture.code.calling_frames import is_waiting
from backprop_viz.capture.code.user_lines import line_asked_from
from backprop_viz.capture.logs.own_tensors import OwnTensors
from backprop_viz.capture.watches import function_stack

# How long a backward, or a forward, waits for the loop to wait for it. No signal tells of that. One
# that the loop has just begun in another thread may come before it waits there; a forward may also
# be somebody's own.
_LOOP_WAITS_WITHIN_S, _WAITS_FOR_FORWARD_S, _LOOKS_EVERY_S = 0.25, 0.02, 0.005


class LoopThread:
    """Whose calls are the loop's: of its own thread, or of one that it waits for."""

    def __init__(self, own: OwnTensors) -> None:
        """``own``: the loop's own tensors."""
        self._own, self._thread = own, current_thread()
        self._backward = Lock()  # held while one runs
        # The thread that holds it; None also just after it took the lock, and before it lets go.
        self._runs: Thread | None = None

    def is_here(self) -> bool:
        """Whether this is the loop's thread."""
        return self._thread is current_thread()

    def may_be_here(self) -> bool:
        """Whether this is the loop's thread, or the loop may go on in it, its own waiting."""
        return self.is_here() or is_waiting(self._thread)

    def goes_on_here(self, mode: TorchFunctionMode) -> bool:
        """Whether the loop goes on in this thread, its own being over or waiting.

        If so, ``mode`` hears from now on what this thread calls.
        """
        if not self._waits(_WAITS_FOR_FORWARD_S):
            return False
        self._thread = current_thread()
        function_stack.come_in(mode)
        return True

    @contextmanager
    def runs_backward(self, mode: TorchFunctionMode, roots: Sequence[Tensor]) -> Iterator[None]:
        """A backward of these runs in here. If the loop waits for this thread, ``mode`` hears it.

        A second one waits until the first is over: both add to the same ``.grad``. In another
        thread it may be of another model: then this is nothing.
        """
        if not (self.is_here() or self._own.are_behind(roots)):
            yield
            return
        with ExitStack() as over:
            # One within another's node is part of that, be it in a thread of torch's own.
            if torch._C._current_autograd_node() is None and self._alone():
                over.callback(self._is_over)
                if not self.is_here() and self._waits():
                    over.enter_context(self._lent(mode))
            yield

    def _waits(self, within_s: float = _LOOP_WAITS_WITHIN_S) -> bool:
        until = monotonic() + within_s
        while not (waits := is_waiting(self._thread)) and monotonic() < until:
            sleep(_LOOKS_EVERY_S)
        return waits

    def _alone(self) -> bool:
        """Wait until no other backward runs; False if that waits itself, as if for this one."""
        while not self._backward.acquire(timeout=_LOOKS_EVERY_S):
            runs = self._runs
            if runs is current_thread():
                return False
            # One that is through by now waits, too: for its next work.
            if runs is not None and is_waiting(runs) and self._runs is runs:
                return False
        self._runs = current_thread()
        return True

    def _is_over(self) -> None:
        self._runs = None
        self._backward.release()

    @contextmanager
    def _lent(self, mode: TorchFunctionMode) -> Iterator[None]:
        """The loop is in this thread while this runs, and then where it was."""
        before, self._thread = self._thread, current_thread()
        came_in = function_stack.come_in(mode)
        try:
            with line_asked_from(before):
                yield
        finally:
            self._thread = before
            if came_in:
                function_stack.leave(lambda one: one is mode)
