"""A file in an object store, where nothing can be appended: objects that follow one another.

Behind ``run.bprec``, which need not be there, come ``run.bprec.000001``, ``run.bprec.000002`` and
so on. Their bytes put together are the file; whoever was killed leaves all that are whole.
"""

import io
import math
import posixpath
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# By their names in fsspec.
_STORES = frozenset(("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "cos", "obs"))
# An object is written when this many bytes wait for it, or when the last one is this old.
PART_BYTES = 2**23
PART_EVERY_S = 10.0
# How many objects are open at a time, each with a block that was read ahead.
MOST_OPEN_PARTS = 8


@dataclass(frozen=True, slots=True)
class ObjectPart:
    """An object, with where its bytes begin in the file, and how many they are."""

    path: str
    start: int
    size: int


def is_object_store(system: Any) -> bool:
    """Whether a file system of fsspec writes whole objects only."""
    protocols = system.protocol
    return bool(_STORES & set((protocols,) if isinstance(protocols, str) else protocols))


def object_parts(system: Any, path: str) -> tuple[ObjectPart, ...]:
    """The objects that the file is made of, in order, asked anew.

    Raises FileNotFoundError if there is none, or what the store says.
    """
    folder, name = posixpath.split(path)
    system.invalidate_cache(folder)
    try:
        found = system.find(folder, prefix=name, detail=True)
    except Exception:  # who may read an object may not be allowed to list others
        found = {path: system.info(path)}
    numbered: dict[int, tuple[str, int]] = {}
    for key, known in found.items():
        number = _number(posixpath.basename(key), name)
        if number is not None and posixpath.dirname(key) == folder and known["size"]:
            numbered[number] = key, known["size"]
    if not numbered:
        raise FileNotFoundError(path)
    parts, start = [], 0
    for number in sorted(numbered):
        key, size = numbered[number]
        parts.append(ObjectPart(key, start, size))
        start += size
    return tuple(parts)


def _number(name: str, wanted: str) -> int | None:
    """Which part an object is, 0 for the file's own name; None for another file's."""
    if name == wanted:
        return 0
    found = re.fullmatch(rf"{re.escape(wanted)}\.(\d{{6,9}})", name)
    return None if found is None else int(found[1])


class PartsReader(io.RawIOBase):
    """Objects as one file. It stays as large as it was."""

    def __init__(self, parts: Sequence[ObjectPart], open_part: Callable[[str], Any]) -> None:
        self._parts, self._open_part = parts, open_part
        self._streams: dict[str, Any] = {}
        self._place = 0

    def seekable(self) -> bool:
        """Any place can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        size = self._parts[-1].start + self._parts[-1].size
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: size}[whence]
        self._place = max(base + offset, 0)
        return self._place

    def tell(self) -> int:
        """The place that is read next."""
        return self._place

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, or fewer at the end."""
        pieces: list[bytes] = []
        end = self._parts[-1].start + self._parts[-1].size
        wanted = end - self._place if size < 0 else min(size, end - self._place)
        for part in self._parts:
            inside = self._place - part.start
            if wanted <= 0 or inside >= part.size:
                continue
            stream = self._opened(part)
            stream.seek(inside)
            piece = bytes(stream.read(min(wanted, part.size - inside)))
            pieces.append(piece)
            self._place += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _opened(self, part: ObjectPart) -> Any:
        if part.path in self._streams:
            return self._streams[part.path]
        while len(self._streams) >= MOST_OPEN_PARTS:
            self._streams.pop(next(iter(self._streams))).close()
        stream = self._streams[part.path] = self._open_part(part.path)
        return stream

    def close(self) -> None:
        """Close all objects."""
        super().close()
        for stream in self._streams.values():
            stream.close()
        self._streams = {}


class PartsWriter(io.RawIOBase):
    """What is written is in an object within some seconds, if something is written after it.

    What is written first is there at once, so that a store that takes nothing is known from the
    start. An object that cannot be written raises what the store says; its bytes go into the next.
    """

    def __init__(self, system: Any, path: str, *, append: bool) -> None:
        self._system, self._path = system, path
        self._waiting = bytearray()
        self._written, self._next = 0, 1
        self._since = -math.inf
        try:
            parts = object_parts(system, path)
        except FileNotFoundError:
            return
        if append:
            self._written = parts[-1].start + parts[-1].size
            self._next = 1 + (_number(*map(posixpath.basename, (parts[-1].path, path))) or 0)
        else:
            for part in parts:
                system.rm_file(part.path)

    def writable(self) -> bool:
        """It is written at its end."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Where the next bytes come: always at the end."""
        return self._written + len(self._waiting)

    def write(self, data: Any) -> int:
        """Take bytes for the next object."""
        self._waiting += data
        late = time.monotonic() - self._since >= PART_EVERY_S
        if late or len(self._waiting) >= PART_BYTES:
            self._put()
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """Take back what is in no object yet."""
        if size is not None:
            del self._waiting[max(size - self._written, 0) :]
        return self.seek(0)

    def _put(self) -> None:
        self._since = time.monotonic()
        if not self._waiting:
            return
        self._system.pipe_file(f"{self._path}.{self._next:06}", bytes(self._waiting))
        self._written += len(self._waiting)
        self._next += 1
        self._waiting.clear()

    def close(self) -> None:
        """Write what is left."""
        if not self.closed:
            try:
                self._put()
            finally:
                super().close()
