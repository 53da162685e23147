"""Parameters that require no gradient and are moved by their optimizer all the same."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase


def find(recording: Recording) -> Iterator[Finding]:
    """``frozen_moved``: an old gradient, momentum or weight decay moves a frozen parameter.

    Silent for one that a backward has reached before: it was frozen for a while only, as a GAN's
    discriminator is while the generator trains.
    """
    rules = {group.rule for group in recording.groups}
    frozen = {p.name for p in recording.parameters if not p.requires_grad}
    moved: dict[str, int] = {}
    for i, event in enumerate(recording.events):
        if event.op == "AccumulateGrad":
            frozen.discard(event.parameter or "")
        if event.phase is not Phase.UPDATE or event.op not in rules:
            continue
        if event.parameter not in frozen:
            continue
        before, after = event.inputs[0], event.outputs[0]
        if before is not None and after is not None and not np.array_equal(before, after):
            moved.setdefault(event.parameter or "", i)
    if moved:
        name, event_index = next(iter(moved.items()))
        values = (name, recording.events[event_index].op, len(moved))
        yield Finding("frozen_moved", "warning", values, name, event_index)
