"""What a real worker sends over its pipe, record by record."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import backprop_viz as bv
from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.clients.worker_process import WorkerProcess
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.records import RecordType
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.phases import PHASES
from backprop_viz.stream.commands import Command, Iterate, SetBreakpoints, Step
from backprop_viz.stream.messages import Begin
from backprop_viz.stream.wire import MESSAGE, MessageWriter, NumberedCommand, send
from backprop_viz.training.recorded_steps import RecordedSteps

SETTINGS = Settings(data="random", loss="mse", lr=0.01, batch_size=4, optimizer="adam")
Records = list[tuple[int, bytes]]


class Window:
    """The window's end of the connection, which looks at the records themselves."""

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker, self._writer, self._number = worker, MessageWriter(), 0
        send(worker.outgoing, self._writer.pieces(Begin(SETTINGS)))
        frames.read_header(worker.incoming)
        self.until_carried_out()

    def carry_out(self, command: Command) -> Records:
        """What the worker sends until a command is carried out, and its number with it."""
        self._number += 1
        numbered = NumberedCommand(self._number, command)
        send(self._worker.outgoing, self._writer.pieces(numbered))
        return self.until_carried_out()

    def until_carried_out(self) -> Records:
        found: Records = []
        while True:
            kind, payload = frames.read_record(self._worker.incoming)
            found.append((kind, payload))
            if kind == MESSAGE:
                name, body = msgspec.msgpack.decode(payload, ext_hook=lambda *_: None)
                if name == "Update" and body["command"] == self._number:
                    return found


@pytest.fixture
def window() -> Iterator[Window]:
    worker = worker_process.take()
    try:
        yield Window(worker)
    finally:
        worker.process.kill()
        worker.process.wait()
        worker.printed.text(10.0)  # waits for the thread that reads what it prints
        worker.outgoing.close()
        worker.incoming.close()


def recorded() -> Recording:
    """The same iteration, recorded here."""
    recorder = RecordedSteps(bv.Trainer.from_settings(SETTINGS))
    for _ in PHASES:
        recorder.step()
    return recorder.recording()


def told(records: Records, kind: RecordType) -> list[Any]:
    return [msgspec.msgpack.decode(payload) for found, payload in records if found == kind]


def test_five_steps_tell_each_parameter_tensor_and_event_once(window: Window) -> None:
    records = [record for _ in PHASES for record in window.carry_out(Step())]
    expected = recorded()
    counts = Counter(kind for kind, _ in records)
    assert counts[RecordType.BEGIN] == 1
    (begin,) = told(records, RecordType.BEGIN)
    assert [p["name"] for p in begin["parameters"]] == [p.name for p in expected.parameters]
    events = [event for record in told(records, RecordType.EVENTS) for event in record["events"]]
    assert [e["op"] for e in events] == [e.op for e in expected.events]
    ids = [int.from_bytes(p[:8], "little") for k, p in records if k == RecordType.TENSOR]
    assert ids == list(range(len(expected.tensors)))
    assert [s["span"]["phase"] for s in told(records, RecordType.SPAN)] == list(PHASES)


def test_a_command_that_changes_nothing_recorded_sends_no_record(window: Window) -> None:
    window.carry_out(Iterate())
    assert [kind for kind, _ in window.carry_out(SetBreakpoints(()))] == [MESSAGE]
    assert sum(len(p) for _, p in window.carry_out(SetBreakpoints(()))) < 1000
