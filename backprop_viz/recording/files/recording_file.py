"""A recording file that is read: its recordings, each when it is asked for."""

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
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
from backprop_viz.recording.files.remote_path import AnyPath, RemotePath, any_path
from backprop_viz.recording.format import frames
from backprop_viz.recording.format.codec import Malformed, array_head, decoded
from backprop_viz.recording.format.reader import RecordingReader
from backprop_viz.recording.format.records import LossesRecord, RecordType, RunRecord, ScalarsRecord
from backprop_viz.recording.health import IterationHealth
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.limits import (
    MOST_DESCRIPTION_BYTES,
    MOST_RECORDING_BYTES,
    MOST_TENSORS,
)
from backprop_viz.recording.program import Program
from backprop_viz.recording.run_origin import RunOrigin
from backprop_viz.recording.scalar_curves import ScalarCurve, ScalarCurves
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

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
        self._size = 0
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
        return self._recording(self._layout.recordings[number])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if len(self) != 1:
            raise AttributeError(
                f"{self.path.name} holds {len(self)} recordings: choose one, as in file[0].{name}."
            )
        return getattr(self[0], name)

    def __repr__(self) -> str:
        return f"<RecordingFile {self.path.name}: {len(self)} recordings>"

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
        return self._run.origin

    @property
    def program(self) -> Program | None:
        """The source of what ran, as the file tells it."""
        return self._run.program

    @property
    def scalars(self) -> Mapping[str, ScalarCurve]:
        """What the loop has logged, by name: iterations (n,) and numbers (n,), both float64."""
        return self._scalars.curves()

    @property
    def losses(self) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
        """The iterations (n,) whose losses are known, recorded or not, and their losses (n,)."""
        iterations = [np.empty(0, np.int64), *(record.iteration for record in self._losses)]
        losses = [np.empty(0), *(record.loss for record in self._losses)]
        own: list[RecordingPlace | IterationHealth] = [*self._layout.recordings, *self._health]
        known = [(one.iteration, one.loss) for one in own if one.loss is not None]
        iterations.append(np.array([iteration for iteration, _ in known], np.int64))
        losses.append(np.array([loss for _, loss in known], np.float64))
        told, first = np.unique(np.concatenate(iterations), return_index=True)
        return told, np.concatenate(losses)[first]

    @property
    def health(self) -> tuple[IterationHealth, ...]:
        """The health of iterations of which nothing else was kept, in the order of the file."""
        return tuple(self._health)

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
        more = scanned_layout(self._stream, self._layout.end, size)
        self._size = size
        self._layout.append(more)
        self._read_notes(more.notes)
        return bool(more.recordings or more.notes)

    # -- within ------------------------------------------------------------------------------

    def _open(self, report: ScanReport | None) -> None:
        self._size = size_of_stream(self._stream)
        self._run = RunRecord()
        self._losses: list[LossesRecord] = []
        self._scalars = ScalarCurves()
        self._health: list[IterationHealth] = []
        self._stream.seek(0)
        _read_header(self._stream, self.path)
        layout = indexed_layout(self._stream, self._size)
        if layout is None:
            layout = scanned_layout(self._stream, 0, self._size, report)
        self._layout: FileLayout = layout
        self._read_notes(layout.notes)

    def _replaced(self) -> bool:
        """Whether another file is in its place now, or it has become shorter."""
        if isinstance(self.path, RemotePath):
            return self.path.stat().st_size < self._size
        try:
            now, mine = self.path.stat(), os.fstat(self._stream.fileno())
        except OSError:
            return False
        return (now.st_ino, now.st_dev) != (mine.st_ino, mine.st_dev) or now.st_size < self._size

    def _read_notes(self, notes: Sequence[Place]) -> None:
        for place, _ in notes:
            try:
                for kind, payload in records_of(self._contents(place)):
                    if kind == RecordType.HEALTH:
                        self._health.append(decoded(payload, IterationHealth))
                    elif kind == RecordType.RUN:
                        self._run = decoded(payload, RunRecord)
                    elif kind == RecordType.LOSSES:
                        losses = decoded(payload, LossesRecord)
                        if losses.iteration.shape == losses.loss.shape and losses.loss.ndim == 1:
                            self._losses.append(losses)
                    elif kind == RecordType.SCALARS:
                        told = decoded(payload, ScalarsRecord)
                        if told.iteration.shape == told.value.shape and told.value.ndim == 1:
                            pairs = zip(told.iteration.tolist(), told.value.tolist(), strict=True)
                            self._scalars.extend((told.name, i, number) for i, number in pairs)
            except (Malformed, EOFError):
                continue  # the recordings are there all the same

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
        head = self._chunk_head(offset)
        expected, parts = head.summary.bytes, head.summary.parts
        if expected > MOST_RECORDING_BYTES:
            raise Malformed(
                f"it takes {expected:,} bytes, and {MOST_RECORDING_BYTES:,} are the most"
            )
        found = bytearray()
        for part in range(parts):
            if part:
                head = self._chunk_head(offset)
            if head.summary.part != part or len(found) + head.inside > expected:
                raise Malformed("its chunks do not belong together")
            found += chunk_contents(head, frames.read_exactly(self._stream, head.stored))
            offset += head.length + head.stored
        return found

    def _chunk_head(self, offset: int) -> ChunkHead:
        self._stream.seek(offset)
        record = frames.read_exactly(self._stream, RECORD_HEAD.size)
        if record[0] != RecordType.CHUNK:
            raise Malformed("its chunks are not all there")
        return read_chunk_head(record, self._stream)


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
    """Of what a recording asks for, so that a small file cannot take all memory."""

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


def records_of(contents: bytes | bytearray) -> Iterator[tuple[int, memoryview]]:
    """The records inside a chunk, each with its type. Raises EOFError if it ends within one."""
    inside, place = memoryview(contents).toreadonly(), 0
    while place < len(inside):
        if len(inside) - place < RECORD_HEAD.size:
            raise EOFError
        kind, length = RECORD_HEAD.unpack_from(inside, place)
        place += RECORD_HEAD.size
        if length > len(inside) - place:
            raise EOFError
        yield kind, inside[place : place + length]
        place += length


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
