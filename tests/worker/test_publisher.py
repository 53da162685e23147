"""Whatever goes wrong in publishing, the worker lives, and nothing of the run is lost."""

from collections.abc import Callable

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import Draw, ExplainDrawing, Iterate, Pause, Step, Train
from backprop_viz.stream.messages import Update
from backprop_viz.worker.loop import Worker

TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)


class FakeChannel:
    """A channel that cannot send an update while ``refuses`` says so."""

    def __init__(self) -> None:
        self.refuses: Callable[[Recording | None], bool] = lambda recording: False
        self.updates: list[Update] = []
        self.recordings: list[Recording | None] = []
        self.told: list[Notice] = []

    def publish(self, update: Update, recording: Recording | None = None) -> None:
        if self.refuses(recording):
            raise TypeError("cannot be sent")
        self.updates.append(update)
        self.recordings.append(recording)

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def has_command(self) -> bool:
        return False

    def wait_painted(self, longest_s: float) -> None:
        pass

    def update_wanted(self) -> bool:
        return True


def losses(channel: FakeChannel) -> list[float]:
    return [loss for update in channel.updates for loss, _ in update.points]


def plain_losses(count: int) -> list[float]:
    trainer = bv.Trainer.from_settings(TUTORIAL)
    return [trainer.iterate().loss for _ in range(count)]


def test_what_could_not_be_sent_once_goes_with_the_next_update() -> None:
    channel = FakeChannel()
    worker = Worker(channel, TUTORIAL)
    left = [1]
    channel.refuses = lambda recording: bool(recording) and bool(left) and bool(left.pop())
    for _ in range(3):
        worker.carry_out(Iterate())
        worker.publisher.publish()
    assert [notice.code for notice in channel.told] == ["failed", "withdrawn"]
    assert "cannot be sent" in channel.told[0].details
    assert losses(channel) == plain_losses(3)
    assert channel.recordings[-1] is not None
    assert channel.recordings[-1].iteration == 3


def test_a_window_that_is_never_told_of_anything_hears_what_was_carried_out() -> None:
    channel = FakeChannel()
    worker = Worker(channel, TUTORIAL)
    channel.refuses = lambda recording: recording is not None
    for number in range(1, 4):
        worker.carry_out(Iterate())
        worker.publisher.carried_out = number
        worker.publisher.publish()
    assert [notice.code for notice in channel.told] == ["failed"]  # once, not each time
    assert [u.command for u in channel.updates[1:]] == [1, 2, 3]
    assert channel.updates[-1].iteration == 3
    channel.refuses = lambda recording: False
    worker.publisher.publish()
    assert losses(channel) == plain_losses(3)
    assert channel.told[-1].code == "withdrawn"


def test_a_line_that_takes_nothing_at_all_leaves_the_run_as_it_should_be() -> None:
    channel = FakeChannel()
    worker = Worker(channel, TUTORIAL)
    channel.refuses = lambda recording: True
    for command in (Iterate(), Train(), Pause(), Step()):
        worker.carry_out(command)
        worker.publisher.publish()
    assert worker.state.trainer.iteration == 2
    channel.refuses = lambda recording: False
    worker.publisher.publish()
    assert losses(channel) == plain_losses(2)


@pytest.mark.parametrize("part", ["publisher.probabilities_of", "drawing_training.saliency_of"])
def test_a_drawing_that_fails_while_it_is_published_is_dropped(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = FakeChannel()
    worker = Worker(channel, TUTORIAL)

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(f"backprop_viz.worker.{part}", broken)
    worker.carry_out(ExplainDrawing(True))
    worker.carry_out(Draw(np.eye(32, dtype=np.float32)))
    worker.publisher.publish()
    assert [(n.code, n.subject) for n in channel.told] == [("failed", "Draw")]
    assert worker.drawing_training.drawing is None
    assert channel.updates[-1].prediction is None
