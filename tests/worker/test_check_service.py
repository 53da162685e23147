"""The worker checks the number asked for last, a slice at a time, and can leave it off."""

from typing import cast

import pytest

import backprop_viz as bv
from backprop_viz.analysis.finite_differences import LossRun
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.iteration import Recording
from backprop_viz.stream.messages import GradientChecked
from backprop_viz.worker import check_service
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.check_service import CheckService


class FakeChannel:
    """In place of the channel: keeps the answers."""

    def __init__(self) -> None:
        self.answers: list[GradientChecked] = []

    def answer(self, answer: GradientChecked) -> None:
        self.answers.append(answer)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return bv.Trainer(data="random", loss="mse", batch_size=1).record()


def bias(recording: Recording, index: int = 0) -> Number:
    event = recording.happened_to["fc3.bias"][1]
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    return Number(tensor, (index,), event)


def served(recording: Recording | None) -> tuple[CheckService, FakeChannel]:
    channel = FakeChannel()
    return CheckService(cast(WorkerChannel, channel), lambda *_: recording), channel


@pytest.mark.parametrize("progress_s", [check_service.CHECK_PROGRESS_S, 0.0])
def test_a_check_is_told_as_it_grows_and_ends_whole(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, progress_s: float
) -> None:
    monkeypatch.setattr(check_service, "CHECK_PROGRESS_S", progress_s)
    service, channel = served(recording)
    service.check(3, recording.serial, bias(recording), 1e-4, None)
    assert channel.answers == []
    slices = 0
    while service.busy:
        service.go_on(training=False)
        slices += 1
    assert slices > 10
    assert {answer.request for answer in channel.answers} == {3}
    shares = [answer.share for answer in channel.answers]
    assert shares == sorted(shares)
    assert [share < 1 for share in shares] == [True] * (len(shares) - 1) + [False]
    check = channel.answers[-1].check
    assert check is not None
    grad = recording.at(len(recording.events)).grad("fc3.bias")
    assert check.gradient == float(grad[0])
    assert (check.verdict, check.steps[check.asked_at]) == ("correct", 1e-4)
    sizes = [len(a.check.steps) for a in channel.answers if a.check is not None]
    assert sizes == sorted(sizes)


def test_one_that_is_cancelled_answers_with_what_there_is(recording: Recording) -> None:
    service, channel = served(recording)
    service.check(1, recording.serial, bias(recording), 1e-4, None)
    for _ in range(4):
        service.go_on(training=False)
    service.cancel()
    assert not service.busy
    answer = channel.answers[-1]
    assert (answer.reason, answer.share) == (Fact("cancelled"), 1.0)
    assert answer.check is not None
    service.cancel()  # of nothing: nothing is answered
    assert channel.answers[-1] is answer


def test_another_number_takes_the_place_of_the_one_before(recording: Recording) -> None:
    service, channel = served(recording)
    service.check(1, recording.serial, bias(recording), 1e-4, None)
    service.go_on(training=False)
    channel.answers.clear()
    service.check(2, recording.serial, bias(recording, 4), 1e-4, None)
    while service.busy:
        service.go_on(training=False)
    assert {answer.request for answer in channel.answers} == {2}
    check = channel.answers[-1].check
    assert check is not None
    assert check.number.index == (4,)


def test_a_recording_that_is_not_held_is_said_so() -> None:
    service, channel = served(None)
    service.check(5, 1, Number(0, (0,)), 1e-4, None)
    assert [(a.request, a.check, a.reason) for a in channel.answers] == [
        (5, None, Fact("not_held"))
    ]
    assert not service.busy


def test_what_cannot_be_checked_has_its_reason(recording: Recording) -> None:
    service, channel = served(recording)
    assert recording.labels_id is not None
    service.check(1, recording.serial, Number(recording.labels_id, (0,)), 1e-4, None)
    while service.busy:
        service.go_on(training=False)
    assert [answer.check for answer in channel.answers] == [None]
    assert channel.answers[0].reason == Fact("whole_number", ("int64",))


def test_the_loss_itself_is_no_fault(recording: Recording) -> None:
    service, channel = served(recording)
    event = next(i for i, e in enumerate(recording.events) if e.op == "mse_loss")
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    service.check(1, recording.serial, Number(tensor, (), event), 1e-6, None)
    while service.busy:
        service.go_on(training=False)
    assert channel.answers[-1].reason == Fact("is_the_loss")


def test_beside_training_it_waits_its_turn(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("backprop_viz.worker.check_service.time.perf_counter", lambda: now[0])
    run = LossAlong.run

    def slowly(along: LossAlong, value: float) -> LossRun:
        now[0] += 1.0
        return run(along, value)

    service, channel = served(recording)
    service.check(1, recording.serial, bias(recording), 1e-4, None)
    while not channel.answers:
        service.go_on(training=False)
    now[0] += 100.0
    monkeypatch.setattr(LossAlong, "run", slowly)
    service.go_on(training=True)
    monkeypatch.setattr(LossAlong, "run", run)
    told = len(channel.answers)
    service.go_on(training=True)  # it has worked for a second, and waits four
    assert len(channel.answers) == told
    now[0] += 3.9
    service.go_on(training=True)
    assert len(channel.answers) == told
    now[0] += 0.2
    service.go_on(training=True)
    assert len(channel.answers) > told


def test_a_slice_is_short(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """What else is asked for waits for one run of the loss; at the very first for three."""
    runs = [0]
    run = LossAlong.run

    def counted(self: LossAlong, value: float) -> LossRun:
        runs[0] += 1
        return run(self, value)

    monkeypatch.setattr(LossAlong, "run", counted)
    service, _ = served(recording)
    service.check(1, recording.serial, bias(recording), 1e-4, None)
    counts = []
    while service.busy:
        before = runs[0]
        service.go_on(training=False)
        counts.append(runs[0] - before)
    assert counts[:2] == [0, 3]
    assert max(counts[2:]) == 1
