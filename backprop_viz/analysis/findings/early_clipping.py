"""Clipping before backward or after the step: of gradients that no step uses."""

from collections.abc import Iterator

from backprop_viz.analysis.phase_runs import CLIPS
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``clipped_before_backward``, of an iteration; ``clipped_after_step``.

    Nothing is said where it is clipped in time as well.
    """
    forward, backward = recording.span(Phase.FORWARD), list(recording.ran_at.values())
    clips = [i for i, event in enumerate(recording.events) if event.op in CLIPS]
    if not clips or forward is None or not backward:
        return
    first = clips[0]
    stepped = [i for i, event in enumerate(recording.events) if event.phase is Phase.UPDATE]
    # Where an iteration ends with its step, what follows that is at the start of the next one.
    early = first < forward.start and clips[-1] < min(backward)
    if stepped and (max(stepped) < first or (early and _is_thrown_away(recording, first))):
        event = recording.events[first]
        yield Finding("clipped_after_step", "warning", (event.op,), event.parameter, first)
        return
    if forward.stop <= first and clips[-1] < min(backward):
        event = recording.events[first]
        yield Finding("clipped_before_backward", "warning", (event.op,), event.parameter, first)


def _is_thrown_away(recording: Recording, clip: int) -> bool:
    """Whether a clipping is followed by zero_grad, which throws away what was clipped."""
    cleared = (i for i, e in enumerate(recording.events) if e.phase is Phase.ZERO_GRAD and i > clip)
    return next(cleared, None) is not None
