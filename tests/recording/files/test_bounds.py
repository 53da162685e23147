"""A file keeps within its bounds: the newest recordings whole, the oldest thinned."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import file_layout, recording_file, recording_file_writer
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.trace.health import IterationHealth, TensorHealth
from tests.recording.files.plain_reader import read
from tests.recording.files.wrapped_streams import Disk, wrap_streams
from tests.recording.records import made_recording
from tests.recording.streams import unlike

BOUND = 60_000


def noisy_recordings(count: int) -> list[Recording]:
    """Recordings of about 2 KB each, which cannot be compressed."""
    noise = np.random.default_rng(0)
    return [
        made_recording(i + 1, {"w": (noise.integers(0, 256, 2000, np.uint8), None)}, loss=float(i))
        for i in range(count)
    ]


def test_bytes_in_all_are_never_exceeded(tmp_path: Path) -> None:
    recordings = noisy_recordings(200)
    path = tmp_path / "run.bprec"
    with bv.RecordingFileWriter(path, bytes_in_all=BOUND) as writer:
        writer.set_run(RunOrigin("watch", "loop"))
        for recording in recordings:
            assert writer.add(recording)
            writer.add_losses([recording.iteration], [1.0])
            assert path.stat().st_size <= BOUND
    assert path.stat().st_size <= BOUND
    file = bv.load(path)
    kept = [place.iteration for place in file.places]
    assert kept == sorted(kept)
    assert kept[-10:] == list(range(191, 201))
    assert writer.thinned == 200 - len(kept)
    assert file.origin == RunOrigin("watch", "loop")
    assert not [d for r in file for d in unlike(r, recordings[r.iteration - 1])]
    assert [plain.begin["iteration"] for plain in read(path.read_bytes())] == kept
    assert [p.name for p in tmp_path.iterdir()] == ["run.bprec"]


def test_the_oldest_are_thinned_and_not_all_dropped(tmp_path: Path) -> None:
    with bv.RecordingFileWriter(tmp_path / "run.bprec", bytes_in_all=BOUND) as writer:
        for recording in noisy_recordings(40):
            writer.add(recording)
    kept = [place.iteration for place in bv.load(tmp_path / "run.bprec").places]
    gaps = np.diff(kept)
    assert kept[0] <= 3
    assert gaps.max() > 1
    assert gaps[-5:].tolist() == [1] * 5


def test_where_an_open_file_cannot_be_replaced_it_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, while a window has the file open; also the writer's own must be closed."""
    path, tried, written = tmp_path / "run.bprec", [], []

    def replace(old: Path, new: Path) -> None:
        tried.append(all(stream.closed for stream in written))
        raise PermissionError(13, "is used by another process")

    monkeypatch.setattr(recording_file_writer.os, "replace", replace)
    monkeypatch.setattr(recording_file, "IS_OVERWRITTEN", True)
    for mode in ("wb", "ab"):
        wrap_streams(monkeypatch, mode, lambda stream: written.append(stream) or stream)
    recordings = noisy_recordings(120)
    with bv.RecordingFileWriter(path, bytes_in_all=BOUND) as writer, bv.load(path) as file:
        for number, recording in enumerate(recordings):
            assert writer.add(recording)
            assert path.stat().st_size <= BOUND
            # Now and then, so that it has become shorter and long again meanwhile.
            if number % 37 == 0:
                assert file.poll()
                assert not list(unlike(file[-1], recording))
                assert len(file) == len(bv.load(path))
    assert len(tried) > 2
    assert all(tried)
    kept = bv.load(path)
    assert [r.iteration for r in kept][-10:] == list(range(111, 121))
    assert not [d for r in kept for d in unlike(r, recordings[r.iteration - 1])]
    assert [p.name for p in tmp_path.iterdir()] == ["run.bprec"]


def test_a_recording_larger_than_the_bound_is_left_out(tmp_path: Path) -> None:
    with bv.RecordingFileWriter(tmp_path / "run.bprec", bytes_in_all=3_000) as writer:
        first, second = noisy_recordings(2)
        large = made_recording(9, {"w": (_noise(9_000), None)})
        assert writer.add(first)
        assert not writer.add(large)
        assert writer.add(second)
    assert writer.left_out == 1
    assert [place.iteration for place in bv.load(tmp_path / "run.bprec").places] == [2]


def test_bytes_per_second_are_never_exceeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(recording_file_writer.time, "monotonic", lambda: now)
    path = tmp_path / "run.bprec"
    writer = bv.RecordingFileWriter(path, bytes_per_second=5_000)
    added = []
    for recording in noisy_recordings(100):
        added.append(writer.add(recording))
        now += 0.1
        assert path.stat().st_size <= max(5_000 * (now - 100), 3_000)
    assert added[0]
    assert 15 < sum(added) < 25
    assert writer.left_out == 100 - sum(added)
    writer.close()
    assert len(bv.load(path)) == sum(added)


def test_the_first_recording_is_kept_whatever_was_noted_before(tmp_path: Path) -> None:
    with bv.RecordingFileWriter(tmp_path / "run.bprec", bytes_per_second=1) as writer:
        assert writer.set_run(RunOrigin("watch", "loop"))
        added = [writer.add(recording) for recording in noisy_recordings(3)]
    assert added == [True, False, False]
    assert writer.kept == len(bv.load(tmp_path / "run.bprec")) == 1


@pytest.mark.parametrize("bounds", [{"bytes_in_all": 0}, {"bytes_per_second": -1.0}])
def test_a_bound_of_nothing_is_refused(tmp_path: Path, bounds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="give a number above 0, or None for no bound"):
        bv.RecordingFileWriter(tmp_path / "run.bprec", **bounds)
    assert not list(tmp_path.iterdir())


def test_a_reader_follows_a_file_that_is_thinned(tmp_path: Path) -> None:
    recordings = noisy_recordings(60)
    with bv.RecordingFileWriter(tmp_path / "run.bprec", bytes_in_all=BOUND) as writer:
        writer.add(recordings[0])
        file = bv.load(tmp_path / "run.bprec")
        for recording in recordings[1:]:
            writer.add(recording)
            file.poll()
            assert file.places[-1].iteration == recording.iteration
            assert not list(unlike(file[-1], recording))
    assert writer.thinned


def test_a_full_disk_leaves_what_was_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings, disk = noisy_recordings(3), Disk()
    wrap_streams(monkeypatch, "wb", disk.file)
    writer = bv.RecordingFileWriter(tmp_path / "run.bprec")
    writer.add(recordings[0])
    disk.left = 500
    with pytest.raises(UserError, match="The disk is full"):
        writer.add(recordings[1])
    assert disk.left == 0
    assert (tmp_path / "run.bprec").stat().st_size == writer.size  # nothing of the second
    disk.left = None
    writer.add(recordings[2])
    writer.close()
    assert [place.iteration for place in bv.load(tmp_path / "run.bprec").places] == [1, 3]


def test_health_takes_two_kilobytes_an_iteration(tmp_path: Path) -> None:
    """As many numbers as LeNet has: none of them like another."""
    drawn = np.random.default_rng(0)
    rows = [("output", n) for n in ("conv1", "conv2", "fc1", "fc2", "fc3", "")]
    rows += [("output_grad", name) for _, name in rows]
    names = [
        f"{m}.{p}" for m in ("conv1", "conv2", "fc1", "fc2", "fc3") for p in ("weight", "bias")
    ]
    rows += [(role, name) for role in ("grad", "weight") for name in names]
    healths = [
        IterationHealth(
            i + 1,
            tuple(
                TensorHealth(role, name, (64, 6, 28, 28), "float32", 0, True, *drawn.normal(size=5))
                for role, name in rows
            ),
            float(i),
        )
        for i in range(50)
    ]
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        for health in healths:
            assert writer.add_health(health)
    assert (tmp_path / "run.bprec").stat().st_size / 50 <= 2_000
    file = bv.load(tmp_path / "run.bprec")
    assert file.health == tuple(healths)
    assert len(file) == 0
    assert file.losses[1].tolist() == [float(i) for i in range(50)]


def test_by_its_index_a_file_opens_without_looking_at_its_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = noisy_recordings(1)[0]
    with bv.RecordingFileWriter(tmp_path / "run.bprec") as writer:
        for _ in range(2_000):
            writer.add(recording)
    looked: list[object] = []
    monkeypatch.setattr(file_layout, "read_chunk_head", lambda *given: looked.append(given))
    assert len(bv.load(tmp_path / "run.bprec")) == 2_000
    assert not looked


def _noise(size: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, size, np.uint8)
