"""Has what a loop calls heard by what finds its phases, for a recorder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from torch import nn
from torch.overrides import _push_mode

from backprop_viz.capture.clearings_and_moves import clearings_and_moves_seen
from backprop_viz.capture.code.forward_code import eager
from backprop_viz.capture.code.no_collector import without_collector
from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.warned_lines import warned_where_it_was_called
from backprop_viz.recording.trace.phases import Phase


def opened_loop(
    recorder: Recorder,
    models: Sequence[nn.Module],
    ended: Callable[[Phase], None],
    source: str | None,
    until: ExitStack,
) -> LoopWatch:
    """Find the phases of a loop that calls these models, ``until`` that is closed.

    ``ended`` and ``source`` are as ``LoopWatch`` has them.
    """
    loop = LoopWatch(recorder, models, ended, source)
    contexts = without_collector(), eager(), recorder.following_modules(loop.part_begins)
    seen = warned_where_it_was_called(), clearings_and_moves_seen(loop, recorder)
    for context in (*contexts, *seen, loop.transforms_told(), loop.models_hooked()):
        until.enter_context(context)
    _push_mode(loop)  # type: ignore[no-untyped-call]
    until.push(loop.__exit__)
    return loop
