"""An explanation that is asked for while a check runs is answered before the check goes on."""

from collections import deque
from collections.abc import Iterator
from typing import cast

import pytest
import torch

from backprop_viz.analysis.finite_differences import LossRun
from backprop_viz.capture.checks.loss_along import LossAlong
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import CheckGradient, Command, ExplainNumber, Iterate
from backprop_viz.stream.messages import (
    Answer,
    ChainFollowed,
    EffectsFound,
    GradientChecked,
    NumberExplained,
    Update,
)
from backprop_viz.stream.wire import NumberedCommand
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.loop import Worker

SETTINGS = Settings(data="random", loss="mse", lr=0.01, batch_size=2)
CHECK, QUESTION = 11, 12


class NothingMoreToDo(BaseException):
    """The worker waits for a command, and none will come."""


class FakeChannel:
    """In place of the connection to the window: gives commands, and notes what is answered."""

    def __init__(self) -> None:
        self.commands: deque[Command] = deque()
        self.number = 0
        self.noted: list[object] = []

    def has_command(self) -> bool:
        return bool(self.commands)

    def next_command(self) -> NumberedCommand:
        if not self.commands:
            raise NothingMoreToDo
        self.number += 1
        return NumberedCommand(self.number, self.commands.popleft())

    def update_wanted(self) -> bool:
        return True

    def publish(self, update: Update, recording: Recording | None = None) -> None:
        pass

    def wait_painted(self, longest_s: float) -> None:
        pass

    def tell(self, notice: object) -> None:
        raise AssertionError(f"The worker tells of {notice}.")

    def answer(self, answer: Answer, recording: Recording | None = None) -> None:
        self.noted.append(answer)


def done_by(worker: Worker) -> None:
    """Let the worker's loop run until it waits for a command."""
    with pytest.raises(NothingMoreToDo):
        worker.run()


def bias(recording: Recording) -> Number:
    event = recording.happened_to["fc3.bias"][1]
    tensor = recording.events[event].output_ids[0]
    assert tensor is not None
    return Number(tensor, (0,), event)


@pytest.fixture
def channel() -> Iterator[FakeChannel]:
    threads = torch.get_num_threads()
    yield FakeChannel()
    torch.set_num_threads(threads)


@pytest.mark.parametrize("at", [1, 2, 4, 9, 30])
def test_the_explanation_comes_first(
    channel: FakeChannel, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    worker = Worker(cast(WorkerChannel, channel), SETTINGS)
    channel.commands.append(Iterate())
    done_by(worker)
    recording = worker.state.recording
    number, runs = bias(recording), [0]
    run = LossAlong.run

    def asked_meanwhile(self: LossAlong, value: float) -> LossRun:
        runs[0] += 1
        channel.noted.append(runs[0])
        if runs[0] == at:
            channel.commands.append(ExplainNumber(QUESTION, recording.serial, number))
        return run(self, value)

    monkeypatch.setattr(LossAlong, "run", asked_meanwhile)
    channel.noted.clear()
    channel.commands.append(CheckGradient(CHECK, recording.serial, number, 1e-4, None))
    done_by(worker)

    explained = next(i for i, a in enumerate(channel.noted) if isinstance(a, NumberExplained))
    assert [type(a) for a in channel.noted[explained : explained + 3]] == [
        NumberExplained,
        ChainFollowed,
        EffectsFound,
    ]
    before = [each for each in channel.noted[:explained] if isinstance(each, int)]
    # The slice that runs ends first: that is this run of the loss, at the very start three.
    assert before[-1] == max(3, at)
    whole = channel.noted[-1]
    assert isinstance(whole, GradientChecked)
    assert (whole.request, whole.reason, whole.share) == (CHECK, None, 1.0)
    assert whole.check is not None
    assert whole.check.verdict == "correct"
    assert runs[0] > max(3, at)  # the check went on afterwards
