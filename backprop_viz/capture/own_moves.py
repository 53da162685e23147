"""What a loop's own lines do to weights and gradients, beside a step whose rule is known."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from backprop_viz.capture.code.calling_frames import clipping_function
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.clipping import UNSCALES
from backprop_viz.capture.watches.step_operations import RanOperation, StepOperations
from backprop_viz.recording.trace.phases import Phase

_AFTER_BACKWARD = (Phase.BACKWARD, Phase.UPDATE)
# So much is copied at most: what runs here may also be of the next batch.
_MOST_BYTES = 2**27


class OwnMoves:
    """Notes the operations by which a loop clamps weights, or changes gradients, by itself.

    It hears what runs after a backward, or the step before, and belongs to no phase. What torch's
    own functions clip or unscale is told by their factor.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._operations: StepOperations | None = None
        self._over = False
        self.paused = False  # while an optimizer steps
        recorder.spans.has_begun, recorder.writes.led_by = self._note, self._taken

    def begins(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[Any], None] | None:
        """A function is about to run; what to call with its result, if it may lead to a move."""
        if not self._hears(getattr(func, "__name__", "")):
            return None
        if self._operations is None:
            log = self._recorder.log
            self._operations = StepOperations(log, self._tensors, most_bytes=_MOST_BYTES)
        return self._operations.begins(func, args, kwargs)

    @contextmanager
    def placed(self) -> Iterator[None]:
        """What has changed is noted in here, at the last line that has led to it."""
        log, operations = self._recorder.log, self._operations
        led = [] if operations is None else operations.kept(changed=True)
        log.place = led[-1].place if led else None
        try:
            yield
        finally:
            log.place = None

    def _note(self, phase: Phase) -> None:
        """What has changed is about to be noted in this phase: note what has led to that."""
        operations, self._operations = self._operations, None
        if operations is not None:
            noted = Phase.BACKWARD if phase is Phase.BACKWARD else Phase.UPDATE
            operations.note(phase=noted, changed=True)

    def _taken(self) -> list[RanOperation]:
        """What has led to the moves until now, which belong to the iteration before."""
        operations, self._operations = self._operations, None
        return [] if operations is None else operations.kept(changed=True)

    def close(self) -> None:
        """Note nothing any more."""
        self._over, self._operations = True, None
        recorder = self._recorder
        recorder.spans.has_begun = recorder.writes.led_by = None  # they would keep each other alive

    def _hears(self, name: str) -> bool:
        spans = self._recorder.spans
        after = spans.phase in _AFTER_BACKWARD or spans.before_first is not None
        return (
            after
            and not (self._over or self.paused)
            and name != UNSCALES
            and clipping_function() is None
        )

    def _tensors(self) -> list[Tensor]:
        kept, _ = self._recorder.watch.grads()
        return [one for one in self._recorder.model.parameters() if id(one) in kept]
