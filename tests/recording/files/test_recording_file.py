"""Recordings in a file: the same when read back, lazily, followed, one file behind another."""

import gc
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import recording_file
from backprop_viz.recording.files.recording_file import RecordingFile
from backprop_viz.recording.format import frames
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.requests.progress import Cancelled
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.recording.files.plain_reader import read
from tests.recording.records import made_recording
from tests.recording.streams import same, unlike

ORIGIN = RunOrigin("script", "train.py", "/home/me/train.py", ("--lr", "0.1"), rank=1, world_size=2)


def lenet_recordings(count: int = 3, optimizer: str = "sgd", batch: int = 1) -> list[Recording]:
    trainer = bv.Trainer(
        data="strokes", loss="cross_entropy", optimizer=optimizer, lr=0.01, batch_size=batch
    )
    return [trainer.record() for _ in range(count)]


def small_recordings(count: int) -> list[Recording]:
    """Recordings of a few numbers each, which differ."""
    numbers = np.random.default_rng(0)
    return [
        made_recording(
            i + 1,
            {"weight": (numbers.normal(size=(5, 7)).astype(np.float32), None)},
            input=np.arange(i + 6.0),
            loss=1 / (i + 1),
        )
        for i in range(count)
    ]


def written(path: Path, recordings: list[Recording], **bounds: float) -> Path:
    with bv.RecordingFileWriter(path, **bounds) as writer:
        for recording in recordings:
            writer.add(recording)
    return path


def same_recordings(file: RecordingFile, recordings: list[Recording]) -> bool:
    pairs = zip(file, recordings, strict=True)
    return not [difference for pair in pairs for difference in unlike(*pair)]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_is_read_is_what_was_saved(tmp_path: Path, optimizer: str) -> None:
    recordings = lenet_recordings(optimizer=optimizer)
    file = bv.load(written(tmp_path / "run.bprec", recordings))
    assert same_recordings(file, recordings)
    assert [place.iteration for place in file.places] == [1, 2, 3]
    assert not file.cut_short
    assert not file.damaged_bytes


def test_a_file_of_which_nothing_is_left_is_damaged_and_not_empty(tmp_path: Path) -> None:
    whole = written(tmp_path / "run.bprec", small_recordings(2)).read_bytes()
    draw = np.random.default_rng(0)
    path, head = tmp_path / "damaged.bprec", len(frames.header())
    for size in range(head + 20, len(whole), 97):
        path.write_bytes(whole[:head] + draw.bytes(size - head))
        with bv.load(path) as file:
            assert (len(file), file.damaged_bytes) == (0, size - head)
    # One that was ended while its first recording was written is whole as far as it goes.
    path.write_bytes(whole[: head + 60])
    with bv.load(path) as file:
        assert (len(file), file.damaged_bytes, file.cut_short) == (0, 0, True)


def test_a_file_of_one_recording_has_what_the_recording_has(tmp_path: Path) -> None:
    (recording,) = lenet_recordings(1)
    recording.save(tmp_path / "run.bprec")
    file = bv.load(tmp_path / "run.bprec")
    assert len(file) == 1
    assert [event.op for event in file.events] == [event.op for event in recording.events]
    assert file.graph == recording.graph
    last = len(recording.events) - 1
    why = file.explain(event=last, index=(0,)), recording.explain(event=last, index=(0,))
    assert repr(asdict(why[0])) == repr(asdict(why[1]))
    assert file.findings() == recording.findings()


def test_a_file_of_several_says_to_choose_one(tmp_path: Path) -> None:
    file = bv.load(written(tmp_path / "run.bprec", small_recordings(3)))
    with pytest.raises(AttributeError, match=r"run.bprec holds 3 recordings: .* file\[0\].events"):
        _ = file.events


def test_a_loop_of_ones_own_is_saved(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(20, 8), nn.LSTM(8, 6, batch_first=True))
    optimizer = torch.optim.AdamW(model.parameters())
    with bv.record(model, optimizer) as recording:
        loss = model(torch.randint(20, (3, 5)))[0].pow(2).mean()
        loss.backward()
        optimizer.step()
    recording.save(tmp_path / "loop.bprec")
    assert not list(unlike(bv.load(tmp_path / "loop.bprec")[0], recording.recording))


def test_arrays_of_every_kind_are_the_same_bits(tmp_path: Path) -> None:
    drawn = np.random.default_rng(1)
    arrays: list[np.ndarray] = []
    for dtype in ("bool", "int8", "uint16", "int64", "float16", "float32", "complex64"):
        noise = drawn.integers(0, 256, 12 * 10 * np.dtype(dtype).itemsize, np.uint8)
        array = (noise % 2 if dtype == "bool" else noise).view(dtype).reshape(3, 4, 10)
        arrays += [array, array.copy(), array.T.copy(), array.reshape(12, 10).T.copy(), array[:0]]
    wide = drawn.normal(size=(9, 9)) + 1j * drawn.normal(size=(9, 9))
    arrays += [wide, wide.copy(), wide.T.copy(), np.full((30,), np.nan), np.full((30,), np.nan)]
    arrays += [np.array(np.float32(3)), np.zeros((0, 2**40)), np.asfortranarray(wide.real)]
    table = {f"p{i}": (array, array.copy()) for i, array in enumerate(arrays)}
    recording = made_recording(1, table)
    recording.save(tmp_path / "run.bprec")
    (found,) = bv.load(tmp_path / "run.bprec")
    (plain,) = read((tmp_path / "run.bprec").read_bytes())
    pairs = zip(recording.tensors.since(0), found.tensors.since(0), plain.tensors, strict=True)
    assert all(same(one, two) and same(one, three) for one, two, three in pairs)
    assert all(array.flags.aligned for array in found.tensors.since(0))


def test_a_reader_written_from_the_specification_gets_the_same(tmp_path: Path) -> None:
    recordings = lenet_recordings(optimizer="adam", batch=4)
    path = written(tmp_path / "run.bprec", recordings)
    for plain, recording in zip(read(path.read_bytes()), recordings, strict=True):
        tensors = recording.tensors.since(0)
        assert all(map(same, plain.tensors, tensors))
        assert len(plain.tensors) == len(tensors)
        assert [event["op"] for event in plain.events] == [e.op for e in recording.events]
        assert len(plain.graph["nodes"]) == len(recording.graph.nodes)
        assert plain.state["loss"] == recording.loss


def test_a_lenet_iteration_takes_little_room(tmp_path: Path) -> None:
    path = written(tmp_path / "run.bprec", lenet_recordings(1))
    assert path.stat().st_size <= 600_000


def test_recordings_are_read_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "run.bprec", small_recordings(20))
    opened: list[int] = []
    plain = recording_file.chunk_contents
    monkeypatch.setattr(
        recording_file, "chunk_contents", lambda *given: opened.append(1) or plain(*given)
    )
    file = bv.load(path)
    assert not opened
    seventh = file[7]
    assert file[7] is seventh
    assert len(opened) == 1
    del seventh
    gc.collect()
    assert [r.iteration for r in file[-2:]] == [19, 20]
    assert len(opened) == 3


def test_without_its_index_a_file_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = lenet_recordings(5)
    path = written(tmp_path / "run.bprec", recordings)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    monkeypatch.setattr("backprop_viz.recording.files.file_layout.REPORTED_BYTES", 1000)
    told: list[tuple[int, int]] = []
    file = bv.load(path, lambda *done: told.append(done))
    assert same_recordings(file, recordings)
    assert told == sorted(told)
    assert told[-1] == (len(whole) - 30, len(whole) - 30)
    assert len(told) > 5

    def cancel(*_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        bv.load(path, cancel)


def test_a_file_is_followed_while_it_is_written(tmp_path: Path) -> None:
    recordings = small_recordings(6)
    writer = bv.RecordingFileWriter(tmp_path / "run.bprec")
    writer.set_run(ORIGIN)
    writer.add(recordings[0])
    file = bv.load(tmp_path / "run.bprec")
    assert file.origin == ORIGIN
    assert len(file) == 1
    assert not file.poll()
    for recording in recordings[1:4]:
        writer.add(recording)
    assert file.poll()
    assert same_recordings(file, recordings[:4])
    writer.add(recordings[4])
    writer.close()
    assert file.poll()
    assert same_recordings(file, recordings[:5])
    assert not file.poll()


def test_a_chunk_that_is_half_written_is_waited_for(tmp_path: Path) -> None:
    recordings = small_recordings(3)
    whole = written(tmp_path / "whole.bprec", recordings).read_bytes()
    path = tmp_path / "run.bprec"
    path.write_bytes(whole[:12])
    file = bv.load(path)
    seen = []
    with path.open("ab", buffering=0) as growing:
        for byte in whole[12:]:
            growing.write(bytes([byte]))
            file.poll()
            seen.append(len(file))
    assert seen == sorted(seen)
    assert set(seen) == {0, 1, 2, 3}
    assert same_recordings(file, recordings)
    assert not file.cut_short


def test_what_is_behind_an_index_is_read(tmp_path: Path) -> None:
    recordings = small_recordings(5)
    path = written(tmp_path / "run.bprec", recordings[:2])
    with bv.RecordingFileWriter(path, append=True) as writer:
        writer.add(recordings[2])
    assert same_recordings(bv.load(path), recordings[:3])
    writer = bv.RecordingFileWriter(path, append=True)
    writer.add(recordings[3])  # and is killed
    assert same_recordings(bv.load(path), recordings[:4])


def test_run_and_losses_are_told(tmp_path: Path) -> None:
    program = Program((Line("loss.backward()", source_line=3),), "class Net: ...")
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        writer.set_run(ORIGIN, program)
        writer.add_losses([1, 2, 3], [3.0, 2.5, float("nan")])
        writer.add_losses([4], [2.0])
        writer.add(made_recording(5, loss=1.5))
    file = bv.load(tmp_path / "run.bprec")
    assert (file.origin, file.program) == (ORIGIN, program)
    iterations, losses = file.losses
    assert iterations.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(losses, [3.0, 2.5, np.nan, 2.0, 1.5])


def test_loading_needs_neither_torch_nor_qt(tmp_path: Path) -> None:
    lenet_recordings(1)[0].save(tmp_path / "run.bprec")
    script = """
import sys
for name in ("torch", "PySide6", "shiboken6"):
    sys.modules[name] = None
import backprop_viz as bv
file = bv.load(sys.argv[1])
print(len(file), file.loss, len(file.events), len(file.findings()))
try:
    file.explain(event=len(file.events) - 1, index=(0,))
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "run.bprec"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(bv.__file__).parents[1])},
    )
    file = bv.load(tmp_path / "run.bprec")
    assert done.stdout.splitlines() == [
        f"1 {file.loss} {len(file.events)} {len(file.findings())}",
        "PyTorch computes explanations, and it is not installed here: pip install torch.",
    ], done.stderr


@pytest.mark.parametrize("content", [b"", b"\x89BPV", b"no recording", b"PK\3\4" + b"\0" * 99])
def test_another_file_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.bprec"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^other.bprec is not a recording: choose"):
        bv.load(path)


def test_a_newer_format_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path / "run.bprec", small_recordings(1))
    path.write_bytes(path.read_bytes().replace(b"\r\n\x01\0", b"\r\n\x02\0", 1))
    with pytest.raises(UserError, match="newer version of backprop_viz: update the program"):
        bv.load(path)


def test_no_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist: choose another folder or file"):
        bv.load(tmp_path / "none.bprec")
    with pytest.raises(UserError, match="is a folder"):
        bv.load(tmp_path)
    with pytest.raises(UserError, match="does not exist"):
        made_recording().save(tmp_path / "none" / "run.bprec")
