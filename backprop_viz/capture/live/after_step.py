"""What a loop does to its weights behind a step: it belongs to the iteration of that step."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from backprop_viz.capture.code.loop_places import StackPlace, follows, stack_place
from backprop_viz.capture.code.user_lines import user_line
from backprop_viz.capture.late_recording import LateRecording
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.tensors.nested_tensors import nested_tensors
from backprop_viz.capture.tensors.writing import rule_of_writing
from backprop_viz.capture.watches.module_tree import tensors_in
from backprop_viz.capture.watches.moves_behind import MovesBehind


def follow_step(
    ended: LateRecording | None,
    recorder: Recorder | None,
    settled: Callable[[LateRecording], None],
) -> None:
    """A step runs now, with which an iteration has ``ended``; the next has this recorder.

    ``settled`` is called with what is recorded of it once nothing more becomes of that: at once
    where the next iteration is not recorded.
    """
    if recorder is not None:
        _AfterStep(ended, recorder, settled)
    elif ended is not None:
        settled(ended)


class _AfterStep:
    """Hears of what runs between a step and the next phase, in the recorder of the next iteration.

    Weights that are written to further down in the same pass of the loop as the step, as by an
    average that follows them or a bound for them, were moved in the iteration of the step. What
    comes before the next phase in another pass, such as noise, belongs to the next one.
    """

    def __init__(
        self,
        ended: LateRecording | None,
        recorder: Recorder,
        settled: Callable[[LateRecording], None],
    ) -> None:
        self._recorder, self._ended, self._settled = recorder, ended, settled
        self._step: StackPlace = stack_place()[0]
        self._moved, self._place = False, user_line()
        self._memory: set[int] | None = None  # of all parameters, by where it begins
        recorder.writes.told, recorder.spans.before_first = self._runs, self._ends

    def _runs(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        rule = rule_of_writing(function)
        if rule is None and "out" not in kwargs:
            return
        written = None if rule is None else rule(args, kwargs)
        if not self._has_any(nested_tensors((args, kwargs) if written is None else written)):
            return
        if follows(stack_place()[0], self._step):
            self._moved, self._place = True, user_line()
        else:
            self._ends()

    def _has_any(self, tensors: Iterable[Tensor]) -> bool:
        """Whether any is a parameter, or shares its memory as ``p.data`` does."""
        with torch._C.DisableTorchFunction():
            if self._memory is None:
                self._memory = set(map(_memory_of, tensors_in(self._recorder.model))) - {0}
            return not self._memory.isdisjoint(map(_memory_of, tensors))

    def _ends(self) -> None:
        recorder, ended = self._recorder, self._ended
        recorder.writes.told = recorder.spans.before_first = None
        led_by = recorder.writes.led_by
        operations = () if led_by is None else led_by()
        if self._moved:
            with torch._C.DisableTorchFunction():
                values = recorder.watch.begins_now()
            if ended is not None and values:
                ended.moved(MovesBehind(values, self._place, operations))
        if ended is not None:
            self._settled(ended)


def _memory_of(tensor: Tensor) -> int:
    """Where its memory begins; 0 if it has none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return 0
