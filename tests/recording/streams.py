"""Recordings through bytes, and whether what comes back is the same."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import IO

from backprop_viz.recording.files.recording_file import load
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.records import RecordType
from backprop_viz.recording.format.writer import RecordingWriter
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import Array, Event


def stream_of(recordings: Iterable[Recording]) -> bytes:
    """The bytes of a stream that tells of recordings, one after the other."""
    writer = RecordingWriter()
    pieces = [piece for recording in recordings for piece in writer.pieces(recording)]
    return frames.header() + b"".join(pieces)


def read_recordings(stream: IO[bytes]) -> list[Recording]:
    """The recordings in a stream, in order; of one that is cut short, all up to its last record.

    Raises ValueError, a sentence, if it holds no records, a newer version's, or damaged ones.
    """
    frames.read_header(stream)
    reader, found = RecordingReader(), dict[int, Recording]()
    try:
        while True:
            kind, payload = frames.read_record(stream)
            if reader.take(kind, payload) and kind == RecordType.STATE:
                recording = reader.recording()
                assert recording is not None
                found[recording.serial] = recording
    except EOFError:
        pass
    return list(found.values())


def through_stream(*recordings: Recording) -> Recording:
    """What is read back of the newest of several states of one recording."""
    return read_recordings(io.BytesIO(stream_of(recordings)))[-1]


def through_file(recording: Recording, folder: Path) -> Recording:
    """What is read back of a recording that was saved."""
    path = folder / "run.bprec"
    recording.save(path)
    with load(path) as file:
        return file[0]


def kinds_of(stream: bytes) -> list[int]:
    """The types of the records in a stream."""
    opened, found = io.BytesIO(stream), []
    frames.read_header(opened)
    while opened.tell() < len(stream):
        found.append(frames.read_record(opened)[0])
    return found


def unlike(one: Recording, other: Recording) -> Iterator[str]:
    """In what two recordings differ: in a field, or in any bit of a tensor."""
    for field in fields(Recording):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name == "tensors":
            pairs = zip(mine.since(0), theirs.since(0), strict=True)
            yield from (f"tensor {i}" for i, pair in enumerate(pairs) if not same(*pair))
        elif field.name in ("events", "parameters"):
            told = (list(map(_told, records)) for records in (mine, theirs))
            if next(told) != next(told):
                yield field.name
        # As text: NaN is no other number than NaN.
        elif repr(mine) != repr(theirs):
            yield f"{field.name}: {mine!r}, {theirs!r}"


def same(one: Array, other: Array) -> bool:
    """Whether two arrays are equal, bit for bit."""
    alike = one.dtype == other.dtype and one.shape == other.shape
    return alike and one.tobytes() == other.tobytes()


def _told(record: Event) -> dict[str, object]:
    return {f.name: getattr(record, f.name) for f in fields(record) if f.name != "tensors"}
