"""Where gradients are looked at in a loop whose iterations end by clearing them."""

from backprop_viz.recording.iteration import Cursor
from backprop_viz.recording.trace.phases import Phase

_PASSES = (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD)


def before_last_clearing(cursor: Cursor) -> Cursor:
    """The cursor, or where it was before the zero_grad that the iteration ends with.

    Many loops have it there: ``loss.backward(); optimizer.step(); optimizer.zero_grad()``. At the
    end of their iterations no gradient would be seen.
    """
    recording = cursor.recording
    passes = [span.stop for span in recording.spans if span.phase in _PASSES]
    if not passes or Phase.BACKWARD not in {span.phase for span in recording.spans}:
        return cursor
    ends = max(passes)
    cleared = (s.start for s in recording.spans if s.phase is Phase.ZERO_GRAD and s.start >= ends)
    start = next(cleared, None)
    return cursor if start is None or cursor.position <= start else recording.at(start)
