"""What the window knows of a worker that has ended: its last words, and the system's."""

import os
import subprocess
import sys
import threading

import pytest

from backprop_viz.desktop.clients import worker_client, worker_process
from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.desktop.clients.worker_process import Printed, traceback_in
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.run_settings import Settings

pytestmark = pytest.mark.real_worker

CHAINED = """
try:
    1 / 0
except ZeroDivisionError:
    raise ValueError("first line\\nsecond line")
"""


def ending(monkeypatch: pytest.MonkeyPatch, code: str) -> Notice:
    """What is told of a worker that runs this in place of its own program."""
    start = "import os, signal, sys; {path!r}; exec(" + repr(code).replace("{", "{{") + ")"
    monkeypatch.setattr(worker_process, "WORKER_START", start)
    woken = threading.Event()
    client = WorkerClient(Settings(), woken.set)
    assert woken.wait(60)
    client.close(10)
    received = client.take()
    assert received is not None
    notice = received[0]
    assert isinstance(notice, Notice)
    assert notice.code == "worker_ended"
    return notice


def test_the_exception_is_the_reason_and_its_trace_the_details(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notice = ending(monkeypatch, CHAINED)
    assert notice.values == ("ValueError: first line",)
    assert notice.details.startswith("Traceback (most recent call last):")
    assert notice.details.endswith("second line")


def test_without_a_trace_the_exit_status_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    notice = ending(monkeypatch, "print('working'); sys.exit(7)")
    assert (notice.values, notice.details) == (("exit status 7",), "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_crash_in_compiled_code_says_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import faulthandler; faulthandler.enable(); os.kill(os.getpid(), signal.SIGSEGV)"
    notice = ending(monkeypatch, code)
    assert notice.values == ("SIGSEGV",)
    assert notice.details.startswith("Fatal Python error: Segmentation fault")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("kills", "said"),
    [
        ((3, 3), "ended (SIGKILL, perhaps for lack of memory)"),
        ((3, 4), "ended (the system had run out of memory)"),
    ],
)
def test_a_kill_is_for_memory_where_the_system_has_counted_one(
    monkeypatch: pytest.MonkeyPatch, kills: tuple[int, int], said: str
) -> None:
    counted = iter(kills)
    monkeypatch.setattr(worker_client, "kills_for_memory", lambda: next(counted))
    notice = ending(monkeypatch, "os.kill(os.getpid(), signal.SIGKILL)")
    text = message_text(Notice("worker_restarted", notice.values))
    assert said in text


@pytest.mark.skipif(not os.path.exists("/proc/vmstat"), reason="Linux counts")
def test_the_systems_count_is_read() -> None:
    command = ["awk", '$1 == "oom_kill" { print $2 }', "/proc/vmstat"]
    counted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert worker_process.kills_for_memory() >= int(counted or 0)


def test_only_the_end_of_what_is_printed_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    code = "for i in range(60_000): print(i)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    kept = Printed(process.stdout).text(60)
    assert process.wait(60) == 0
    assert kept.endswith("59998\n59999\n")
    assert len(kept) <= 64 * 1024
    assert capfd.readouterr().err.splitlines() == [str(i) for i in range(60_000)]


def test_no_trace_is_found_where_there_is_none() -> None:
    assert traceback_in("epoch 1\nepoch 2\n") == ""
