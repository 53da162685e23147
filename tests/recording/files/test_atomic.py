"""A file is written whole or stays as it was, whatever goes wrong and wherever."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files import atomic
from backprop_viz.recording.files.atomic import size_of, write_atomically

OLD, NEW = b"what was there before", bytes(range(256)) * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.bpviz"
    path.write_bytes(OLD)
    return path


def assert_as_before(path: Path) -> None:
    assert path.read_bytes() == OLD
    assert os.listdir(path.parent) == [path.name]


def test_the_new_content_is_there_and_nothing_else(file: Path) -> None:
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert os.listdir(file.parent) == [file.name]
    assert size_of(file) == len(NEW)


def test_a_disk_that_fills_after_any_byte(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "WRITE_BYTES", 7)
    opened = os.fdopen
    content = NEW[:100]

    class Full:
        """A file on a disk with room for so many bytes."""

        def __init__(self, file: IO[bytes], room: int) -> None:
            self.file, self.room = file, room

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> None:
            self.file.write(data[: self.room])
            self.room -= len(data)
            if self.room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")

    for room in range(len(content)):
        monkeypatch.setattr(os, "fdopen", lambda *how, room=room: Full(opened(*how), room))
        with pytest.raises(UserError, match="disk is full: make room"):
            write_atomically(file, content)
        monkeypatch.setattr(os, "fdopen", opened)
        assert_as_before(file)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_at_the_end(
    file: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(UserError, match="Input/output error"):
        write_atomically(file, NEW)
    assert_as_before(file)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_is_really_full(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.fdopen

    def to_full(number: int, mode: str) -> IO[bytes]:
        opened(number, mode).close()
        return Path("/dev/full").open("wb")

    monkeypatch.setattr(os, "fdopen", to_full)
    with pytest.raises(UserError, match="disk is full"):
        write_atomically(file, NEW)
    monkeypatch.undo()
    assert_as_before(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("written", [0, 1, 5000, 10_000])
def test_a_kill_while_writing(file: Path, written: int) -> None:
    """What a killed writer leaves goes with the next one."""
    script = f"""
import os, signal, sys
from pathlib import Path
from backprop_viz.recording.files import atomic
atomic.WRITE_BYTES = 1
content = bytes(range(256)) * 40
path = Path(sys.argv[1])
class Deadly(bytes):
    def __getitem__(self, part):
        if part.start >= {written}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(part)
atomic.write_atomically(path, Deadly(content))
"""
    run = subprocess.run([sys.executable, "-c", script, str(file)], timeout=60, check=False)
    assert run.returncode == -signal.SIGKILL
    assert file.read_bytes() == OLD
    (left,) = file.parent.glob(".*.part")
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert os.listdir(file.parent) == [file.name]


def test_refusals_are_sentences(file: Path) -> None:
    folder = file.parent
    for path, words in (
        (folder, "is a folder"),
        (folder / "gone" / "run.bpviz", "The folder .*gone does not exist: make it"),
        (file / "run.bpviz", "is not a folder"),
        (folder / ("n" * 300), "too long"),
    ):
        with pytest.raises(UserError, match=words) as refused:
            write_atomically(path, NEW)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)
        with pytest.raises(UserError, match=words):
            size_of(path)
    assert_as_before(file)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EFBIG, 9999])
def test_no_permission(file: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(UserError, match=r": (choose|make) .*\.$"):
        write_atomically(file, NEW)
    monkeypatch.undo()
    assert_as_before(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bpviz")
    with pytest.raises(UserError, match="not a readable file"):
        size_of(tmp_path / "pipe.bpviz")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_stays_a_link(file: Path) -> None:
    link = file.with_name("link.bpviz")
    link.symlink_to(file)
    file.chmod(0o640)
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_a_private_file_is_its_owners_alone(file: Path, before: int | None) -> None:
    seen: list[int] = []

    class Watched(bytes):
        """Looks at the rights of the new file while it is written."""

        def __getitem__(self, part: slice) -> bytes:
            (new,) = file.parent.glob(".*.part")
            seen.append(new.stat().st_mode & 0o777)
            return super().__getitem__(part)

    if before is None:
        file.unlink()
    else:
        file.chmod(before)
    write_atomically(file, Watched(NEW), private=True)
    assert file.read_bytes() == NEW
    assert {*seen, file.stat().st_mode & 0o777} == {0o600}


def test_processes_with_the_same_id_do_not_get_into_each_others_way(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 2)
    left = file.with_name(f".{file.name}.2.part")
    left.write_bytes(b"another one writes this")
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert left.read_bytes() == b"another one writes this"
