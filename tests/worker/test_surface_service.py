"""The worker computes the surface asked for last, a slice at a time, beside a run."""

from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.requests.loss_surface import SurfaceRequest
from backprop_viz.recording.run.history import Curves
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.messages import SurfaceComputed
from backprop_viz.training.surface.loss_surface import LossSurface
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.curve_log import CurveLog
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.lesson_runs import LessonRuns
from backprop_viz.worker.publisher import Publisher
from backprop_viz.worker.run_state import RunState
from backprop_viz.worker.surface_service import SurfaceService

SETTINGS = Settings(batch_size=16)
SMALL = SurfaceRequest(resolution=3, samples=64)


class FakeChannel:
    """In place of the channel: keeps the answers."""

    def __init__(self) -> None:
        self.answers: list[SurfaceComputed] = []

    def answer(self, answer: SurfaceComputed) -> None:
        self.answers.append(answer)


class FakePublisher:
    """In place of the publisher: nobody is told."""

    def publish(self) -> None: ...
    def show_history(self, curves: Curves) -> None: ...


def served() -> tuple[SurfaceService, RunState, FakeChannel]:
    channel, state = FakeChannel(), RunState()
    service = SurfaceService(state, cast(WorkerChannel, channel))
    state.begin(SETTINGS)
    return service, state, channel


def iterate(state: RunState) -> float:
    loss = state.trainer.iterate().loss
    state.note_iteration()
    return loss


def finish(service: SurfaceService) -> None:
    while service.busy:
        service.go_on(training=False)


def test_a_run_between_slices_is_the_run_alone_and_the_surface_is_of_its_start() -> None:
    service, state, channel = served()
    iterate(state)
    service.compute(1, SMALL)
    losses = []
    while service.busy:
        service.go_on(training=False)
        losses.append(iterate(state))
    alone = bv.Trainer(batch_size=16)
    assert losses == [alone.iterate().loss for _ in range(len(losses) + 1)][1:]
    answer = channel.answers[-1]
    assert answer.plane is not None
    assert answer.plane.iteration == 1
    assert (answer.share, answer.reason) == (1.0, None)
    assert answer.known.all()
    # The same as that of a run that stood still.
    still, other_state, other = served()
    iterate(other_state)
    still.compute(1, SMALL)
    finish(still)
    assert np.array_equal(other.answers[-1].losses, answer.losses)


def test_another_one_takes_its_place_and_cancelled_ones_end() -> None:
    service, _, channel = served()
    service.compute(1, SMALL)
    service.go_on(training=False)
    service.compute(2, SMALL)
    finish(service)
    assert {answer.request for answer in channel.answers} == {2}
    service.compute(3, SMALL)
    service.cancel()
    assert not service.busy
    reason = channel.answers[-1].reason
    assert reason is not None
    assert reason.code == "cancelled"
    count = len(channel.answers)
    service.cancel()  # of nothing: nothing is answered
    assert len(channel.answers) == count


def test_beside_training_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits four times as long as it worked: a second."""
    now, worked, slices = [100.0], [], LossSurface.slices

    def slow(surface: LossSurface) -> Iterator[None]:
        for _ in slices(surface):
            now[0] += 1.0
            worked.append(now[0])
            yield

    monkeypatch.setattr("backprop_viz.worker.surface_service.time.perf_counter", lambda: now[0])
    monkeypatch.setattr(LossSurface, "slices", slow)
    service, _, _ = served()
    service.compute(1, SurfaceRequest(resolution=25, samples=2000))
    service.go_on(training=True)
    now[0] += 3.9
    service.go_on(training=True)  # not its turn: nothing is done
    assert len(worked) == 1
    service.go_on(training=False)
    assert len(worked) == 2
    now[0] += 4.1
    service.go_on(training=True)
    assert len(worked) == 3


def test_another_run_ends_it_and_the_path_begins_anew() -> None:
    service, state, channel = served()
    for _ in range(3):
        iterate(state)
    service.compute(1, SMALL)
    state.reset()
    assert not service.busy
    reason = channel.answers[-1].reason
    assert reason is not None
    assert reason.code == "run_is_over"
    service.compute(2, SurfaceRequest("path", resolution=3, samples=64))
    reason = channel.answers[-1].reason
    assert reason is not None
    assert reason.code == "refused"
    assert channel.answers[-1].plane is None


def test_the_path_of_a_run_that_waits_for_a_lesson_comes_back_with_it() -> None:
    service, state, channel = served()
    told = cast(Publisher, FakePublisher())
    drawn, curves = DrawingTraining(state), CurveLog()
    lessons = LessonRuns(state, cast(WorkerChannel, channel), drawn, told, curves, service)
    for _ in range(3):
        iterate(state)
    now = np.concatenate([p.detach().numpy().ravel() for p in state.trainer.model.parameters()])
    iterations, weights = service.path.points(3, now)
    assert iterations.tolist() == [0, 1, 2, 3]
    for lesson in (Settings(batch_size=4), Settings(batch_size=8)):
        lessons.put_aside(lesson)
        iterate(state)
    lessons.take_back()
    after, weights_after = service.path.points(3, now)
    assert after.tolist() == [0, 1, 2, 3]
    assert weights_after.tobytes() == weights.tobytes()
    iterate(state)
    service.compute(1, SurfaceRequest("path", resolution=3, samples=64))
    finish(service)
    plane = channel.answers[-1].plane
    assert plane is not None
    assert plane.path_iterations.tolist() == [0, 1, 2, 3, 4]


def test_the_path_goes_back_with_the_run() -> None:
    service, state, channel = served()
    for _ in range(5):
        iterate(state)
    state.continue_from(2)
    iterate(state)
    service.compute(1, SurfaceRequest("path", resolution=3, samples=64))
    finish(service)
    plane = channel.answers[-1].plane
    assert plane is not None
    assert plane.path_iterations.tolist() == [0, 1, 2, 3]
