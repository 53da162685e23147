"""A recording file that is read: its recordings, each when it is asked for."""

import os
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, Self, overload
from weakref import WeakValueDictionary

import numpy as np

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import size_of
from backprop_viz.recording.files.chunks import (
    RECORD_HEAD,
    ChunkHead,
    chunk_contents,
    read_chunk_head,
)
from backprop_viz.recording.files.file_layout import (
    FileLayout,
    Place,
    RecordingPlace,
    ScanReport,
    indexed_layout,
    scanned_layout,
    size_of_stream,
)
from backprop_viz.recording.files.file_notes import (
    FileNews,
    FileNotes,
    Losses,
    joined_losses,
    records_of,
)
from backprop_viz.recording.files.remote_path import AnyPath, RemotePath, any_path
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, array_head
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.records import RecordType
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.limits import (
    MOST_DESCRIPTION_BYTES,
    MOST_RECORDING_BYTES,
    MOST_TENSORS,
)
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import ScalarCurve
from backprop_viz.recording.run.whereabouts import Whereabouts
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Where a file that a reader has open cannot be replaced, a thinned one is written over it. Then so
# many bytes tell whether it is still the same.
IS_OVERWRITTEN, _LAST = sys.platform == "win32", 64
_TENSOR_ID = struct.Struct("<Q")


class RecordingFile(Sequence[Recording]):
    """The recordings of a file, in the order in which they were written.

    Each is read when it is asked for, and kept as long as somebody holds it. A file of just one
    recording has everything that the recording has: ``bv.load(path).events``. Of a file whose
    writer was killed, all whole recordings are there.
    """

    def __init__(self, path: AnyPath, report: ScanReport | None = None) -> None:
        """Open a file. Without an index it is looked through, and ``report`` is called meanwhile.

        Raises UserError, which is a ValueError, if it is no recording file or cannot be read.
        """
        self.path = path
        _expect_file(path)
        self._held: WeakValueDictionary[tuple[int, int], Recording] = WeakValueDictionary()
        self._size = self._told_places = 0
        self._anew = True
        # Chunks that were looked through, by where they begin: they need not be read again.
        self._scanned: dict[int, tuple[ChunkHead, bytes]] = {}
        self._stream: IO[bytes] = self.path.open("rb")
        try:
            self._open(report)
        except BaseException:
            self._stream.close()
            raise

    def __len__(self) -> int:
        return len(self._layout.recordings)

    @overload
    def __getitem__(self, number: int) -> Recording: ...

    @overload
    def __getitem__(self, number: slice) -> list[Recording]: ...

    def __getitem__(self, number: int | slice) -> Recording | list[Recording]:
        """A recording, or several. Raises IndexError; UserError for one that is damaged."""
        if isinstance(number, slice):
            return [self._recording(place) for place in self._layout.recordings[number]]
        if not self:
            told = f"file.health has {len(self.health)}, .losses {len(self.losses[0])} iterations"
            raise IndexError(f"{self.path.name} holds no whole recording; {told}.")
        return self._recording(self._layout.recordings[number])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if not len(self):
            raise AttributeError(f"{self.path.name} holds no whole recording: there is no {name}.")
        if len(self) != 1:
            raise AttributeError(
                f"{self.path.name} holds {len(self)} recordings: choose one, as in file[0].{name}."
            )
        return getattr(self[0], name)

    def __repr__(self) -> str:
        noun = "recording" if len(self) == 1 else "recordings"
        return f"<RecordingFile {self.path.name}: {len(self)} {noun}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # So that bv.load(path).explain(...) leaves nothing open.
        if (stream := self.__dict__.get("_stream")) is not None:
            stream.close()

    def close(self) -> None:
        """Close the file; recordings that were read stay as they are."""
        self._stream.close()

    @property
    def places(self) -> Sequence[RecordingPlace]:
        """Of each recording its iteration, loss and bytes, without reading it."""
        return tuple(self._layout.recordings)

    @property
    def cut_short(self) -> bool:
        """Whether it ends in the middle of a chunk: it is still written, or its writer died."""
        return self._layout.cut

    @property
    def is_closed(self) -> bool:
        """Whether its writer has closed it; else it is still written, or its writer died."""
        return indexed_layout(self._stream, self._size) is not None

    @property
    def damaged_bytes(self) -> int:
        """How many bytes could not be read and were passed over."""
        return self._layout.damaged

    @property
    def origin(self) -> RunOrigin | None:
        """What its recordings are of, as the file tells it."""
        return self._notes.run.origin

    @property
    def program(self) -> Program | None:
        """The source of what ran, as the file tells it; of several that in which it ended."""
        return self._notes.run.program

    @property
    def programs(self) -> Sequence[Program]:
        """The source of what ran, and of each file or cell in which the loop went on."""
        return tuple(self._notes.programs)

    @property
    def whereabouts(self) -> Whereabouts | None:
        """Where the rank that wrote the file was, as told last; None of a run of one process."""
        return self._notes.whereabouts

    @property
    def scalars(self) -> Mapping[str, ScalarCurve]:
        """What the loop has logged, by name: iterations (n,) and numbers (n,), both float64."""
        return self._notes.scalars.curves()

    @property
    def losses(self) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
        """The iterations (n,) whose losses are known, recorded or not, and their losses (n,)."""
        told, own = (
            joined_losses(self._notes.losses),
            _own_losses([*self._layout.recordings, *self._notes.health]),
        )
        iterations, first = np.unique(np.concatenate([told[0], own[0]]), return_index=True)
        return iterations, np.concatenate([told[1], own[1]])[first]

    @property
    def health(self) -> tuple[IterationHealth, ...]:
        """The health of iterations of which nothing else was kept, in the order of the file."""
        return tuple(self._notes.health)

    def news(self) -> FileNews:
        """What was found since this was asked before, by opening the file and by ``poll``."""
        anew, self._anew = self._anew, False
        losses, scalars, health = self._notes.fresh()
        places = self._layout.recordings[self._told_places :]
        self._told_places = len(self._layout.recordings)
        return FileNews(anew, losses, _own_losses([*places, *health]), scalars, health)

    def poll(self) -> bool:
        """Look for what was written since; whether there is any, or the file was thinned."""
        if self._replaced():
            self._stream.close()
            self._stream = self.path.open("rb")
            self._open(None)
            return True
        if isinstance(self.path, RemotePath) and self.path.stat().st_size != self._size:
            self._stream.close()
            self._stream = self.path.open("rb")  # as it is now
        size = size_of_stream(self._stream)
        if size <= self._size:
            return False
        self._scanned = {}
        more = scanned_layout(self._stream, self._layout.end, size, keep=self._keep_scanned)
        self._size = size
        self._layout.append(more)
        self._read_notes(more.notes)
        self._last = self._last_bytes() if IS_OVERWRITTEN else b""
        return bool(more.recordings or more.notes)

    # -- within ------------------------------------------------------------------------------

    def _open(self, report: ScanReport | None) -> None:
        self._size = size_of_stream(self._stream)
        self._notes = FileNotes()
        self._told_places, self._anew, self._scanned = 0, True, {}
        self._stream.seek(0)
        _read_header(self._stream, self.path)
        layout = indexed_layout(self._stream, self._size)
        if layout is None:
            layout = scanned_layout(self._stream, 0, self._size, report)
        self._layout: FileLayout = layout
        self._read_notes(layout.notes)
        self._last = self._last_bytes() if IS_OVERWRITTEN else b""

    def _replaced(self) -> bool:
        """Whether another file is in its place now, or it has become shorter."""
        if isinstance(self.path, RemotePath):
            return self.path.stat().st_size < self._size
        try:
            now, mine = self.path.stat(), os.fstat(self._stream.fileno())
        except OSError:
            return False
        if (now.st_ino, now.st_dev) != (mine.st_ino, mine.st_dev) or now.st_size < self._size:
            return True
        return IS_OVERWRITTEN and now.st_size > self._size and self._last_bytes() != self._last

    def _last_bytes(self) -> bytes:
        """The bytes before those that were not looked through yet."""
        self._stream.seek(max(self._layout.end - _LAST, 0))
        return self._stream.read(min(_LAST, self._layout.end))

    def _read_notes(self, notes: Sequence[Place]) -> None:
        for place, _ in notes:
            with suppress(Malformed, EOFError):  # the recordings are there all the same
                self._notes.take(self._contents(place))
                self._scanned.pop(place, None)

    def _keep_scanned(self, place: int, head: ChunkHead, data: bytes) -> None:
        """Keep a chunk that was looked through and is soon read: a note, the newest recording."""
        told = head.summary
        if told.holds == "recording" and told.part == 0:
            known = self._scanned.items()
            self._scanned = {at: kept for at, kept in known if kept[0].summary.holds != told.holds}
        self._scanned[place] = head, data

    def _recording(self, place: RecordingPlace) -> Recording:
        held = self._held.get((place.offset, place.serial))
        if held is None:
            try:
                held = self._read(place)
            except (Malformed, EOFError, ValueError) as error:
                raise _UnreadableError(
                    _DAMAGED, place.iteration, self.path.name, str(error)
                ) from error
            self._held[place.offset, place.serial] = held
        return held

    def _read(self, place: RecordingPlace) -> Recording:
        reader, limits = RecordingReader(), _Limits()
        for kind, payload in records_of(self._contents(place.offset)):
            limits.take(kind, payload)
            reader.take(kind, payload)
        recording = reader.recording()
        if recording is None:
            raise Malformed("no iteration begins in it")
        return recording

    def _contents(self, offset: int) -> bytearray:
        """What is inside the chunks that begin at a byte of the file."""
        head, data = self._chunk(offset)
        expected, parts = head.summary.bytes, head.summary.parts
        if expected > MOST_RECORDING_BYTES:
            raise Malformed(
                f"it takes {expected:,} bytes, and {MOST_RECORDING_BYTES:,} are the most"
            )
        found = bytearray()
        for part in range(parts):
            if part:
                head, data = self._chunk(offset)
            if head.summary.part != part or len(found) + head.inside > expected:
                raise Malformed("its chunks do not belong together")
            if data is None:
                data = frames.read_exactly(self._stream, head.stored)
            found += chunk_contents(head, data)
            offset += head.length + head.stored
        return found

    def _chunk(self, offset: int) -> tuple[ChunkHead, bytes | None]:
        """A chunk's head; and its bytes, if they are known: else they are to be read next."""
        if offset in self._scanned:
            return self._scanned[offset]
        self._stream.seek(offset)
        record = frames.read_exactly(self._stream, RECORD_HEAD.size)
        if record[0] != RecordType.CHUNK:
            raise Malformed("its chunks are not all there")
        return read_chunk_head(record, self._stream), None


def _own_losses(told: Sequence[RecordingPlace | IterationHealth]) -> Losses:
    known = [(one.iteration, one.loss) for one in told if one.loss is not None]
    iterations, losses = zip(*known, strict=True) if known else ((), ())
    return np.array(iterations, np.int64), np.array(losses, np.float64)


def check_recording_file(path: AnyPath) -> None:
    """Look whether a file begins as one of recordings, which takes no time, however large it is.

    Raises UserError if it does not, or cannot be read.
    """
    _expect_file(path)
    with path.open("rb") as stream:
        _read_header(stream, path)


def _expect_file(path: AnyPath) -> None:
    """Raise UserError for what is no file that can be read."""
    if isinstance(path, RemotePath):
        path.stat()
    else:
        size_of(path)


def _read_header(stream: IO[bytes], path: AnyPath) -> None:
    try:
        frames.read_header(stream)
    except EOFError:
        raise _UnreadableError(_NO_RECORDING, path.name) from None
    except ValueError as error:
        newer = "version" in str(error)
        raise _UnreadableError(_NEWER if newer else _NO_RECORDING, path.name) from error


class _UnreadableError(UserError, ValueError):
    """A file that cannot be read as one of recordings."""


class _Limits:
    """Bounds on what a recording asks for, so that a small file cannot take all memory."""

    def __init__(self) -> None:
        self._tensors = self._tensor_bytes = self._description_bytes = 0

    def take(self, kind: int, payload: memoryview) -> None:
        """Count a record. Raises Malformed where there is too much."""
        if kind == RecordType.TENSOR:
            self._tensors += 1
            self._tensor_bytes += array_head(payload[_TENSOR_ID.size :]).size
        else:
            self._description_bytes += len(payload)
        if (
            self._tensors > MOST_TENSORS
            or self._tensor_bytes > MOST_RECORDING_BYTES
            or self._description_bytes > MOST_DESCRIPTION_BYTES
        ):
            raise Malformed("it holds more than any recording does")


def load(path: str | os.PathLike[str], report: ScanReport | None = None) -> RecordingFile:
    """Open a recording file, which neither torch nor Qt is needed for.

    ``path`` may be a URL, as "s3://bucket/run.bprec": the file is read by blocks, by fsspec.
    A file without an index, as a killed process leaves it, is looked through; ``report`` is
    called meanwhile with the bytes done and the bytes in all, and stops it by an exception.
    Raises UserError, which is a ValueError, if it is no recording file or cannot be read.
    """
    return RecordingFile(any_path(path), report)


_NO_RECORDING = QT_TRANSLATE_NOOP("errors", "{0} is not a recording: choose a .bprec file.")
_NEWER = QT_TRANSLATE_NOOP(
    "errors", "{0} was written by a newer version of backprop_viz: update the program."
)
_DAMAGED = QT_TRANSLATE_NOOP(
    "errors", "The recording of iteration {0} in {1} is damaged ({2}): choose another one."
)
