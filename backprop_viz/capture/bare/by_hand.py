"""Notes what a loop has done to its tensors by its own lines: moved them, cleared ``.grad``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor
from torch._C import DisableTorchFunction

from backprop_viz.capture.bare.clearing_by_hand import ClearingByHand, clears
from backprop_viz.capture.bare.names import numbers_in_sight
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.step_operations import StepOperations
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

_SETS_DATA = getattr(Tensor, "data").__set__  # noqa: B009 - mypy knows it as a tensor


class ByHand:
    """Told of what a recorded turn calls, it knows at which lines the tensors are moved, and how.

    Of a turn that ends the moves are noted before the clearings, each with the gradient that it
    found: a loop may move and clear one tensor after the other. What is cleared before a backward
    is noted as it is cleared.
    """

    def __init__(
        self, loop: LoopWatch, recorder: Recorder, tensors: Callable[[], Sequence[Tensor]]
    ) -> None:
        """``tensors``: those that the loop may move now."""
        self._loop, self._recorder, self._tensors = loop, recorder, tensors
        self._clearing = ClearingByHand(loop, recorder)
        loop.outside.moves.close()  # they are told from here
        self._operations = StepOperations(recorder.log, tensors)
        self._places: dict[int, CodePlace | None] = {}  # by the id() of what was moved there
        self._moved_at: CodePlace | None = None  # of what was moved last
        self._cleared_at: CodePlace | None = None
        self._rates: list[float] = []  # numbers that it may be moved by

    def before_backward(
        self,
        func: Callable[..., Any],
        args: Sequence[Any],
        clearing_begins: Callable[[], None] = lambda: None,
    ) -> None:
        """A function is about to run. ``clearing_begins`` is called before one that clears."""
        if self._clearing.hears:
            self._clearing.heard(func, args, self._tensors(), clearing_begins)

    def after_backward(self, func: Callable[..., Any], args: Sequence[Any]) -> None:
        """A function is about to run, which may move a tensor."""
        if not self._clearing.hears:
            return
        if clears(func, args, self._tensors()):
            self._cleared_at = user_line()
        elif args and (func == _SETS_DATA or _writes(getattr(func, "__name__", ""))):
            self._moved_at = self._places[id(args[0])] = user_line()
            self._find_rates()

    def operation_begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[Any], None] | None:
        """A function is about to run after a backward; what to call with its result.

        None if it is no operation of a step.
        """
        return self._operations.begins(func, args, kwargs) if self._clearing.hears else None

    def computed_from(self) -> None:
        """Something is computed from what may have been moved, which is recorded, too."""
        if self._places:
            self.note()
            self._places.clear()

    def makes_anew(self, place: CodePlace | None) -> None:
        """A tensor takes the place of one, here; it has no ``.grad`` yet."""
        self._moved_at = self._cleared_at = place
        self._find_rates()

    def _find_rates(self) -> None:
        if not self._rates:
            self._rates = list(dict.fromkeys(map(abs, numbers_in_sight())))

    def ends(self) -> None:
        """The iteration is over."""
        self._clearing.ends()
        self.note()

    def note(self) -> None:
        """The turn is over: note what has become of the tensors."""
        recorder, log = self._recorder, self._recorder.log
        with DisableTorchFunction():
            self._loop.rests(self._moved_at)
            start = len(log)
            recorder.spans.begin(Phase.UPDATE)
            told, operations = (self._places, self._moved_at), self._operations
            rates = self._rates if operations.are_simple() else ()
            rate = recorder.watch.moved_by_hand(*told, rates, operations.note)
            operations.forget()
            recorder.rate = rate if len(log) > start else recorder.rate
            recorder.spans.end(kept=len(log) > start)
            if recorder.watch.have_other_grads():
                self._loop.rests(self._cleared_at)
                log.place = self._cleared_at
                recorder.spans.begin(Phase.ZERO_GRAD)
                recorder.watch.clears_only(())  # of others nothing is to be told
                recorder.watch.cleared()
                recorder.spans.end()
                log.place = None


def _writes(name: str) -> bool:
    return (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")
