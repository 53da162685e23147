"""A view where a transpose is meant: the numbers of one axis end up along another."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding


def find(recording: Recording) -> Iterator[Finding]:
    """``view_swaps_axes``: only the order of two neighbouring axes' sizes has changed."""
    for i, event in forward_events(recording):
        # What a loop makes of its data before is not looked at.
        if event.op not in ("view", "reshape") or not (event.tracked or event.module is not None):
            continue
        read, made = event.inputs[0], event.outputs[0]
        if read is None or made is None or not _swapped(read.shape, made.shape):
            continue
        values = (event.op, "×".join(map(str, read.shape)), "×".join(map(str, made.shape)))
        yield Finding("view_swaps_axes", "warning", values, event=i)


def _swapped(read: tuple[int, ...], made: tuple[int, ...]) -> bool:
    differ = [k for k, (a, b) in enumerate(zip(read, made, strict=False)) if a != b]
    if len(read) != len(made) or len(read) < 2 or len(differ) != 2:
        return False
    k, m = differ
    return m == k + 1 and read[k] == made[m] and 1 not in (read[k], read[m])
