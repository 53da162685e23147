"""A worker that is forked for a test is as one that the program has started."""

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.clients.worker_process import WorkerProcess
from tests.forked_process import ForkedProcess, ForkServer
from tests.forked_workers import worker_server
from tests.nightly import by_night

pytestmark = [
    pytest.mark.real_worker,  # what is forked here is said to be
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux"),
]

FACTS = """
import gc, hashlib, os, signal, sys, threading
sys.path[:] = {path!r}
files = sorted(set(os.listdir("/proc/self/fd")) & set(map(str, range(1000))))
import torch
import backprop_viz.worker.loop
threads = len(os.listdir("/proc/self/task"))
own = os.getpid()
torch.set_num_threads(2)
numbers = torch.arange(2_000_000, dtype=torch.float32).sin_()
print(dict(
    own_session=os.getsid(0) == own, own_group=os.getpgid(0) == own, name=__name__,
    threads=threads, seed=torch.initial_seed(),
    arguments=len(sys.argv), program=sys.argv[0], path=sys.path, folder=os.getcwd(),
    environment=hashlib.sha256(repr(sorted(os.environ.items())).encode()).hexdigest(),
    malloc=os.environ["MALLOC_ARENA_MAX"],
    collects=gc.isenabled(), switch=sys.getswitchinterval(), main=threading.main_thread().ident
    == threading.get_ident(), hook=sys.excepthook is sys.__excepthook__, nothing=sys.stdin.read(),
    line=[os.fstat(int(number)).st_mode >> 12 for number in sys.argv[1:]], files=len(files) - 1,
    inherited=[os.get_inheritable(int(number)) for number in sys.argv[1:]],
    signals=[signal.getsignal(n) == s for n, s in ((signal.SIGINT, signal.default_int_handler),
             (signal.SIGHUP, signal.SIG_DFL), (signal.SIGTERM, signal.SIG_DFL),
             (signal.SIGCHLD, signal.SIG_DFL), (signal.SIGPIPE, signal.SIG_IGN))],
    sines=hashlib.sha256(numbers.numpy()).hexdigest(),
    pool=len(os.listdir("/proc/self/task")) - threads,
))
"""


@pytest.fixture
def fork_server() -> ForkServer:
    return worker_server()


@pytest.fixture
def forked(fork_server: ForkServer) -> Iterator[None]:
    with as_forked(fork_server):
        yield


@contextmanager
def as_forked(server: ForkServer) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker_process, "subprocess", server)
        yield


@contextmanager
def running(code: str) -> Iterator[WorkerProcess]:
    """A process started as a worker is, that runs this in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker_process, "WORKER_START", code)
        worker = worker_process.take()
    try:
        yield worker
    finally:
        worker.process.kill()
        worker.process.wait(60)
        worker.printed.text(60)
        worker.outgoing.close()
        worker.incoming.close()


def facts() -> dict[str, Any]:
    with running(FACTS) as worker:
        assert worker.process.wait(60) == 0, worker.printed.text(60)
        found: dict[str, Any] = ast.literal_eval(worker.printed.text(60).splitlines()[-1])
    return found


@by_night
def test_it_finds_what_one_that_is_started_finds(
    fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAID_TO_BOTH", "one thing")
    monkeypatch.chdir(tmp_path)
    started = facts()
    with as_forked(fork_server):
        forked, another = facts(), facts()
    # The one that is started has OpenBLAS's threads besides.
    assert started.pop("threads") >= forked.pop("threads") == another.pop("threads") == 1
    # torch seeds its generator by chance.
    assert len({found.pop("seed") for found in (started, forked, another)}) == 3
    # How many threads torch had started when they were counted is a matter of chance.
    assert all(found.pop("pool") >= 1 for found in (started, forked, another))
    assert forked == another == started
    assert forked["own_session"] is forked["own_group"] is True


@pytest.mark.parametrize(
    ("code", "status", "printed"),
    [
        ("import sys; {path!r}; print('said'); sys.exit(3)", 3, "said\n"),
        ("import os; {path!r}; os.kill(os.getpid(), 9)", -signal.SIGKILL, ""),
        ("import os; {path!r}; os.write(2, b'raw'); os._exit(0)", 0, "raw"),
    ],
)
def test_its_end_and_what_it_prints_are_told(
    forked: None, code: str, status: int, printed: str
) -> None:
    with running(code) as worker:
        assert isinstance(worker.process, ForkedProcess)
        assert worker.process.wait(60) == worker.process.poll() == status
        assert worker.printed.text(60) == printed


def test_its_traceback_is_printed(forked: None) -> None:
    with running("{path!r}; 1 / 0") as worker:
        assert worker.process.wait(60) == 1
        assert worker_process.traceback_in(worker.printed.text(60)).endswith("division by zero")


def test_it_runs_until_it_is_killed_or_its_line_is_closed(forked: None) -> None:
    with running(worker_process.WORKER_START) as one, running(worker_process.WORKER_START) as other:
        assert one.process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            one.process.wait(0.01)
        other.process.kill()
        assert other.process.wait(60) == -signal.SIGKILL
        one.outgoing.close()
        assert one.process.wait(60) == 0


KILLED = """
import os, signal
from backprop_viz.desktop.clients import worker_process
from tests.forked_process import ForkServer
server = worker_process.subprocess = ForkServer("import backprop_viz.worker.loop", {})
worker = worker_process.take()
print(worker.process.pid, server.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def runs(process: int) -> bool:
    """Whether there is such a process; of one that has ended nobody may have asked the status."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@by_night
def test_it_and_the_server_end_with_the_window(qtbot: QtBot) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    worker, server = map(int, done.stdout.split())
    qtbot.waitUntil(lambda: not runs(worker) and not runs(server), timeout=60_000)


def test_processes_of_a_run_share_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It serves each of them as long as it wants, and ends with the last."""
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", tmp_path.name)
    one, other = (ForkServer("import json", {}, for_all=True) for _ in range(2))
    alone = ForkServer("import sys", {}, for_all=True)

    def server_of(server: ForkServer) -> int:
        how = {"stdin": server.DEVNULL, "stdout": server.PIPE, "stderr": server.STDOUT}
        code = "import os, sys; print(os.getppid(), 'json' in sys.modules)"
        process = server.Popen([sys.executable, "-c", code], **how, bufsize=0, env=os.environ)
        with process.stdout:
            number, has_json = process.stdout.read().decode().split()
        assert process.wait(60) == 0
        assert has_json == str(server is not alone)
        return int(number)

    first = server_of(one)
    assert server_of(other) == first
    assert server_of(alone) != first
    one.close()
    assert server_of(other) == first
    other.close()
    alone.close()
    assert one.process is not None
    assert one.process.wait(60) == 0
    assert alone.process is not None
    assert alone.process.wait(60) == 0
