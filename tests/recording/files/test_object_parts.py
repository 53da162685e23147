"""A file in an object store: numbered objects, each of them whole, that are read as one file."""

import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import object_parts
from backprop_viz.recording.files.object_parts import PartsReader, PartsWriter
from backprop_viz.recording.files.rank_files import files_of_run
from backprop_viz.recording.files.remote_path import any_path
from backprop_viz.recording.run.run_origin import RunOrigin
from tests.recording.files.test_remote_path import recordings
from tests.recording.streams import unlike

fsspec = pytest.importorskip("fsspec")
from fsspec.implementations.memory import MemoryFileSystem  # noqa: E402


class Store(MemoryFileSystem):
    """As a store of objects: nothing can be appended, and it may be full."""

    protocol = ("s3",)
    store: dict[str, object] = {}  # noqa: RUF012 - as fsspec has it
    pseudo_dirs = [""]  # noqa: RUF012
    full = False

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + path.removeprefix("s3://").strip("/")

    def _open(self, path: str, mode: str = "rb", **more: object) -> object:
        if "a" in mode:
            raise NotImplementedError("no appending")
        if "w" in mode and self.full:
            raise OSError("the bucket is full")
        return super()._open(path, mode, **more)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setitem(sys.modules["fsspec.registry"]._registry, "s3", Store)
    monkeypatch.setattr(object_parts, "PART_BYTES", 1)  # each write is an object
    Store.clear_instance_cache()
    store = Store()
    store.full = False
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    Store.clear_instance_cache()


def objects(store: Store) -> list[str]:
    return sorted(os.path.basename(path) for path in store.find("/runs"))


def test_what_is_written_is_followed_and_read_as_one_file(bucket: Store) -> None:
    first, second, third = made = recordings(3)
    with bv.RecordingFileWriter("s3://runs/run.bprec") as writer:
        writer.set_run(RunOrigin("script", "train.py"))
        writer.add(first)
        with bv.load("s3://runs/run.bprec") as file:
            assert not file.poll()
            writer.add(second)
            assert file.poll()
            assert [place.iteration for place in file.places] == [1, 2]
            assert not list(unlike(file[1], second))
        writer.add(third)
    assert objects(bucket) == [f"run.bprec.{n:06}" for n in range(1, len(objects(bucket)) + 1)]
    with bv.load("s3://runs/run.bprec") as file:
        assert file.is_closed
        assert file.origin == RunOrigin("script", "train.py")
        assert not [d for a, b in zip(file, made, strict=True) for d in unlike(a, b)]


def test_the_objects_put_together_are_the_file(bucket: Store, tmp_path: object) -> None:
    made = recordings(4)
    with bv.RecordingFileWriter("s3://runs/run.bprec") as writer:
        for one in made:
            writer.add(one)
    whole = b"".join(bucket.cat_file(f"/runs/{name}") for name in objects(bucket))
    path = any_path(f"{tmp_path}/run.bprec")
    path.write_bytes(whole)
    assert [recording.loss for recording in bv.load(path)] == [one.loss for one in made]


def test_a_writer_that_was_killed_leaves_what_was_put(
    bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = recordings(2)
    writer = bv.RecordingFileWriter("s3://runs/run.bprec")
    writer.add(first)
    monkeypatch.setattr(object_parts, "PART_BYTES", 2**23)
    monkeypatch.setattr(object_parts, "PART_EVERY_S", 1e9)
    writer.add(second)  # it waits for more, or for the time to come
    with bv.load("s3://runs/run.bprec") as file:
        assert [recording.loss for recording in file] == [first.loss]
        monkeypatch.setattr(object_parts, "PART_EVERY_S", 0.0)
        writer.add_losses([1], [0.5])
        assert file.poll()
        assert [place.iteration for place in file.places] == [1, 2]
    writer.close()


def test_a_new_run_drops_the_objects_of_the_one_before(bucket: Store) -> None:
    first, second, third = recordings(3)
    bucket.pipe_file("/runs/run.bprec", b"something else")
    bucket.pipe_file("/runs/run.bprec.txt", b"notes")
    with bv.RecordingFileWriter("s3://runs/run.bprec") as writer:
        writer.add(first)
        writer.add(second)
    before = objects(bucket)
    assert before[-1] == "run.bprec.txt"
    assert "run.bprec" not in before
    with bv.RecordingFileWriter("s3://runs/run.bprec") as writer:
        writer.add(third)
    assert len(objects(bucket)) < len(before)
    assert [recording.loss for recording in bv.load("s3://runs/run.bprec")] == [third.loss]
    with bv.RecordingFileWriter("s3://runs/run.bprec", append=True) as writer:
        writer.add(first)
    losses = [recording.loss for recording in bv.load("s3://runs/run.bprec")]
    assert losses == [third.loss, first.loss]


def test_a_store_that_takes_no_more_is_one_sentence(bucket: Store) -> None:
    first, second = recordings(2)
    writer = bv.RecordingFileWriter("s3://runs/run.bprec")
    writer.add(first)
    bucket.full = True
    with pytest.raises(
        UserError, match=r"^s3://runs/run.bprec cannot be written: the bucket is full\.$"
    ):
        writer.add(second)
    bucket.full = False
    writer.close()
    assert [recording.loss for recording in bv.load("s3://runs/run.bprec")] == [first.loss]


def test_ranks_are_found_beside_each_other(bucket: Store) -> None:
    for rank in range(2):
        origin = RunOrigin("watch", "t.py", "/t.py", rank=rank, world_size=2)
        with bv.RecordingFileWriter(f"s3://runs/run.rank{rank}.bprec") as writer:
            writer.set_run(origin)
    found = files_of_run(any_path("s3://runs/run.rank1.bprec"))
    assert [str(path) for path in found] == [f"s3://runs/run.rank{rank}.bprec" for rank in (0, 1)]
    with pytest.raises(UserError, match=r"run.rank2.bprec cannot be read: there is no such file"):
        bv.load("s3://runs/run.rank2.bprec")


def test_any_bytes_are_read_wherever_an_object_begins(
    bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_parts, "MOST_OPEN_PARTS", 2)
    random = np.random.default_rng(1)
    whole = b""
    with PartsWriter(bucket, "/runs/x", append=False) as writer:
        for size in (1, 5, 100, 3, 40):
            piece = random.bytes(size)
            writer.write(piece)
            whole += piece
    parts = object_parts.object_parts(bucket, "/runs/x")
    assert [part.size for part in parts] == [1, 5, 100, 3, 40]
    with PartsReader(parts, lambda path: bucket.open(path, "rb")) as reader:
        assert reader.read() == whole
        for _ in range(200):
            start, size = random.integers(0, len(whole) + 5, 2)
            assert reader.seek(int(start)) == reader.tell()
            assert reader.read(int(size)) == whole[start : start + size]
