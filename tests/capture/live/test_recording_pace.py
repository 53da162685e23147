"""Which iterations of a loop that runs freely are recorded, by what recording has cost."""

from itertools import pairwise

import pytest

from backprop_viz.capture.live.recording_pace import RecordingPace
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import Phase


class Loop:
    """A loop on a clock of its own: what each iteration takes is told, nothing waits."""

    def __init__(self, *, every: int | None = None, together: bool = False) -> None:
        self.now, self.iteration = 0.0, 0
        self.recorded: list[int] = []
        self.pace = RecordingPace(every, together=together, clock=lambda: self.now)

    def iterate(self, plain: float, recording: float, beside: float = 0.0) -> None:
        """An iteration that takes so long, and so much more if it is recorded, in its phases.

        ``beside`` them it stands for so long.
        """
        self.iteration += 1
        self.pace.begins()
        wanted = self.pace.wants(self.iteration, keeps_up=True)
        self.now += beside + plain + wanted * recording
        self.pace.ended()
        if not wanted:
            self.pace.made(None)
            return
        self.recorded.append(self.iteration)
        spans = (PhaseSpan(Phase.FORWARD, 0, 0, plain + recording),)
        self.pace.made(Recording(1, (), spans=spans))


def test_a_loop_whose_recording_costs_little_is_recorded_twice_a_second() -> None:
    loop = Loop()
    for _ in range(200):
        loop.iterate(0.2, 0.002)
    assert loop.recorded[:4] == [1, 5, 9, 13]  # the first that begins after half a second


@pytest.mark.parametrize(("plain", "recording"), [(1.0, 1.0), (0.01, 0.05), (10.0, 5.0)])
def test_recording_takes_a_twentieth_of_the_time(plain: float, recording: float) -> None:
    loop = Loop()
    for _ in range(2000):
        loop.iterate(plain, recording)
    assert 0.03 < recording * len(loop.recorded) / loop.now < 0.055


def test_what_the_first_recording_takes_says_nothing_of_the_next() -> None:
    loop = Loop()
    loop.iterate(0.2, 30.0)
    for _ in range(10):
        loop.iterate(0.2, 0.002)
    assert loop.recorded[:3] == [1, 5, 9]


def test_an_evaluation_between_iterations_costs_nothing() -> None:
    loop = Loop()
    for number in range(1, 100):
        loop.iterate(0.2, 0.002, beside=60.0 if number == 9 else 0.0)
    # At most its phases are the cost: a rest of 4 seconds, not of 1200.
    assert loop.recorded[2:4] == [9, 31]


def test_an_evaluation_in_an_iteration_that_is_not_recorded_hides_no_cost() -> None:
    loop = Loop()
    for number in range(1, 2000):
        loop.iterate(0.2, 0.2, beside=60.0 if number % 7 == 3 else 0.0)
    assert 0.2 * len(loop.recorded) < 0.05 * loop.now


def test_time_for_which_the_loop_was_held_is_no_cost() -> None:
    loop = Loop()
    for _ in range(31):
        loop.iterate(0.1, 0.001)
    loop.now += 10.0
    loop.pace.begins()
    assert loop.pace.wants(32, keeps_up=True)
    loop.now += 300.1
    loop.pace.stood(300.0)
    loop.pace.ended()
    assert loop.pace.rate == pytest.approx(10)
    loop.pace.made(Recording(1, (), spans=(PhaseSpan(Phase.FORWARD, 0, 0, 0.1),)))
    before = len(loop.recorded)
    for _ in range(7):
        loop.iterate(0.1, 0.001)
    assert len(loop.recorded) == before + 1


def test_so_many_iterations_are_recorded_whatever_it_costs() -> None:
    loop = Loop(every=3)
    for _ in range(10):
        loop.iterate(0.1, 5.0)
    assert loop.recorded == [3, 6, 9]


def test_ranks_record_by_powers_of_two() -> None:
    loop = Loop(together=True)
    for _ in range(2000):
        loop.iterate(0.01, 0.01)
    steps = {after - before for before, after in pairwise(loop.recorded[5:])}
    assert len(steps) == 1
    step = steps.pop()
    assert step & (step - 1) == 0
    assert all(number % step == 0 for number in loop.recorded[5:])
