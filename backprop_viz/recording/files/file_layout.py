"""Where the chunks of a recording file are: by its index, or by going from one to the next."""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

import numpy as np

from backprop_viz.recording.files.chunks import RECORD_HEAD, ChunkHead, read_chunk_head
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, decoded, encoded
from backprop_viz.recording.format.frames import MAGIC
from backprop_viz.recording.format.records import IndexRecord, RecordType

HEADER_SIZE = len(frames.header())
_CHECKSUM = struct.Struct("<I")
_END = struct.Struct("<BQQ")  # the record's head; the bytes from the index record to here
END_SIZE = _END.size + len(MAGIC)
# How many bytes lie between two reports of the progress.
REPORTED_BYTES = 2**24
_SEARCHED = 2**20

# Called with the bytes looked through and those of the file; raises Cancelled to stop.
ScanReport = Callable[[int, int], None]
KeepChunk = Callable[[int, ChunkHead, bytes], None]


# A chunk: where it begins, and its bytes.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RecordingPlace:
    """A recording in a file: where its first chunk begins, and the bytes of all of its chunks."""

    offset: int
    length: int
    serial: int
    iteration: int
    loss: float | None


@dataclass(slots=True)
class FileLayout:
    """What is where, up to the byte ``end``; the chunks of ``notes`` tell of runs and losses.

    ``cut``: after it come bytes that are no whole chunk. ``damaged`` bytes were passed over.
    ``again``: its first recording takes the place of the last one before all of this.
    """

    recordings: list[RecordingPlace] = field(default_factory=list)
    notes: list[Place] = field(default_factory=list)
    end: int = 0
    cut: bool = False
    damaged: int = 0
    again: bool = False

    def add(self, place: RecordingPlace, *, again: bool) -> None:
        """Add a recording. ``again``: in place of the last one, which may be before all of this."""
        if again and self.recordings:
            self.recordings.pop()
        else:
            self.again |= again
        self.recordings.append(place)

    def append(self, other: "FileLayout") -> None:
        """Add what comes after this."""
        if other.again and self.recordings:
            self.recordings.pop()
        self.recordings += other.recordings
        self.notes += other.notes
        self.end, self.cut = other.end, other.cut
        self.damaged += other.damaged


def index_pieces(layout: FileLayout, start: int) -> list[bytes]:
    """The index of the bytes from ``start`` to the layout's end, and what a file ends with."""
    here, places = layout.end, layout.recordings
    losses = [np.nan if place.loss is None else place.loss for place in places]
    index = encoded(
        IndexRecord(
            here - start,
            np.array([here - place.offset for place in places], np.uint64),
            np.array([place.length for place in places], np.uint64),
            np.array([place.serial for place in places], np.uint64),
            np.array([place.iteration for place in places], np.int64),
            np.array(losses, np.float64),
            tuple((here - note, length) for note, length in layout.notes),
        )
    )
    payload = _CHECKSUM.pack(zlib.crc32(index)) + index
    record = RECORD_HEAD.pack(RecordType.INDEX, len(payload)) + payload
    tail = _END.pack(RecordType.END, END_SIZE - RECORD_HEAD.size, len(record))
    return [record, tail + MAGIC]


def indexed_layout(stream: IO[bytes], size: int) -> FileLayout | None:
    """All that is in a file, by the indices that its parts end with; None where one is missing."""
    parts: list[FileLayout] = []
    end = size
    while end:
        found = _index_before(stream, end)
        if found is None:
            return None
        layout, start = found
        parts.append(layout)
        end = start
    whole = FileLayout()
    for part in reversed(parts):
        whole.append(part)
    return whole


def _index_before(stream: IO[bytes], end: int) -> tuple[FileLayout, int] | None:
    """What the index tells that ends at a byte, and where the bytes begin that it tells of."""
    if end < HEADER_SIZE + END_SIZE:
        return None
    stream.seek(end - END_SIZE)
    tail = stream.read(END_SIZE)
    kind, _, length = _END.unpack(tail[: _END.size])
    here = end - END_SIZE - length
    if kind != RecordType.END or not tail.endswith(MAGIC) or here < HEADER_SIZE:
        return None
    stream.seek(here)
    record = stream.read(length)
    kind, said = RECORD_HEAD.unpack(record[: RECORD_HEAD.size].ljust(RECORD_HEAD.size, b"\0"))
    payload = memoryview(record)[RECORD_HEAD.size :]
    if kind != RecordType.INDEX or said != len(payload) or said < _CHECKSUM.size:
        return None
    if _CHECKSUM.pack(zlib.crc32(payload[_CHECKSUM.size :])) != payload[: _CHECKSUM.size]:
        return None
    try:
        return _told(decoded(payload[_CHECKSUM.size :], IndexRecord), here, end)
    except Malformed:
        return None


def _told(index: IndexRecord, here: int, end: int) -> tuple[FileLayout, int]:
    start = here - index.start
    offsets = here - index.offset.astype(np.int64)
    columns = (index.length, index.serial, index.iteration, index.loss)
    shapes = {column.shape for column in (offsets, *columns)}
    notes = [(here - note, length) for note, length in index.notes]
    ends = offsets + index.length.astype(np.int64)
    inside = start >= 0 and all(start <= note < here for note, _ in notes)
    if len(shapes) != 1 or offsets.ndim != 1 or not inside:
        raise Malformed("the index is damaged")
    if offsets.size and (offsets.min() < start or ends.max() > here or (ends < offsets).any()):
        raise Malformed("the index is damaged")
    losses = [None if loss != loss else loss for loss in index.loss.tolist()]
    rows = zip(
        offsets.tolist(),
        index.length.tolist(),
        index.serial.tolist(),
        index.iteration.tolist(),
        losses,
        strict=True,
    )
    return FileLayout([RecordingPlace(*row) for row in rows], notes, end), start


# -- without an index ----------------------------------------------------------------------------


def scanned_layout(
    stream: IO[bytes],
    start: int,
    size: int,
    report: ScanReport | None = None,
    keep: KeepChunk | None = None,
) -> FileLayout:
    """What is in a file from byte ``start``, where a record begins, to ``size``.

    Each chunk tells what it holds, and how long it is: none is decompressed, all checksums are
    looked at. ``keep`` is called with where each whole one begins, its head and its bytes.
    """
    layout = FileLayout(end=start)
    reported = start
    for place in _records(stream, layout, size, keep):
        if report is not None and place - reported >= REPORTED_BYTES:
            reported = place
            report(place, size)
    if report is not None:
        report(size, size)
    return layout


def _records(
    stream: IO[bytes], layout: FileLayout, size: int, keep: KeepChunk | None
) -> Iterator[int]:
    """Take in one record after the other, and tell where each begins."""
    place, begun = layout.end, _Begun()
    while place < size:
        yield place
        try:
            after = _record_at(stream, place, size, layout, begun, keep)
        except (EOFError, Malformed) as error:
            found = _next_chunk(stream, place, size)
            if found is None:
                found = _next_header(stream, begun.last or place + 1, size)
            if found is None:
                layout.cut = True
                if isinstance(error, Malformed) and not layout.recordings and not layout.notes:
                    layout.damaged = size - place  # nothing of the file can be read
                return
            begun.drop_after(found, layout)
            begun.last = found + 1  # so that what begins there is not found again
            layout.damaged += max(0, found - place)
            after = found
        place = after
        if begun.whole:
            layout.end = place
    layout.cut = not begun.whole


class _Begun:
    """The recording of which not all chunks have come."""

    def __init__(self) -> None:
        self.offset = 0
        self.parts = 0
        self.head: ChunkHead | None = None
        self.last = 0  # where the last chunk's bytes begin

    @property
    def whole(self) -> bool:
        return self.head is None

    def take(self, head: ChunkHead, place: int, end: int, layout: FileLayout) -> None:
        """Note a chunk; a recording that goes on in no other one is dropped."""
        told = head.summary
        if told.part == 0:
            self.offset, self.parts = place, 0
        elif self.head is None or self.head.summary.serial != told.serial:
            return
        elif told.part != self.parts:
            self.head = None
            return
        self.parts += 1
        self.head = head
        if self.parts < told.parts:
            return
        self.head = None
        length = end - self.offset
        if told.holds != "recording":
            layout.notes.append((self.offset, length))
            return
        found = RecordingPlace(self.offset, length, told.serial, told.iteration, told.loss)
        layout.add(found, again=told.again)

    def drop_after(self, place: int, layout: FileLayout) -> None:
        """Forget what reaches beyond a byte where another part of the file begins."""
        self.head = None
        while layout.recordings and _end_of(layout.recordings[-1]) > place:
            layout.recordings.pop()


def _end_of(place: RecordingPlace) -> int:
    return place.offset + place.length


def _record_at(
    stream: IO[bytes],
    place: int,
    size: int,
    layout: FileLayout,
    begun: _Begun,
    keep: KeepChunk | None,
) -> int:
    """Take in the record at a place; where the next one begins."""
    stream.seek(place)
    start = frames.read_exactly(stream, RECORD_HEAD.size)
    if start[: len(MAGIC)] == MAGIC:
        stream.seek(place)
        try:
            frames.read_header(stream)
        except ValueError as error:
            raise Malformed(str(error)) from error
        return place + HEADER_SIZE
    kind, length = RECORD_HEAD.unpack(start)
    after: int = place + RECORD_HEAD.size + length
    if kind == RecordType.CHUNK:
        head = read_chunk_head(start, stream)
        begun.last = place + 1
        if after > size:
            raise EOFError
        # One that was cut may seem to end where a chunk of the file put behind it begins.
        data = frames.read_exactly(stream, head.stored)
        if zlib.crc32(data) != head.checksum:
            raise Malformed("a chunk's bytes are damaged")
        if keep is not None:
            keep(place, head, data)
        begun.take(head, place, after, layout)
    elif kind == 0 or kind > 127 or length > frames.LONGEST:
        raise Malformed(f"a record has the type {kind} and {length:,} bytes")
    elif after > size:
        raise EOFError
    return after


def _next_chunk(stream: IO[bytes], place: int, size: int) -> int | None:
    """Where the chunk after a damaged one begins, if the damaged one's length leads there."""
    stream.seek(place)
    start = stream.read(RECORD_HEAD.size)
    if len(start) < RECORD_HEAD.size or start[0] != RecordType.CHUNK:
        return None
    after: int = place + RECORD_HEAD.size + RECORD_HEAD.unpack(start)[1]
    if after + RECORD_HEAD.size > size:
        return None
    stream.seek(after)
    start = stream.read(RECORD_HEAD.size)
    if start[0] != RecordType.CHUNK:
        return None
    try:
        read_chunk_head(start, stream)
    except (EOFError, Malformed):
        return None
    return after


def _next_header(stream: IO[bytes], place: int, size: int) -> int | None:
    """Where the next part of a file begins, from a place on."""
    while place < size:
        stream.seek(place)
        block = stream.read(_SEARCHED + len(MAGIC))
        found = block.find(MAGIC)
        while found >= 0:
            # An index ends with it too: that is its end, not another part's beginning.
            if place + found + HEADER_SIZE <= size and not _ends_index(stream, place + found):
                return place + found
            found = block.find(MAGIC, found + 1)
        place += _SEARCHED
    return None


def _ends_index(stream: IO[bytes], place: int) -> bool:
    stream.seek(max(0, place - _END.size))
    kind, length, _ = _END.unpack(stream.read(_END.size))
    stream.seek(len(MAGIC), os.SEEK_CUR)
    # An end that was cut off just before its magic has the next part's behind it.
    is_header = stream.read(1) == bytes([frames.MAJOR])
    return bool(kind == RecordType.END and length == END_SIZE - RECORD_HEAD.size and not is_header)


def size_of_stream(stream: IO[bytes]) -> int:
    """The bytes that a stream has now."""
    return stream.seek(0, os.SEEK_END)
