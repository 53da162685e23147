"""Where NaN or Inf arose though the loss is finite: on the way back, or in the optimizer."""

import math
from collections.abc import Iterator

from backprop_viz.analysis.provenance import (
    arrived,
    forward_events,
    gradient_made,
    is_finite,
    made_by,
    strange,
)
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``not_finite_gradient``, ``not_finite_hidden`` (in forward), ``not_finite_update``.

    Where a GradScaler scales, gradients overflow now and then, and that step is left out.
    """
    if recording.loss is not None and not math.isfinite(recording.loss):
        return
    made = (gradient_made(recording, name) for name in recording.happened_to)
    broken_off = _broken_off(recording)
    if recording.loss_scale is None and (broken_off or not is_finite(tuple(made))):
        yield from _first_gradient(recording)
        return
    for i, event in enumerate(recording.events):
        name = event.parameter if event.phase is Phase.UPDATE else None
        if name is not None and is_finite(event.inputs) and not is_finite(event.outputs):
            values = (strange(event.outputs), name)
            yield Finding("not_finite_update", "error", values, name, i)
            return


def _broken_off(recording: Recording) -> bool:
    """Whether a backward ended with what is not finite, as where anomaly mode raises."""
    ends = (s for s in recording.spans if s.phase is Phase.BACKWARD and s.start < s.stop)
    last = [recording.events[span.stop - 1] for span in ends]
    return any(
        event.node is not None and event.op != "AccumulateGrad" and not is_finite(event.outputs)
        for event in last
    )


def _first_gradient(recording: Recording) -> Iterator[Finding]:
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.BACKWARD or event.node is None:
            continue
        if not is_finite(event.outputs) and is_finite(arrived(event)):
            made = made_by(recording, event.node)
            if made is not None and not is_finite(recording.events[made].outputs):
                yield from _hidden(recording, strange(recording.events[made].outputs))
                return
            values = (strange(event.outputs), event.op)
            yield Finding("not_finite_gradient", "error", values, event=i)
            return


def _hidden(recording: Recording, kind: str) -> Iterator[Finding]:
    """Where the ``NaN`` or ``Inf`` arose in forward that does not show in the loss.

    The Inf of a mask is no NaN yet.
    """
    for i, event in forward_events(recording):
        before, after = (
            not is_finite(arrays) and kind in ("Inf", strange(arrays))
            for arrays in (event.inputs, event.outputs)
        )
        if after and not before:
            yield Finding("not_finite_hidden", "error", (strange(event.outputs), event.op), event=i)
            return
    for parameter in recording.parameters:
        if not is_finite((parameter.value,)):
            values = (parameter.name, strange((parameter.value,)))
            yield Finding("parameter_not_finite", "error", values, parameter.name, 0)
            return
