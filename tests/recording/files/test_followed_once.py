"""A file that is followed: each byte is read once, and only what is new is told."""

from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.health import IterationHealth, TensorHealth
from tests.recording.files.wrapped_streams import wrap_streams
from tests.recording.records import made_recording
from tests.recording.streams import unlike


class Counted:
    """A stream that notes how often each of its bytes was read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.times = np.zeros(10_000_000, np.int64)

    def read(self, size: int = -1) -> bytes:
        place = self._stream.tell()
        data = self._stream.read(size)
        self.times[place : place + len(data)] += 1
        return data

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def health(iteration: int) -> IterationHealth:
    return IterationHealth(
        iteration, (TensorHealth("grad", "w", (2,), "float32", norm=iteration / 2),), loss=7.0
    )


def test_each_byte_that_is_written_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = np.random.default_rng(0)
    path = tmp_path / "run.bprec"
    streams: list[Counted] = []
    wrap_streams(monkeypatch, "rb", lambda stream: streams.append(Counted(stream)) or streams[-1])
    with bv.RecordingFileWriter(path) as writer, bv.load(path) as file:
        counted = streams[-1]  # the first only tells whether it can be read
        for i in range(1, 30, 3):
            begun = path.stat().st_size
            # Larger than a chunk, so that the recording is several.
            weight = numbers.normal(size=2**21 + 2**18 if i == 10 else 50)
            recording = made_recording(i, {"weight": (weight, None)}, loss=float(i))
            writer.add_losses([i, i + 1, i + 2], [float(i), i + 1.0, i + 2.0])
            writer.add_scalars([("accuracy", i, i / 100)])
            writer.add_health(health(i))
            writer.add(recording)
            end = path.stat().st_size
            assert file.poll()
            news = file.news()
            assert news.losses[0].tolist() == [i, i + 1, i + 2]
            assert news.losses[1].tolist() == [i, i + 1, i + 2]
            assert news.own_losses[0].tolist() == [i, i]
            assert news.scalars == (("accuracy", i, i / 100),)
            assert news.health == (health(i),)
            assert not list(unlike(file[-1], recording))
            assert (counted.times[begun:end] == 1).all()
            assert not file.poll()
        assert (counted.times[file.places[0].offset : end] == 1).all()
        assert counted.times[end:].sum() == 0


def test_what_is_told_once_is_not_told_again(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    with bv.RecordingFileWriter(path) as writer:
        writer.add_losses([1, 2], [0.5, 0.25])
        with bv.load(path) as file:
            assert file.news().anew
            news = file.news()
            assert not news.anew
            assert not len(news.losses[0])
            assert file.losses[1].tolist() == [0.5, 0.25]


@pytest.mark.parametrize("closed", [True, False])
def test_one_that_was_replaced_is_told_anew(tmp_path: Path, closed: bool) -> None:
    path, other = tmp_path / "run.bprec", tmp_path / "other.bprec"
    with bv.RecordingFileWriter(path) as writer:
        writer.add_losses([1, 2], [0.5, 0.25])
    with bv.load(path) as file:
        file.news()
        writer = bv.RecordingFileWriter(other)
        writer.add_losses([4], [3.0])
        if closed:
            writer.close()
        other.replace(path)
        assert file.poll()
        news = file.news()
        assert news.anew
        assert news.losses[0].tolist() == [4]
        writer.close()
