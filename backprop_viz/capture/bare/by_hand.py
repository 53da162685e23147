"""Notes what a loop has done to its tensors by its own lines: moved them, cleared ``.grad``."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor
from torch._C import DisableTorchFunction

from backprop_viz.capture.bare.names import numbers_in_sight
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_SETS_GRAD, _SETS_DATA = (getattr(Tensor, name).__set__ for name in ("grad", "data"))


class ByHand:
    """Told of the calls after a backward, it knows at which lines the tensors are moved.

    Of a turn that ends the moves are noted before the clearings, each with the gradient that it
    found: a loop may move and clear one tensor after the other.
    """

    def __init__(self) -> None:
        self._places: dict[int, CodePlace | None] = {}  # by the id() of what was moved there
        self._moved_at: CodePlace | None = None  # of what was moved last
        self._cleared_at: CodePlace | None = None
        self._rates: list[float] = []  # numbers that it may be moved by

    def hears(self, func: Callable[..., Any], args: Sequence[Any], own: Iterable[Tensor]) -> None:
        """A function is about to run."""
        if clears(func, args, own):
            self._cleared_at = user_line()
        elif args and (func == _SETS_DATA or _writes(getattr(func, "__name__", ""))):
            self._moved_at = self._places[id(args[0])] = user_line()
            self._find_rates()

    def makes_anew(self, place: CodePlace | None) -> None:
        """A tensor takes the place of one, here; it has no ``.grad`` yet."""
        self._moved_at = self._cleared_at = place
        self._find_rates()

    def _find_rates(self) -> None:
        if not self._rates:
            self._rates = list(dict.fromkeys(map(abs, numbers_in_sight())))

    def note(self, loop: LoopWatch, recorder: Recorder) -> None:
        """The turn is over: note what has become of the tensors."""
        log = recorder.log
        with DisableTorchFunction():
            loop.rests(self._moved_at)
            start = len(log)
            recorder.spans.begin(Phase.UPDATE)
            rate = recorder.watch.moved_by_hand(self._places, self._moved_at, self._rates)
            recorder.rate = rate if len(log) > start else recorder.rate
            recorder.spans.end(kept=len(log) > start)
            if recorder.watch.have_other_grads():
                loop.rests(self._cleared_at)
                log.place = self._cleared_at
                recorder.spans.begin(Phase.ZERO_GRAD)
                recorder.watch.cleared()
                recorder.spans.end()
                log.place = None


def clears(func: Callable[..., Any], args: Sequence[Any], own: Iterable[Tensor]) -> bool:
    """Whether a function is about to clear the ``.grad`` of one of these tensors."""
    if func == _SETS_GRAD:
        return any(args[0] is one for one in own)
    if getattr(func, "__name__", "") != "zero_":
        return False
    with DisableTorchFunction():
        memory = args[0].data_ptr()
        return any(one.grad is not None and one.grad.data_ptr() == memory for one in own)


def _writes(name: str) -> bool:
    return (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")
