"""Files whose reading and writing a test looks at, or lets fail."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest


def wrap_streams(
    monkeypatch: pytest.MonkeyPatch, wrapped: str, wrap: Callable[[IO[bytes]], Any]
) -> None:
    """Give who opens a file in the mode ``wrapped``, from now on, what ``wrap`` makes of it."""
    opened = Path.open

    def open_wrapped(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        stream = opened(path, mode, *more, **named)
        return wrap(stream) if mode == wrapped else stream

    monkeypatch.setattr(Path, "open", open_wrapped)


class Disk:
    """Has room for ``left`` more bytes of the files on it; None: for any number."""

    def __init__(self) -> None:
        self.left: int | None = None

    def file(self, stream: IO[bytes]) -> "FileOnDisk":
        """A file that is on it."""
        return FileOnDisk(self, stream)


class FileOnDisk:
    """A stream of which a disk may take less than it is given."""

    def __init__(self, disk: Disk, stream: IO[bytes]) -> None:
        self._disk, self._stream = disk, stream

    def write(self, piece: memoryview) -> int:
        left = self._disk.left
        if left is None:
            return self._stream.write(piece)
        if not left:
            raise OSError(28, "No space left on device")
        written = min(left, len(piece))
        self._disk.left = left - written
        return self._stream.write(piece[:written])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
