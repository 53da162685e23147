"""A file on another machine, by its URL: read by blocks through fsspec, which knows the protocols.

What is used of ``pathlib.Path`` is here by the same names. fsspec and what it needs for a protocol
are no dependencies; which of them is missing is said.
"""

import io
import os
import posixpath
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

from backprop_viz.recording.errors import ArgumentError, UserError
from backprop_viz.recording.files.object_parts import (
    PartsReader,
    PartsWriter,
    is_object_store,
    object_parts,
)
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# Large enough for an index and for most recordings, small enough that a look costs little.
_BLOCK = 2**18
# Where a file can be written to at its end.
_APPENDS = ("memory", "file", "local", "sftp", "ssh", "smb")
_URL = "://"


@dataclass(frozen=True, slots=True)
class RemoteStat:
    """What is known of a file: its bytes, and when it was written, as time.time() tells it."""

    st_size: int
    st_mtime: float


class RemotePath:
    """A URL that fsspec understands, as "s3://bucket/run.bprec".

    In an object store it may be several objects, as ``object_parts`` says.

    Raises ArgumentError for an unknown protocol, UserError where something has to be installed;
    what is done with it raises UserError where it fails.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            import fsspec  # type: ignore[import-untyped]
        except ImportError as error:
            text = QT_TRANSLATE_NOOP(
                "errors",
                "{0} is on another machine: pip install fsspec aiohttp to read it.",
            )
            raise UserError(text, url) from error
        try:
            self._system, self._path = fsspec.core.url_to_fs(url)
        except ImportError as error:
            text = QT_TRANSLATE_NOOP("errors", "{0} cannot be read yet. {1}")
            raise UserError(text, url, error) from error
        except ValueError as error:
            raise ArgumentError(_UNREADABLE, url, _said(error)) from error
        except Exception as error:  # of whatever library speaks the protocol: some connect here
            raise UserError(_UNREADABLE, url, _said(error)) from error
        self._seen: tuple[int, float] = (-1, 0.0)  # the size last seen, and when first

    def __str__(self) -> str:
        return self._url

    @property
    def name(self) -> str:
        """The last part of it."""
        return str(posixpath.basename(self._path))

    @property
    def stem(self) -> str:
        """The name without what it ends with."""
        return posixpath.splitext(self.name)[0]

    @property
    def suffix(self) -> str:
        """What the name ends with, as ".bprec"."""
        return posixpath.splitext(self.name)[1]

    def with_name(self, name: str) -> Self:
        """The path beside this one that has another name."""
        head, _, _ = self._url.rpartition(self.name)
        return type(self)(f"{head}{name}")

    def is_file(self) -> bool:
        """Whether there is such a file."""
        try:
            if is_object_store(self._system):
                return bool(object_parts(self._system, self._path))
            return bool(self._system.isfile(self._path))
        except Exception:  # of whatever library speaks the protocol
            return False

    def stat(self) -> RemoteStat:
        """How the file is now, asked anew."""
        try:
            size = self._size()
        except Exception as error:
            raise self._unreadable(error) from error
        if size is None:
            raise self._unreadable("its size is not known")
        if size != self._seen[0]:
            self._seen = size, time.time()
        return RemoteStat(size, self._modified() or self._seen[1])

    def _size(self) -> int | None:
        if is_object_store(self._system):
            return sum(part.size for part in object_parts(self._system, self._path))
        self._system.invalidate_cache(posixpath.dirname(self._path))
        size: int | None = self._system.info(self._path)["size"]
        return size

    def open(self, mode: str = "rb") -> IO[bytes]:
        """The file, to be read by blocks. It stays as large as it is now."""
        assert mode == "rb"
        try:
            if is_object_store(self._system):
                stream: Any = PartsReader(object_parts(self._system, self._path), self._opened)
            else:
                stream = self._opened(self._path)
        except Exception as error:
            raise self._unreadable(error) from error
        return cast("IO[bytes]", _Readable(stream, self))

    def begun(self, *, append: bool) -> IO[bytes]:
        """The file, to be written to at its end; what was there is dropped unless ``append``.

        In an object store some seconds' writing becomes an object of its own.

        Raises UserError where that is not possible.
        """
        if is_object_store(self._system):
            try:
                parts = PartsWriter(self._system, self._path, append=append)
            except Exception as error:
                raise self.unwritable(error) from error
            return cast("IO[bytes]", _Put(parts, self))
        protocols = self._system.protocol
        known = (protocols,) if isinstance(protocols, str) else tuple(protocols)
        if not set(known) & set(_APPENDS):
            text = QT_TRANSLATE_NOOP(
                "errors",
                "Nothing can be appended to {0}: write to a disk, and copy that file.",
            )
            raise UserError(text, self._url)
        if not append:
            self._write(b"", "wb")
        return cast("IO[bytes]", _Appended(self))

    def _write(self, data: bytes, mode: str) -> None:
        try:
            with self._system.open(self._path, mode) as stream:
                stream.write(data)
        except Exception as error:
            raise self.unwritable(error) from error

    def _opened(self, path: str) -> Any:
        return self._system.open(path, "rb", block_size=_BLOCK, cache_type="readahead")

    def unwritable(self, error: object) -> UserError:
        """What to say where it cannot be written."""
        text = QT_TRANSLATE_NOOP("errors", "{0} cannot be written: {1}.")
        missing = isinstance(error, FileNotFoundError)
        said = "its folder or bucket does not exist" if missing else _said(error)
        return UserError(text, self._url, said)

    def _modified(self) -> float | None:
        try:
            return float(self._system.modified(self._path).timestamp())
        except Exception:  # not every protocol tells
            return None

    def _unreadable(self, error: object) -> UserError:
        return UserError(_UNREADABLE, self._url, _said(error))


AnyPath = Path | RemotePath


def any_path(given: str | os.PathLike[str] | RemotePath) -> AnyPath:
    """A path of this machine, or for what is a URL, of another one."""
    if isinstance(given, RemotePath):
        return given
    return RemotePath(given) if isinstance(given, str) and _URL in given else Path(given)


class _Readable(io.RawIOBase):
    """A file of fsspec; whatever goes wrong on the way is a sentence."""

    def __init__(self, stream: Any, path: RemotePath) -> None:
        self._stream, self._path = stream, path

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._stream.seek(offset, whence)
        return int(self._stream.tell())  # that of SFTP's seek is None

    def tell(self) -> int:
        return int(self._stream.tell())

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._stream.read(size))
        except Exception as error:
            raise self._path._unreadable(error) from error

    def close(self) -> None:
        super().close()
        self._stream.close()


class _Appended(io.RawIOBase):
    """What is written to it is at the file's end when ``write`` returns."""

    def __init__(self, path: RemotePath) -> None:
        self._path = path

    def writable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Where the next bytes come: always at the end."""
        return self._path.stat().st_size

    def write(self, data: Any) -> int:
        self._path._write(bytes(data), "ab")
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """What was written in part stays: a reader passes it over."""
        return self._path.stat().st_size


class _Put(io.RawIOBase):
    """The objects of a file; whatever goes wrong on the way is a sentence."""

    def __init__(self, parts: PartsWriter, path: RemotePath) -> None:
        self._parts, self._path = parts, path

    def writable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._parts.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._parts.truncate(size)

    def write(self, data: Any) -> int:
        try:
            return self._parts.write(data)
        except Exception as error:
            raise self._path.unwritable(error) from error

    def close(self) -> None:
        super().close()
        try:
            self._parts.close()
        except Exception as error:
            raise self._path.unwritable(error) from error


def _said(error: object) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return str(error).rstrip(".") or type(error).__name__


_UNREADABLE = QT_TRANSLATE_NOOP("errors", "{0} cannot be read: {1}.")
