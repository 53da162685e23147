"""A learning rate schedule that steps before the optimizer: its first rate is never used."""

from collections.abc import Iterator

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``schedule_ahead``: the rate that the first step took in place of the first one."""
    step = recording.span(Phase.UPDATE)
    ahead = next((group for group in recording.groups if group.schedule_ahead), None)
    rate = None if ahead is None else ahead.options.get("lr")
    if step is not None and ahead is not None and isinstance(rate, float | int):
        values = ahead.rule, rate
        yield Finding("schedule_ahead", "warning", values, event=max(step.stop - 1, 0))
