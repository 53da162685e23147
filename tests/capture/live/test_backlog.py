"""What is held for a window that is slow, or away: bounded, in order, and counted."""

from dataclasses import replace

import numpy as np

from backprop_viz.capture.live.backlog import Backlog
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.tensors import TensorTable
from backprop_viz.stream.messages import LeftOut

NUMBERS = 100


def recording(iteration: int) -> Recording:
    """One that holds 100 float64 numbers: 800 bytes."""
    table = TensorTable()
    input_id = table.add(np.arange(NUMBERS, dtype=np.float64) + iteration)
    return replace(Recording(iteration, ()), tensors=table, input_id=input_id)


def sent(backlog: Backlog) -> list[int]:
    found = []
    while (one := backlog.next()) is not None:
        found.append(one.iteration)
    return found


def test_each_is_given_once_in_order() -> None:
    backlog = Backlog(keeps_sent=False)
    for iteration in (2, 4):
        backlog.add(recording(iteration))
    assert sent(backlog) == [2, 4]
    backlog.add(recording(6))
    assert sent(backlog) == [6]
    assert backlog.left_out() is None


def test_the_oldest_are_dropped_and_told_once() -> None:
    backlog = Backlog(keeps_sent=False, most_bytes=3 * 8 * NUMBERS)
    for iteration in range(1, 8):
        backlog.add(recording(iteration))
    assert backlog.left_out() == LeftOut(1, 4, 4)
    assert backlog.left_out() is None
    assert sent(backlog) == [5, 6, 7]


def test_what_a_lost_line_has_swallowed_is_sent_again() -> None:
    backlog = Backlog(keeps_sent=True, most_bytes=4 * 8 * NUMBERS)
    for iteration in range(1, 4):
        backlog.add(recording(iteration))
    assert sent(backlog) == [1, 2, 3]
    for iteration in range(4, 8):
        backlog.add(recording(iteration))
    # The window has 2: of those since, 3 is held no longer.
    assert backlog.resume_after(2) == 4
    assert backlog.left_out() == LeftOut(3, 3, 1)
    assert sent(backlog) == [4, 5, 6, 7]


def test_a_window_that_has_nothing_yet_misses_nothing() -> None:
    backlog = Backlog(keeps_sent=True, most_bytes=2 * 8 * NUMBERS)
    for iteration in range(1, 6):
        backlog.add(recording(iteration))
    assert backlog.resume_after(0) == 2
    assert backlog.left_out() is None
    assert sent(backlog) == [4, 5]
