"""Scripts as their users write them print the same, byte for byte, with a window and without."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, Step, Train
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from tests.capture.live.recorded_steps import optimizer_steps, told_of_step
from tests.capture.live.script_runs import SCRIPTS, Ended, Scripts
from tests.nightly import by_day_every

# By day some of the others are held at their events, in the test of that.
NAMES = by_day_every(2, ("cnn", "gpt", "gan", "lstm", "lbfgs", "vae"))


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: tmp_path_factory.mktemp(name) for name in NAMES}


@pytest.fixture(scope="module")
def plain(scripts: Scripts, dumped: dict[str, Path]) -> dict[str, Ended]:
    """Each script as python runs it, with hooks of the test's that write down what they see."""
    return {name: scripts.plain(SCRIPTS / f"{name}.py", dumped=dumped[name]) for name in NAMES}


@pytest.mark.parametrize("name", by_day_every(3, NAMES[::-1]))
def test_a_script_that_is_stepped_and_then_left_alone(
    scripts: Scripts, plain: dict[str, Ended], name: str
) -> None:
    with scripts.followed(str(SCRIPTS / f"{name}.py")) as window:
        first = window.next()
        assert isinstance(first, RunAttached)
        assert (first.origin.kind, first.origin.path) == ("script", str(SCRIPTS / f"{name}.py"))
        held = window.held()
        assert (held.iteration, held.line is not None) == (0, True)
        while not any(e.phase is Phase.BACKWARD for e in _events(window.recordings)):
            held = window.carried_out(Step())
        assert held.iteration == 0
        window.carried_out(Iterate())
        window.command(Train())
        window.close()
        ended = window.ended()
    assert ended == plain[name]


def _events(recordings: dict[int, Recording]) -> list[Event]:
    return [event for recording in recordings.values() for event in recording.events]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_whose_every_iteration_is_recorded(
    scripts: Scripts, plain: dict[str, Ended], dumped: dict[str, Path], name: str
) -> None:
    script = str(SCRIPTS / f"{name}.py")
    with scripts.followed("--go", "--every", "1", script) as window:
        window.rest()
        ended = window.ended()
    assert ended == plain[name]
    assert isinstance(window.messages[-1], RunEnded)
    assert window.messages[-1].status == 0
    updates = [told for told in window.messages if isinstance(told, Update)]
    points = [point for update in updates for point in update.points]
    assert sorted(window.recordings) == list(range(1, len(points) + 1))
    steps = count(1)
    for iteration in sorted(window.recordings):
        recording = window.recordings[iteration]
        for updates in optimizer_steps(recording):
            _checked(recording, updates, dumped[name] / str(next(steps)))
    assert len(list(dumped[name].iterdir())) == next(steps) - 1


def _checked(recording: Recording, updates: dict[str, Event], dumped: Path) -> None:
    """The gradients that a step found, and the weights that it left, are those of the plain run."""
    told = told_of_step(recording, updates)
    with dumped.open("rb") as file:
        for array in told:
            plain = np.load(file)
            assert array is not None
            assert (array.dtype, array.shape) == (plain.dtype, plain.shape)
            assert array.tobytes() == plain.tobytes()
        assert not file.read()
