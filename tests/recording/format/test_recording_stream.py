"""Recordings as records: only what is new is told, and what is read back is what was recorded."""

import io
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, array_pieces, encoded
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.records import LayersRecord, RecordType
from backprop_viz.recording.format.writer import RecordingWriter
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.trace.layers import LayerGraph
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.training.recorded_steps import RecordedSteps, preview
from tests.recording.streams import (
    kinds_of,
    read_recordings,
    same,
    stream_of,
    through_stream,
    unlike,
)


def trainer_of(**options: Any) -> bv.Trainer:
    return bv.Trainer(data="random", batch_size=4, **{"optimizer": "adam", "lr": 0.01} | options)


def phase_by_phase(trainer: bv.Trainer) -> list[Recording]:
    """What is recorded of an iteration after each of its phases."""
    recorder = RecordedSteps(trainer)
    found = []
    for _ in Phase:
        recorder.step()
        found.append(recorder.recording())
    return found


def test_an_iteration_read_back_phase_by_phase_is_the_one_recorded() -> None:
    trainer = trainer_of()
    trainer.iterate()
    states = phase_by_phase(trainer)
    for length in range(1, len(states) + 1):
        assert not [*unlike(states[length - 1], through_stream(*states[:length]))]
    assert through_stream(*states).events[-1].state_ids, "Adam's own tensors are told too"


def test_an_iteration_read_back_event_by_event_is_the_one_recorded() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    recorder, states = Recorder(model, optimizer), list[Recording]()
    recorder.tell(lambda _: states.append(recorder.recording()), None)
    x = torch.randn(5, 3)
    with recorder.phase(Phase.ZERO_GRAD):
        optimizer.zero_grad()
    recorder.take_inputs({"input": x})
    with recorder.phase(Phase.FORWARD):
        output = model(x)
    recorder.take_results(output, None)
    with recorder.phase(Phase.LOSS):
        loss = output.square().mean()
    recorder.take_results(output, loss)
    with recorder.phase(Phase.BACKWARD):
        loss.backward()
    with recorder.phase(Phase.UPDATE):
        optimizer.step()
    assert [len(state.events) for state in states] == list(range(1, len(states) + 1))
    assert [state.under_way for state in states] == [e.phase for e in states[-1].events]
    states.append(recorder.recording())
    assert states[-1].under_way is None
    assert len({*states[-2:]}) == 2, "that a phase has ended makes another recording"
    for length in range(1, len(states) + 1):
        assert not [*unlike(states[length - 1], through_stream(*states[:length]))]
    counts = Counter(kinds_of(stream_of(states)))
    assert counts[RecordType.BEGIN] == 1
    assert counts[RecordType.TENSOR] == len(states[-1].tensors)


def test_what_is_one_tensor_stays_one() -> None:
    states = phase_by_phase(trainer_of())
    back = through_stream(*states)
    for event, again in zip(states[-1].events, back.events, strict=True):
        assert event.input_ids == again.input_ids
    weight = states[-1].by_parameter["conv1.weight"]
    reads = [e for e in back.events if e.phase is Phase.FORWARD and weight.value_id in e.input_ids]
    assert any(array is back.tensors[weight.value_id] for e in reads for array in e.inputs)


def test_every_parameter_tensor_and_event_is_told_once() -> None:
    states = phase_by_phase(trainer_of())
    counts = Counter(kinds_of(stream_of(states)))
    assert counts[RecordType.BEGIN] == 1
    assert counts[RecordType.TENSOR] == len(states[-1].tensors)
    assert counts[RecordType.SPAN] == len(Phase)
    assert counts[RecordType.STATE] == len(Phase)
    # The graph of the output, then that of the loss, which numbers the nodes anew.
    assert counts[RecordType.GRAPH] == 2
    whole = stream_of(states[-1:])
    each = sum(len(stream_of([s])) for s in states)
    assert len(stream_of(states)) < 1.1 * len(whole) < 0.5 * each


def test_nothing_new_is_nothing_told() -> None:
    recording = phase_by_phase(trainer_of())[-1]
    writer = RecordingWriter()
    assert writer.pieces(recording)
    assert writer.pieces(recording) == []


def test_another_iteration_begins_anew_and_both_are_read() -> None:
    trainer = trainer_of()
    first, second = phase_by_phase(trainer)[-1], phase_by_phase(trainer)[-1]
    back = read_recordings(io.BytesIO(stream_of([first, second])))
    assert [r.iteration for r in back] == [1, 2]
    assert not [*unlike(first, back[0]), *unlike(second, back[1])]


def test_what_is_no_continuation_is_told_whole() -> None:
    """One of the same serial with fewer events, as nobody makes it: the reader is not misled."""
    states = phase_by_phase(trainer_of())
    shorter = replace(states[-1], events=states[-1].events[:3], spans=states[-1].spans[:1])
    assert not [*unlike(shorter, through_stream(states[-1], shorter))]


class Refuses(nn.Module):
    """Its forward raises after one operation."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(bv.LeNet().conv1.weight.detach().clone())

    def forward(self, x: Any) -> Any:
        x = nn.functional.conv2d(x, self.weight)
        return x @ x.new_zeros(3)


def test_a_forward_that_raised_is_told() -> None:
    trainer = trainer_of(optimizer="sgd")
    trainer.model = Refuses()
    recorder = RecordedSteps(trainer)
    recorder.step()
    before = recorder.recording()
    with pytest.raises(RuntimeError):
        recorder.step()
    failed = recorder.recording()
    assert failed.failure is not None
    assert not [*unlike(failed, through_stream(before, failed))]


def test_a_preview_is_told() -> None:
    recording = preview(trainer_of())
    assert recording.preview
    assert not [*unlike(recording, through_stream(recording))]


def test_numbers_beyond_all_sense_keep_their_bits() -> None:
    recording = phase_by_phase(trainer_of())[-1]
    (nan,) = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000001234))
    strange = replace(recording, loss=nan, options={"lr": -0.0, "betas": (float("inf"), 1)})
    back = through_stream(strange)
    assert struct.pack("<d", back.loss) == struct.pack("<d", nan)
    assert repr(back.options) == "{'lr': -0.0, 'betas': (inf, 1)}"


# -- what a reader does with what it cannot use --------------------------------------------------


def test_cut_short_anywhere_all_whole_records_count() -> None:
    states = phase_by_phase(trainer_of())
    whole = stream_of(states)
    ends, position = [], len(frames.header())
    opened = io.BytesIO(whole[position:])
    while opened.tell() < len(whole) - len(frames.header()):
        kind, _ = frames.read_record(opened)
        ends.append((len(frames.header()) + opened.tell(), kind))
    stated = [end for end, kind in ends if kind == RecordType.STATE]
    for number, end in enumerate(stated):
        for length in (end, end + 1, end + 20):
            (back,) = read_recordings(io.BytesIO(whole[:length]))
            assert not [*unlike(states[number], back)], length


def test_unknown_types_and_fields_are_passed_over() -> None:
    recording = phase_by_phase(trainer_of())[-1]
    stream, opened = frames.header(), io.BytesIO(stream_of([recording])[len(frames.header()) :])
    while True:
        try:
            kind, payload = frames.read_record(opened)
        except EOFError:
            break
        if kind not in (RecordType.TENSOR,):
            value = msgspec.msgpack.decode(payload)
            payload = msgspec.msgpack.encode({**value, "of_version_1_7": [1, {"a": None}]})
        for number, body in ((kind, payload), (31, b"not even MessagePack: \xc1"), (64, b"")):
            stream += b"".join(frames.record_pieces(number, [body]))
    (back,) = read_recordings(io.BytesIO(stream))
    assert not [*unlike(recording, back)]


def with_other(kind: RecordType, change: Callable[[bytes], bytes]) -> bytes:
    """A stream of an iteration in which the first record of a type is another."""
    whole = stream_of(phase_by_phase(trainer_of())[-1:])
    opened, stream, done = io.BytesIO(whole[len(frames.header()) :]), frames.header(), False
    while True:
        try:
            found, payload = frames.read_record(opened)
        except EOFError:
            return stream
        if found == kind and not done:
            payload, done = change(payload), True
        stream += b"".join(frames.record_pieces(found, [payload]))


def without_its_first_event(payload: bytes) -> bytes:
    graph = msgspec.msgpack.decode(payload)
    return msgspec.msgpack.encode({**graph, "node_of_event": graph["node_of_event"][1:]})


def of_another_tensor(payload: bytes) -> bytes:
    events = msgspec.msgpack.decode(payload)
    events["events"][0]["inputs"] = [10_000]
    return msgspec.msgpack.encode(events)


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        (RecordType.BEGIN, lambda _: encoded({"serial": "one"}), "begin record"),
        (RecordType.TENSOR, lambda p: b"\7" + p[1:], "tensor 7 comes after 0"),
        (RecordType.TENSOR, lambda p: p[:-1], "bytes has"),
        (RecordType.EVENTS, lambda p: p[:-1], "events record"),
        (RecordType.EVENTS, of_another_tensor, "tensor 10000 of"),
        (RecordType.GRAPH, without_its_first_event, "events of"),
        (RecordType.STATE, lambda _: encoded({"labels": -1}), "tensor -1 of"),
    ],
)
def test_a_record_that_is_not_as_it_should_be_is_refused_in_a_sentence(
    kind: RecordType, change: Callable[[bytes], bytes], said: str
) -> None:
    with pytest.raises(Malformed, match=said):
        read_recordings(io.BytesIO(with_other(kind, change)))


def test_no_tensor_is_named_before_it_has_come() -> None:
    reader = RecordingReader()
    assert reader.take(RecordType.BEGIN, encoded({"serial": 1, "iteration": 1}))
    with pytest.raises(Malformed, match="tensor 0 of 0"):
        reader.take(RecordType.STATE, encoded({"labels": 0}))


def test_a_tensor_that_comes_a_second_time_is_refused() -> None:
    """Each one after it would have another number."""
    reader, numbers = RecordingReader(), b"".join(array_pieces(np.arange(3.0)))
    reader.take(RecordType.BEGIN, encoded({"serial": 1, "iteration": 1}))
    reader.take(RecordType.TENSOR, bytes(8) + numbers)
    with pytest.raises(Malformed, match="tensor 0 comes after 1"):
        reader.take(RecordType.TENSOR, bytes(8) + numbers)


def test_the_layers_of_a_pass_take_the_place_of_its_own_alone() -> None:
    reader = RecordingReader()
    reader.take(RecordType.BEGIN, encoded({"serial": 1, "iteration": 1}))
    for start in (0, 3, 5, 3):
        reader.take(RecordType.LAYERS, encoded(LayersRecord(LayerGraph(), start)))
    recording = reader.recording()
    assert recording is not None
    assert sorted(each.start for each in recording.passes) == [0, 3, 5]


def test_health_needs_no_iteration_before_it() -> None:
    reader, health = RecordingReader(), IterationHealth(3, (), loss=0.5)
    assert reader.take(RecordType.HEALTH, encoded(health))
    assert reader.health == [health]
    assert reader.recording() is None


def test_after_a_bad_record_the_next_iteration_is_read() -> None:
    trainer = trainer_of()
    first, second = phase_by_phase(trainer)[-1], phase_by_phase(trainer)[-1]
    reader, writer = RecordingReader(), RecordingWriter()
    refused = 0
    for recording in (first, second):
        opened = io.BytesIO(b"".join(writer.pieces(recording)))
        number = 0
        while True:
            try:
                kind, payload = frames.read_record(opened)
            except EOFError:
                break
            number += 1
            try:
                reader.take(kind, b"" if recording is first and number == 4 else payload)
            except Malformed:
                refused += 1
        if recording is first:
            assert reader.recording() is None
    assert refused == 1
    back = reader.recording()
    assert back is not None
    assert not [*unlike(second, back)]


# -- the specification ---------------------------------------------------------------------------


def test_a_reader_written_after_the_specification_reads_a_recording() -> None:
    """With a MessagePack library and struct alone, as another language's would be."""
    recording = phase_by_phase(trainer_of())[-1]
    data = stream_of([recording])
    assert data[:8] == bytes([0x89, 0x42, 0x50, 0x56, 0x49, 0x5A, 0x0D, 0x0A])
    assert struct.unpack_from("<HH", data, 8) == (1, 6)
    tensors: list[np.ndarray[Any, Any]] = []
    told: dict[int, Any] = {}
    at = 12
    while at < len(data):
        kind, length = struct.unpack_from("<BQ", data, at)
        payload = data[at + 9 : at + 9 + length]
        at += 9 + length
        if kind == 2:
            assert struct.unpack_from("<Q", payload) == (len(tensors),)
            tensors.append(array_after_the_specification(payload[8:], tensors))
        else:
            told[kind] = msgspec.msgpack.decode(payload)
    assert len(tensors) == len(recording.tensors)
    assert all(map(same, tensors, recording.tensors.since(0)))
    events = told[3]["events"]
    assert [e["op"] for e in events] == [e.op for e in recording.events]
    assert told[4]["node_of_event"] == [e.node for e in recording.events]
    assert [n["key"] for n in told[4]["graph"]["nodes"]] == [n.key for n in recording.graph.nodes]
    assert told[7]["loss"] == recording.loss
    value = next(p["value"] for p in told[1]["parameters"] if p["name"] == "fc3.bias")
    parameter = recording.by_parameter["fc3.bias"]
    assert same(tensors[value], parameter.value)


def array_after_the_specification(
    data: bytes, earlier: "Sequence[np.ndarray[Any, Any]]"
) -> "np.ndarray[Any, Any]":
    encoding, dimensions, letters = data[:3]
    name = data[3 : 3 + letters].decode("ascii")
    shape = struct.unpack_from(f"<{dimensions}Q", data, 3 + letters)
    begin = -(-(3 + letters + 8 * dimensions) // 8) * 8
    if encoding == 2:
        number, turned = struct.unpack("<QQ", data[begin:])
        found = earlier[number].T if turned else earlier[number]
        assert found.dtype == name
        return found.reshape(shape)
    assert encoding == 0
    numbers = np.frombuffer(data[begin:], np.dtype(name).newbyteorder("<"))
    return numbers.reshape(shape).astype(name)
