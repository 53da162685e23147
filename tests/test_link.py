"""The worker's end of the line, in a process of its own; this one plays the window."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from backprop_viz.link import _get, _put
from backprop_viz.messages import Update

WORKER = """
import os, sys, time
import numpy as np
from backprop_viz.core.lesson import Lesson
from backprop_viz.core.records import Notice, Phase, Settings
from backprop_viz.link import Mailbox
from backprop_viz.messages import Update

mailbox = Mailbox(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))

def publish(iteration):
    none = np.empty((0, 2)), np.empty((0, 3))
    mailbox.publish(
        Update(0, 0, 0, Settings(), iteration, Phase.FORWARD, True, 0.0, None, Lesson(), None,
               None, *none)
    )

def until_wanted():
    while not mailbox.frame_wanted():
        time.sleep(0.001)

{work}
print("done", file=sys.stderr, flush=True)
mailbox.next_command()
"""


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    code = WORKER.format(work=request.param)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        yield process
        process.stdin.close()  # type: ignore[union-attr]  # it ends when the window is gone


def heard(worker: subprocess.Popen[bytes], count: int) -> list[object]:
    """What the worker says: an update as its iteration, a notice as its arguments."""
    messages = [_get(worker.stdout) for _ in range(count)]  # type: ignore[arg-type]
    return [m.iteration if isinstance(m, Update) else m.values for m in messages]


IN_ORDER = """
for i in range(0, 300, 3):
    until_wanted()
    mailbox.tell(Notice("something", (str(i),)))
    publish(i + 1)
    publish(i + 2)
"""


@pytest.mark.parametrize("worker", [IN_ORDER], indirect=True)
def test_what_is_written_at_once_does_not_overtake_what_is_queued(
    worker: subprocess.Popen[bytes],
) -> None:
    found: list[object] = []
    for _ in range(100):
        _put(worker.stdin, "frame")  # type: ignore[arg-type]
        found += heard(worker, 3)
    assert found == [(str(i),) if i % 3 == 0 else i for i in range(300)]


NOBODY_READS = """
mailbox.tell(Notice("long", ("x" * 2**22,)))
until_wanted()
for i in range(1000):
    publish(i)
"""


@pytest.mark.parametrize("worker", [NOBODY_READS], indirect=True)
def test_publishing_does_not_wait_for_a_window_that_reads_nothing(
    worker: subprocess.Popen[bytes],
) -> None:
    _put(worker.stdin, "frame")  # type: ignore[arg-type]
    assert worker.stderr is not None
    assert worker.stderr.readline() == b"done\n"
    assert heard(worker, 1001) == [("x" * 2**22,), *range(1000)]
