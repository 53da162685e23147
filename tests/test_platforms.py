"""What a system lacks that another has: each call has its counterpart, or is done without.

The platform is pretended; what only Windows has is played.
"""

import _thread
import builtins
import ctypes
import importlib.util
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.capture.live import connection as live_connection
from backprop_viz.desktop.clients import reconnecting, worker_process
from backprop_viz.desktop.system import system_libraries
from backprop_viz.desktop.system.system_signals import EndingSignals
from backprop_viz.recording import process_memory
from backprop_viz.recording.files import atomic, private
from backprop_viz.recording.requests.race import RaceRequest
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream import pipe
from backprop_viz.training.thread_count import torch_threads
from backprop_viz.worker import main as worker_main
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.race_service import RaceService

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="it is the platform itself there")


class Msvcrt(ModuleType):
    """Windows' module: handles have other numbers than descriptors, and locks are its own."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.locked: set[tuple[int, int]] = set()

    @staticmethod
    def open_osfhandle(handle: int, flags: int) -> int:
        return handle - 1000

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        found = os.fstat(descriptor)
        if (found.st_dev, found.st_ino) in self.locked:
            raise PermissionError(13, "Permission denied")
        self.locked.add((found.st_dev, found.st_ino))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Msvcrt:
    module = Msvcrt()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    monkeypatch.setattr(os, "O_BINARY", 0, raising=False)
    return module


@on_posix
def test_a_line_of_handles(windows: Msvcrt) -> None:
    (in_, ours_out), (ours_in, out) = os.pipe(), os.pipe()
    incoming, outgoing = pipe.pipe_ends([str(in_ + 1000), str(out + 1000)])
    with incoming, outgoing:
        os.write(ours_out, b"asked")
        assert incoming.read(5) == b"asked"
        outgoing.write(b"told")
        outgoing.flush()
        assert os.read(ours_in, 4) == b"told"
    os.close(ours_out)
    os.close(ours_in)


@on_posix
def test_a_lock_of_windows(windows: Msvcrt, tmp_path: Path) -> None:
    source = Path(atomic.__file__).with_name("locks.py")
    spec = importlib.util.spec_from_file_location("locks_of_windows", source)
    assert spec is not None
    assert spec.loader is not None
    locks: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(locks)
    held = locks.FileLock.take(tmp_path / "lock")
    assert held is not None
    assert locks.FileLock.take(tmp_path / "lock") is None  # another has it
    held.release()
    assert not (tmp_path / "lock").exists()


@on_posix
def test_the_workers_standard_files_are_apart_on_windows(
    windows: Msvcrt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", None)
    worker_process.occupy_standard_places()


@on_posix
def test_the_worker_minds_no_signal_that_windows_lacks(
    windows: Msvcrt, monkeypatch: pytest.MonkeyPatch
) -> None:
    minded = []
    monkeypatch.setattr(signal, "signal", lambda number, _: minded.append(number))
    monkeypatch.delattr(signal, "SIGHUP")
    worker_main.leave_signals_to_the_window()
    assert minded == [signal.SIGINT]


@on_posix
def test_a_script_is_interrupted_on_windows(
    windows: Msvcrt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(signal, "pthread_kill")
    interrupted: list[int] = []
    monkeypatch.setattr(
        _thread, "interrupt_main", lambda: interrupted.append(threading.get_ident())
    )
    live_connection.interrupt_script()
    assert len(interrupted) == 1


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_qt_brings_all_it_needs(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delattr(os, "geteuid", raising=False)
    monkeypatch.setattr(system_libraries, "missing", None)
    system_libraries.ensure()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_only_glibcs_heap_is_trimmed(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", None)
    process_memory.give_back_memory()


def test_a_c_library_without_trimming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    process_memory.give_back_memory()


@pytest.mark.parametrize(("cores", "threads"), [(None, 1), (1, 1), (2, 1), (4, 3), (16, 4)])
def test_cores_are_counted_without_affinity(
    cores: int | None, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert torch_threads() == threads


def test_without_proc_no_kill_for_memory_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(path: str, *_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory", path)

    monkeypatch.setattr(builtins, "open", absent)
    assert worker_process.kills_for_memory() == 0


def test_private_files_without_user_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid", raising=False)
    private.make_private_folder(tmp_path / "state" / "own")
    (tmp_path / "state" / "own" / "token").write_text("secret")
    private.make_private(tmp_path / "state" / "own" / "token")
    assert (tmp_path / "state" / "own" / "token").read_text() == "secret"


def test_a_folder_that_cannot_be_opened_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows opens no folder as a file."""
    opened = os.open

    def refusing(path: Any, flags: int, *mode: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, flags, *mode)

    monkeypatch.setattr(os, "open", refusing)
    atomic.write_atomically(tmp_path / "run.bpviz", b"whole")
    assert (tmp_path / "run.bpviz").read_bytes() == b"whole"


@pytest.fixture
def signals_put_back() -> Iterator[None]:
    numbers = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGTTIN", signal.SIGINT)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@on_posix
def test_the_signals_of_windows_end_the_window(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, signals_put_back: None
) -> None:
    monkeypatch.delattr(signal, "SIGHUP")
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGTTIN, raising=False)  # 21 on both
    ended: list[bool] = []
    signals = EndingSignals(lambda: ended.append(True))
    signal.raise_signal(signal.SIGTTIN)
    qtbot.waitUntil(lambda: ended == [True])
    assert signals.status == 128 + signal.SIGTTIN
    signals.close()


def test_on_windows_no_process_is_asked_whether_it_lives(
    windows: Msvcrt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``os.kill`` would end it there."""
    monkeypatch.setattr(os, "kill", None)
    origin = RunOrigin("script", "train.py", pid=os.getpid(), host=socket.gethostname())
    assert not reconnecting.is_over(origin)


@on_posix
def test_without_proc_a_process_that_is_there_is_not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(path: Path, **_: object) -> str:
        raise FileNotFoundError(2, "No such file or directory", str(path))

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(Path, "read_text", absent)
    origin = RunOrigin("script", "train.py", pid=os.getpid(), host=socket.gethostname())
    assert not reconnecting.is_over(origin)


def test_a_race_gives_way_only_where_a_process_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "nice", raising=False)
    service = RaceService(cast(WorkerChannel, None))
    service.run(1, RaceRequest((), 1))
    assert service.busy
