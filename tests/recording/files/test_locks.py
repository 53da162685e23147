"""A lock is held for as long as its process lives, and not a moment longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_viz.recording.files.locks import FileLock
from backprop_viz.recording.files.private import make_private_folder

HOLD = """
import sys
from pathlib import Path
from backprop_viz.recording.files.locks import FileLock
lock = FileLock.take(Path(sys.argv[1]))
print(lock is not None, flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=pipe, stdout=pipe, text=True
    )


def test_another_process_has_it_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with holder(path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert FileLock.take(path) is None
        process.kill()
        process.wait(60)
        lock = FileLock.take(path)
        assert lock is not None
        with holder(path) as other:
            assert other.communicate("")[0] == "False\n"
        lock.release()
    assert not path.exists()


def test_it_is_had_once_within_a_process_too(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    for _ in range(3):
        lock = FileLock.take(path)
        assert lock is not None
        assert FileLock.take(path) is None
        lock.release()
        assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_a_lock_on_a_file_that_was_removed_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where its holder lets it go between the opening of the file and the locking."""
    path, open_ = tmp_path / "run.lock", os.open
    first = FileLock.take(path)
    assert first is not None
    opened: list[int] = []

    def open_and_release(*arguments: object) -> int:
        opened.append(open_(*arguments))  # type: ignore[arg-type]
        if len(opened) == 1:
            first.release()
        return opened[-1]

    monkeypatch.setattr(os, "open", open_and_release)
    lock = FileLock.take(path)
    monkeypatch.undo()
    assert lock is not None
    assert len(opened) == 2
    assert FileLock.take(path) is None
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_a_folder_of_everybodys_stays_that(tmp_path: Path) -> None:
    for before, after in ((0o1777, 0o1777), (0o755, 0o700), (0o700, 0o700)):
        tmp_path.chmod(before)
        make_private_folder(tmp_path)
        assert tmp_path.stat().st_mode & 0o7777 == after
    make_private_folder(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
