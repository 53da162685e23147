"""What torch has no hook for in an iteration that is recorded: clearings, moves within a step."""

from collections.abc import Iterator
from contextlib import contextmanager

from backprop_viz.capture.loop_watch import LoopWatch
from backprop_viz.capture.recorder import Recorder
from backprop_viz.capture.watches.clearing_watch import clearings_alone, module_clearings_seen
from backprop_viz.capture.watches.lbfgs_watch import lbfgs_moves_seen
from backprop_viz.capture.watches.muon_watch import muon_matrices_seen


@contextmanager
def clearings_and_moves_seen(loop: LoopWatch, recorder: Recorder) -> Iterator[None]:
    """The loop's watch is told of each ``zero_grad`` in here, and the recorder of moves."""
    told = recorder.own.are_moved_by, loop.clearing_begins, loop.clearing_ends
    with (
        module_clearings_seen(loop.clearing_module),
        lbfgs_moves_seen(recorder.watch.moved),
        muon_matrices_seen(recorder.watch.matrix_made),
        clearings_alone(loop, *told),
    ):
        yield
