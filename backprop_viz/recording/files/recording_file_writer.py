"""Writes recordings to a file as they come, within bounds."""

import errno
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Self

import numpy as np
from msgspec import Struct

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.files.atomic import errors_as_sentences, write_atomically
from backprop_viz.recording.files.chunks import ChunkSummary, chunk_pieces
from backprop_viz.recording.files.file_layout import (
    HEADER_SIZE,
    FileLayout,
    Place,
    RecordingPlace,
    index_pieces,
)
from backprop_viz.recording.files.remote_path import AnyPath, RemotePath, any_path
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import encoded
from backprop_viz.recording.format.compact_arrays import ArrayPacker
from backprop_viz.recording.format.frames import Buffer
from backprop_viz.recording.format.records import LossesRecord, RecordType, RunRecord, ScalarsRecord
from backprop_viz.recording.format.writer import RecordingWriter, health_pieces
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import LoggedScalar
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# When a file would become too large, it is thinned to this share of its bound: the larger, the
# more often all of it is copied.
_THINNED = 0.5
_COPIED = 2**22


class RecordingFileWriter:
    """Appends recordings to a new file, each as whole chunks, and an index when it is closed.

    What was added is in the file when ``add`` returns, so that a reader can follow it, and what a
    killed process leaves can be read.

    ``bytes_per_second``: a recording that would make it more, since the file was begun, is left
    out, but not the first. ``bytes_in_all``: when the file would become larger, every other one of
    the oldest recordings is dropped, until it is half as large; of the newest, each stays. Both
    count what is in the file, compressed. ``left_out`` and ``thinned`` say how many were.

    ``append``: go on behind what is in the file already, to which then no bound applies.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        bytes_per_second: float | None = None,
        bytes_in_all: int | None = None,
        append: bool = False,
    ) -> None:
        """Begin a file, in place of any that is there.

        Raises UserError if it cannot be written, ValueError for a bound that is not above 0.
        """
        for bound in (bytes_per_second, bytes_in_all):
            if bound is not None and not bound > 0:
                raise ArgumentError(_BOUND, bound)
        self.path = any_path(path)
        if isinstance(self.path, RemotePath) and bytes_in_all is not None:
            raise ArgumentError(_NOT_THINNED, self.path)
        self.left_out = self.thinned = 0
        self._per_second, self._in_all = bytes_per_second, bytes_in_all
        self._began = time.monotonic()
        self._pid = os.getpid()  # one that is forked, as a DataLoader's worker, writes nothing
        with errors_as_sentences(self.path):
            self._stream = _opened(self.path, append=append)
            self._start = self._stream.seek(0, os.SEEK_END)
            self._layout = FileLayout(end=self._start)
            self._append([frames.header()])
        self._spent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        with suppress(Exception):  # nobody is there to be told
            self.close()

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._layout.end - self._start

    @property
    def kept(self) -> int:
        """How many recordings are in the file."""
        return len(self._layout.recordings)

    def add(self, recording: Recording, *, again: bool = False) -> bool:
        """Write a recording. Returns False where a bound leaves it out.

        ``again``: it is the one that was added last, and longer, and takes that one's place.

        Raises UserError if the disk is full or gone; what was added before is then whole.
        """
        of = recording.serial, recording.iteration, recording.loss
        again = again and [one.serial for one in self._layout.recordings[-1:]] == [recording.serial]
        summary = ChunkSummary("recording", *of, again=again)
        place = self._written(recording_pieces(recording), summary)
        if place is None:
            self.left_out += 1
            return False
        length = self._layout.end - place
        found = RecordingPlace(place, length, recording.serial, recording.iteration, recording.loss)
        self._layout.add(found, again=again)
        return True

    def add_losses(self, iterations: Sequence[int], losses: Sequence[float]) -> bool:
        """Write the losses of iterations, also of those that are not recorded.

        Many at a time take the least room: 16 bytes each, before compression.
        """
        record = LossesRecord(np.array(iterations, np.int64), np.array(losses, np.float64))
        return self._note(_pieces(RecordType.LOSSES, record), ChunkSummary("losses"))

    def add_scalars(self, logged: Sequence[LoggedScalar]) -> bool:
        """Write what a loop has logged, in the order in which it did."""
        pieces: list[Buffer] = []
        for name in dict.fromkeys(name for name, _, _ in logged):
            mine = [(iteration, number) for other, iteration, number in logged if other == name]
            iterations, numbers = zip(*mine, strict=True)
            record = ScalarsRecord(
                name, np.array(iterations, np.int64), np.array(numbers, np.float64)
            )
            pieces += _pieces(RecordType.SCALARS, record)
        return self._note(pieces, ChunkSummary("losses"))

    def add_health(self, health: IterationHealth) -> bool:
        """Write the health of an iteration of which nothing else is kept; whether it was."""
        pieces = health_pieces(health)
        summary = ChunkSummary("health", iteration=health.iteration, loss=health.loss)
        return self._note(pieces, summary)

    def set_run(self, origin: RunOrigin | None, program: Program | None = None) -> bool:
        """Write what the recordings are of, in place of what was said before."""
        record = RunRecord(origin, program)
        return self._note(_pieces(RecordType.RUN, record), ChunkSummary("run"))

    def add_whereabouts(self, whereabouts: Whereabouts) -> bool:
        """Write where the rank is."""
        pieces = frames.record_pieces(RecordType.WHEREABOUTS, (encoded(whereabouts),))
        return self._note(list(pieces), ChunkSummary("whereabouts"))

    def close(self) -> None:
        """Write the index, without which a large file opens slowly, and close the file."""
        if self._stream.closed or os.getpid() != self._pid:
            return
        try:
            index = index_pieces(self._layout, self._start)
            if self._in_all is None or self.size + sum(map(len, index)) <= self._in_all:
                self._append(index)
        finally:
            self._stream.close()

    # -- within ------------------------------------------------------------------------------

    def _note(self, pieces: list[Buffer], summary: ChunkSummary) -> bool:
        place = self._written(pieces, summary)
        if place is not None:
            self._layout.notes.append((place, self._layout.end - place))
        return place is not None

    def _written(self, pieces: list[Buffer], summary: ChunkSummary) -> int | None:
        """Append records as chunks; where they begin, or None if a bound is in the way."""
        # The first is always written: else nothing would be of which one is more than that.
        first = not (self.kept if summary.holds == "recording" else self._spent)
        if not first and self._is_too_much(0):
            return None
        chunks = [piece for chunk in chunk_pieces(pieces, summary) for piece in chunk]
        size = sum(map(len, chunks))
        if not first and self._is_too_much(size):
            return None
        if self._in_all is not None and not self._made_room(size, self._in_all):
            return None
        place = self._layout.end
        self._append(chunks)
        self._spent += size
        return place

    def _is_too_much(self, size: int) -> bool:
        """Whether this many more bytes would exceed ``bytes_per_second``."""
        if self._per_second is None:
            return False
        return self._spent + size > (time.monotonic() - self._began) * self._per_second

    def _append(self, pieces: Sequence[Buffer]) -> None:
        """Write at the end. What could not be written whole is taken back."""
        place = self._layout.end
        if isinstance(self.path, RemotePath):
            pieces = [b"".join(pieces)]  # each is sent by itself
        try:
            with errors_as_sentences(self.path):
                for piece in pieces:
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[self._stream.write(rest) or 0 :]
        except BaseException:
            self._stream.truncate(place)
            self._stream.seek(place)
            raise
        self._layout.end = place + sum(map(len, pieces))

    def _made_room(self, size: int, bound: int) -> bool:
        """Drop old recordings and notes if need be; whether this many more bytes fit then."""
        if self.size + size <= bound:
            return True
        room = int(bound * _THINNED) - HEADER_SIZE - size
        notes = _newest(self._layout.notes, max(room, 0) // 2)
        room -= sum(length for _, length in notes)
        recordings = _thinned(self._layout.recordings, max(room, 0))
        if HEADER_SIZE + size > bound:
            return False
        before = len(self._layout.recordings)
        self._rewrite(FileLayout(recordings, notes))
        self.thinned += before - len(recordings)
        return True

    def _rewrite(self, kept: FileLayout) -> None:
        """Put a file in this one's place that holds only what is kept."""
        assert isinstance(self.path, Path)
        temporary = self.path.with_name(f".{self.path.name[:100]}.part")
        layout = FileLayout(end=self._start + HEADER_SIZE)
        with errors_as_sentences(self.path), self.path.open("rb") as old:
            try:
                with temporary.open("wb") as new:
                    _copy(old, new, 0, layout.end)
                    for place in sorted(_everything(kept), key=_offset):
                        _move(place, old, new, layout)
                    new.flush()
                old.close()
                self._stream.close()  # an open file cannot be replaced everywhere
                _put_in_place(temporary, self.path)
                self._layout = layout
            finally:
                temporary.unlink(missing_ok=True)
                self._stream = _opened(self.path, append=True)


def _put_in_place(temporary: Path, path: Path) -> None:
    """Put a file in another one's place, also where a reader that has it open forbids that.

    Then its content is written over the other's; until that is done, the temporary file has it all.
    """
    try:
        os.replace(temporary, path)
    except PermissionError:
        with temporary.open("rb") as new, path.open("r+b") as old:
            shutil.copyfileobj(new, old, _COPIED)
            old.truncate()


def _opened(path: AnyPath, *, append: bool) -> IO[bytes]:
    if isinstance(path, RemotePath):
        return path.begun(append=append)
    return path.open("ab" if append else "wb", buffering=0)


def _pieces(kind: RecordType, record: Struct) -> list[Buffer]:
    return frames.record_pieces(kind, (encoded(record),))


def recording_pieces(recording: Recording) -> list[Buffer]:
    """The records of a recording as files have them, before compression."""
    return RecordingWriter(lambda told: ArrayPacker(told).pieces).pieces(recording)


def save_recording(recording: Recording, path: str | os.PathLike[str]) -> None:
    """Write a file of one recording, in place of any that is there.

    Raises UserError if it cannot be written; what was there is then as it was.
    """
    target = Path(path)
    summary = ChunkSummary("recording", recording.serial, recording.iteration, recording.loss)
    chunks = chunk_pieces(recording_pieces(recording), summary)
    content = b"".join([frames.header(), *(piece for chunk in chunks for piece in chunk)])
    place = RecordingPlace(
        HEADER_SIZE,
        len(content) - HEADER_SIZE,
        recording.serial,
        recording.iteration,
        recording.loss,
    )
    layout = FileLayout([place], end=len(content))
    write_atomically(target, b"".join([content, *index_pieces(layout, 0)]))


def _thinned(places: Sequence[RecordingPlace], room: int) -> list[RecordingPlace]:
    """As many recordings as fit: of the oldest, every other one is dropped, again and again.

    If that is not enough, the oldest are dropped altogether.
    """
    kept, size = list(places), sum(place.length for place in places)
    while size > room and len(kept) > 2:
        older = kept[: len(kept) // 2 + 1]
        dropped: set[int] = set()
        for place in older[1::2]:
            if size <= room:
                break
            dropped.add(place.offset)
            size -= place.length
        kept = [place for place in kept if place.offset not in dropped]
    while kept and size > room:
        size -= kept.pop(0).length
    return kept


def _newest(notes: Sequence[Place], room: int) -> list[Place]:
    """The newest notes that fit, but the first of all: it says what the recordings are of."""
    kept, size = list(notes), sum(length for _, length in notes)
    while len(kept) > 1 and size > room:
        size -= kept.pop(1)[1]
    return kept


def _everything(layout: FileLayout) -> list[RecordingPlace | Place]:
    return [*layout.recordings, *layout.notes]


def _offset(place: RecordingPlace | Place) -> int:
    return place[0] if isinstance(place, tuple) else place.offset


def _move(
    place: RecordingPlace | Place, old: IO[bytes], new: IO[bytes], layout: FileLayout
) -> None:
    """Copy chunks behind what is in the new file, and note where they are there."""
    if isinstance(place, tuple):
        layout.notes.append((layout.end, place[1]))
        length = place[1]
    else:
        layout.recordings.append(replace(place, offset=layout.end))
        length = place.length
    _copy(old, new, _offset(place), length)
    layout.end += length


def _copy(old: IO[bytes], new: IO[bytes], offset: int, length: int) -> None:
    old.seek(offset)
    while length:
        piece = old.read(min(length, _COPIED))
        if not piece:
            raise OSError(errno.EIO, "it has become shorter")
        new.write(piece)
        length -= len(piece)


_NOT_THINNED = QT_TRANSLATE_NOOP(
    "errors", "{0} is on another machine, where a file cannot be thinned: leave out bytes_in_all."
)
_BOUND = QT_TRANSLATE_NOOP(
    "errors", "A bound of {0} bytes is not possible: give a number above 0, or None for no bound."
)
