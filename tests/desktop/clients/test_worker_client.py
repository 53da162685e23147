"""The worker's end of the connection, in a process of its own; this one plays the window."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from backprop_viz.desktop.clients import worker_client
from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.desktop.clients.worker_process import WorkerProcess
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step
from backprop_viz.stream.flow_control import UPDATES_AHEAD
from backprop_viz.stream.messages import Begin, Painted, Update, UpdateWanted
from backprop_viz.stream.wire import MessageReader, MessageWriter, NumberedCommand, send
from backprop_viz.worker.loop import Worker

WORKER = """
import os, sys, time
import numpy as np
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.stream.messages import Update
from backprop_viz.stream.wire import MessageReader

channel = WorkerChannel(MessageReader(sys.stdin.buffer), os.fdopen(os.dup(1), "wb"))

def publish(iteration, recording=None):
    update = Update(0, 0, iteration, Phase.FORWARD, training=True, settings=Settings())
    channel.publish(update, recording)

def until_wanted():
    while not channel.update_wanted():
        time.sleep(0.001)

{work}
print("done", file=sys.stderr, flush=True)
channel.next_command()
"""


class WindowEnd:
    """The window's end of the connection to a worker."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self.process = process
        self._reader, self._writer = MessageReader(process.stdout), MessageWriter()

    def say(self, message: object) -> None:
        assert self.process.stdin is not None
        send(self.process.stdin, self._writer.pieces(message))

    def heard(self, count: int) -> list[object]:
        """What the worker says: an update as its iteration, a notice as its values."""
        messages = [self._reader.read()[0] for _ in range(count)]
        return [m.iteration if isinstance(m, Update) else m.values for m in messages]


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Iterator[WindowEnd]:
    pipe = subprocess.PIPE
    code = WORKER.format(work=request.param)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        yield WindowEnd(process)
        process.stdin.close()  # type: ignore[union-attr]  # it ends when the window is gone


IN_ORDER = """
for i in range(0, 300, 3):
    until_wanted()
    channel.tell(Notice("something", (str(i),)))
    publish(i + 1)
    publish(i + 2)
"""


@pytest.mark.parametrize("worker", [IN_ORDER], indirect=True)
def test_what_is_written_at_once_does_not_overtake_what_is_queued(
    worker: WindowEnd,
) -> None:
    found: list[object] = []
    for _ in range(100):
        worker.say(UpdateWanted())
        found += worker.heard(3)
    assert found == [(str(i),) if i % 3 == 0 else i for i in range(300)]


AS_MANY_AS_WANTED = """
for _ in range(2):
    until_wanted()
    sent = 0
    while channel.update_wanted():
        publish(sent)
        sent += 1
    channel.tell(Notice("sent", (str(sent),)))
until_wanted()
publish(0, Recording(1, ()))
channel.tell(Notice("wanted", (str(channel.update_wanted()),)))
"""


@pytest.mark.parametrize("worker", [AS_MANY_AS_WANTED], indirect=True)
def test_some_updates_and_one_recording_are_under_way_at_most(
    worker: WindowEnd,
) -> None:
    for _ in range(2):
        worker.say(UpdateWanted())
        assert worker.heard(UPDATES_AHEAD + 1) == [*range(UPDATES_AHEAD), (str(UPDATES_AHEAD),)]
    worker.say(UpdateWanted())
    assert worker.heard(2) == [0, ("False",)]


class PlayedWorker:
    """The worker's end of a client's connection, played in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (hears, outgoing), (incoming, says) = os.pipe(), os.pipe()
        self._hears, self._says = os.fdopen(hears, "rb"), os.fdopen(says, "wb")
        self._reader, self._writer = MessageReader(self._hears), MessageWriter()
        process = SimpleNamespace(kill=self._says.close, wait=lambda *_: 0)
        worker = WorkerProcess(
            cast(Any, process),
            os.fdopen(outgoing, "wb"),
            os.fdopen(incoming, "rb"),
            cast(Any, SimpleNamespace(text=lambda _: "")),
        )
        monkeypatch.setattr(worker_client, "take", lambda: worker)
        self._woken = threading.Event()
        self.client = WorkerClient(Settings(), self._woken.set)
        assert isinstance(self._reader.read()[0], Begin)

    def say(self, message: object, recording: Recording | None = None) -> None:
        """Tell the window something, which it takes."""
        send(self._says, self._writer.pieces(message, recording))
        assert self._woken.wait(60)
        self._woken.clear()
        assert self.client.take() is not None

    def heard(self) -> list[object]:
        """What the window has said since it was asked last."""
        self.client.submit(Step())
        said: list[object] = []
        while not isinstance(message := self._reader.read()[0], NumberedCommand):
            said.append(message)
        return said

    def close(self) -> None:
        self.client.close(5)
        self._hears.close()


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedWorker]:
    worker = PlayedWorker(monkeypatch)
    yield worker
    worker.close()


def test_the_window_answers_before_the_worker_has_to_wait(played: PlayedWorker) -> None:
    answered = 0
    for taken in range(1, 3 * UPDATES_AHEAD):
        played.say(update())
        played.client.ask_for_update()
        answered += len(played.heard())
        assert answered == taken // (UPDATES_AHEAD // 2)
    played.say(update(), Recording(1, ()))
    played.client.ask_for_update()
    assert played.heard() == [UpdateWanted()]


def update(training: bool = True) -> Update:
    return Update(0, 0, 1, Phase.FORWARD, training=training, settings=Settings())


PAINTED = f"""
def wait(longest_s):
    begun = time.monotonic()
    channel.wait_painted(longest_s)
    channel.tell(Notice("waited", (str(time.monotonic() - begun >= longest_s),)))

for _ in range(2):
    publish(0)
    wait(60)
channel.next_command()
for i in range({UPDATES_AHEAD}):
    publish(i)
until_wanted()
wait(0.05)
"""


@pytest.mark.parametrize("worker", [PAINTED], indirect=True)
def test_the_worker_waits_until_the_window_has_painted_or_wants_something(
    worker: WindowEnd,
) -> None:
    for said in (Painted(), NumberedCommand(1, Step())):
        assert worker.heard(1) == [0]
        worker.say(said)
        assert worker.heard(1) == [("False",)]
    assert worker.heard(UPDATES_AHEAD) == [*range(UPDATES_AHEAD)]
    worker.say(UpdateWanted())
    assert worker.heard(1) == [("True",)]


def test_the_window_tells_once_that_it_has_painted_where_training_stopped(
    played: PlayedWorker,
) -> None:
    played.say(update())
    played.client.tell_painted()
    assert played.heard() == []
    played.say(update(training=False))
    for told in ([Painted()], []):
        played.client.tell_painted()
        assert played.heard() == told


def test_to_pause_is_told_and_painted_before_the_last_iteration_is_recorded() -> None:
    said: list[object] = []

    class Post:
        def publish(self, update: Update, recording: Recording | None) -> None:
            said.append(update.training)

        def wait_painted(self, longest_s: float) -> None:
            said.append(worker.state.recording.iteration)

        def has_command(self) -> bool:
            return False

        def update_wanted(self) -> bool:
            return False

    worker = Worker(Post(), Settings(data="random", batch_size=1))
    worker.phases.train()
    for _ in range(3):
        worker.phases.train_on()
    said.clear()
    worker.phases.pause()
    assert said == [False, 1]  # what is shown from the start
    assert worker.state.recording.iteration == 4


NOBODY_READS = """
channel.tell(Notice("long", ("x" * 2**22,)))
until_wanted()
for i in range(1000):
    publish(i)
"""


@pytest.mark.parametrize("worker", [NOBODY_READS], indirect=True)
def test_publishing_does_not_wait_for_a_window_that_reads_nothing(
    worker: WindowEnd,
) -> None:
    worker.say(UpdateWanted())
    assert worker.process.stderr is not None
    assert worker.process.stderr.readline() == b"done\n"
    assert worker.heard(1001) == [("x" * 2**22,), *range(1000)]
