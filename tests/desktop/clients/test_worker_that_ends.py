"""A worker that ends, or cannot start, is told with its reason; the window can always go on."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.files.fault_log import FaultLog
from backprop_viz.stream.commands import SaveWeights
from tests.monkey.plain_loop import plain_loop
from tests.nightly import by_night

OpenWindow = Callable[..., MainWindow]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and stops with signals")


def view_state_of(window: MainWindow) -> ViewState:
    assert window.session.wait_idle(60)
    view_state: ViewState = window.session.view_state
    return view_state


def press(window: MainWindow, name: str) -> ViewState:
    window.findChild(QAction, name).trigger()
    return view_state_of(window)


def worker_of(window: MainWindow) -> int:
    return window.session.worker_pid


def told(window: MainWindow, qtbot: QtBot, said: str) -> str:
    qtbot.waitUntil(lambda: said in window.messages.text(), timeout=60_000)
    return str(window.messages.text())


class NoProcesses(subprocess.Popen[bytes]):
    def __init__(self, *_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


@by_night
def test_when_no_process_can_be_started_the_window_goes_on_when_one_can(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5")
    again = window.findChild(QAction, "actionStartAgain")
    assert not again.isEnabled()
    for _ in range(4):
        press(window, "actionIteration")
    window.findChild(Composer).autosave.save()
    before = view_state_of(window)
    monkeypatch.setattr(worker_process.subprocess, "Popen", NoProcesses)
    os.kill(worker_of(window), signal.SIGKILL)
    said = told(window, qtbot, "could not start")
    assert os.strerror(errno.ENOMEM) in said
    assert "Start torch again" in said
    for name in ("actionIteration", "actionTrain", "actionReset"):
        window.messages.dismiss()
        view_state = press(window, name)  # nothing waits
        assert "This was not done" in window.messages.text()
        assert (view_state.iteration, view_state.training) == (4, False)
    window.findChild(Composer).files.save(str(tmp_path / "run.bpviz"))
    assert "run.bpviz was not saved." in window.messages.text()
    assert again.isEnabled()
    again.trigger()  # and still there is none
    told(window, qtbot, "could not start")
    monkeypatch.undo()
    again.trigger()
    told(window, qtbot, "the run continues from its last autosave")
    view_state = view_state_of(window)
    assert not again.isEnabled()
    assert (view_state.iteration, view_state.settings) == (4, before.settings)
    for _ in range(3):
        view_state = press(window, "actionIteration")
    assert view_state.curves.loss.tolist() == plain_loop(before.settings, 7)[0]
    assert view_state.kept_iterations.iterations == (1, 2, 3, 4, 5, 6, 7)


@by_night
def test_a_run_that_was_thrown_away_does_not_come_back_in_place_of_the_present_one(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5")
    for _ in range(3):
        press(window, "actionIteration")
    window.findChild(Composer).autosave.save()
    view_state_of(window)
    window.session.reset()
    assert view_state_of(window).iteration == 0
    for _ in range(4):
        press(window, "actionIteration")
    os.kill(worker_of(window), signal.SIGKILL)
    said = told(window, qtbot, "SIGKILL")
    assert "continues" not in said
    assert "SIGKILL" in FaultLog().text()
    view_state = view_state_of(window)
    assert view_state.iteration == 0


def test_a_window_without_a_worker_from_the_first_can_have_one(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = worker_process.WORKER_START
    monkeypatch.setattr(worker_process, "WORKER_START", "import sys; {path!r}; sys.exit(3)")
    window = open_window("--preset", "tutorial")
    assert "could not start (exit status 3)" in window.messages.text()
    assert window.session.view_state is None
    monkeypatch.setattr(worker_process, "WORKER_START", start)
    view_state = press(window, "actionStartAgain")
    assert view_state.iteration == 0
    view_state = press(window, "actionIteration")
    assert view_state.curves.loss.tolist() == plain_loop(view_state.settings, 1)[0]


@by_night
def test_a_save_that_ends_with_the_worker_is_told(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionIteration")
    files = window.findChild(Composer).files
    for autosaved, sentence in ((False, "a new network"), (True, "from its last autosave")):
        if autosaved:
            press(window, "actionIteration")
            window.findChild(Composer).autosave.save()
            assert view_state_of(window)
        window.messages.dismiss()
        os.kill(worker_of(window), signal.SIGSTOP)
        files.save(str(tmp_path / "run.bpviz"))
        window.session.send(SaveWeights(str(tmp_path / "net.pt")))
        os.kill(worker_of(window), signal.SIGKILL)
        said = told(window, qtbot, sentence)
        assert "ended (SIGKILL, perhaps for lack of memory)" in said
        assert said.endswith("run.bpviz was not saved. net.pt was not saved.")
        assert not (tmp_path / "run.bpviz").exists()
        assert view_state_of(window).iteration == autosaved
    files.save(str(tmp_path / "run.bpviz"))
    assert view_state_of(window)
    assert (tmp_path / "run.bpviz").exists()


def end(window: MainWindow) -> list[str]:
    """Kill the worker; all that is told from then on."""
    window.messages.dismiss()
    said: list[str] = []
    window.messages.shown.connect(lambda shown: shown and said.append(window.messages.text()))
    os.kill(worker_of(window), signal.SIGKILL)
    return said


def test_what_became_of_the_run_is_told_once_it_is_known(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionIteration")
    window.findChild(Composer).autosave.save()
    assert view_state_of(window)
    said = end(window)
    told(window, qtbot, "from its last autosave")
    first, *others = said
    assert first.endswith("It is being started again.")
    assert not any("new network" in text for text in others)
    assert view_state_of(window).iteration == 1


@by_night
def test_an_autosave_that_cannot_be_opened_stays_where_it_is(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKPROP_VIZ_STATE", str(tmp_path / "state"))
    window = open_window("--preset", "tutorial")
    autosave = window.findChild(Composer).autosave
    press(window, "actionIteration")
    autosave.save()
    assert view_state_of(window)
    (kept,) = (tmp_path / "state").glob("*.bpviz")
    damaged = kept.read_bytes()[:-7]
    kept.write_bytes(damaged)
    said = end(window)
    told(window, qtbot, "could not be brought back")
    assert view_state_of(window).iteration == 0
    assert said[-1].endswith(f"Its file stays where it is: {kept}")
    press(window, "actionIteration")
    autosave.save()
    assert view_state_of(window)
    window.findChild(Composer).files.save(str(tmp_path / "run.bpviz"))
    assert view_state_of(window)
    assert kept.read_bytes() == damaged


def test_a_run_that_was_saved_continues_from_the_users_file(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("--preset", "tutorial")
    for _ in range(2):
        before = press(window, "actionIteration")
    window.findChild(Composer).files.save(str(tmp_path / "run.bpviz"))
    assert view_state_of(window)
    end(window)
    told(window, qtbot, "the run continues as it was saved in run.bpviz.")
    view_state = press(window, "actionIteration")
    assert view_state.curves.loss.tolist() == plain_loop(before.settings, 3)[0]
    assert window.windowTitle() == "run.bpviz[*]"


@by_night
def test_one_that_ends_again_and_again_is_not_started_for_ever(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    for _ in range(3):
        window.messages.dismiss()
        os.kill(worker_of(window), signal.SIGKILL)
        told(window, qtbot, "It was restarted")
        view_state_of(window)
    os.kill(worker_of(window), signal.SIGKILL)
    told(window, qtbot, "again and again (SIGKILL")
    view_state = press(window, "actionStartAgain")
    assert "was started again" in window.messages.text()
    view_state = press(window, "actionIteration")
    assert view_state.iteration == 1


@by_night
def test_a_signal_for_the_worker_alone_ends_it_a_while_later(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        os.kill(worker_of(window), number)
    assert press(window, "actionIteration").iteration == 1  # the window may want its run saved
    told(window, qtbot, "ended (exit status 143)")
    assert press(window, "actionIteration").iteration == 1


CHATTY = """
import os, subprocess, sys
print("x" * 300_000)
os.write(1, b"not a message" * 1000)
code = "for i in range(20000): print(i, flush=True)"
child = subprocess.Popen([sys.executable, "-S", "-c", code])
sys.stdin.read()
open({child!r}, "w").write(str(child.pid))
"""


@pytest.mark.real_worker
@by_night
def test_what_is_printed_in_the_worker_goes_where_errors_go(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chatty").mkdir()
    child = tmp_path / "child"
    (tmp_path / "chatty" / "sitecustomize.py").write_text(CHATTY.format(child=str(child)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "chatty"))
    window = open_window("--preset", "tutorial")
    assert child.exists()
    for _ in range(3):
        view_state = press(window, "actionIteration")
    assert view_state.curves.loss.tolist() == plain_loop(view_state.settings, 3)[0]
    assert not window.messages.text()


CLOSED = """
import os, sys
for descriptor in (0, 1, 2):
    os.close(descriptor)
from backprop_viz.app import create_window
window = create_window(["--preset", "tutorial"])
window.session.iterate()
done = window.session.wait_idle(60) and window.session.iteration
window.close()
open(sys.argv[1], "w").write(str(done))
"""


@by_night
def test_a_launcher_that_closed_all_files_is_no_hindrance(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", CLOSED, str(tmp_path / "done")], timeout=120, check=False)
    assert (tmp_path / "done").read_text() == "1"


@by_night
def test_that_torch_is_started_again_is_shown_and_can_be_given_up(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionIteration")
    recording = view_state_of(window).cursor.recording
    strip, session = window.starting_strip, window.session
    window.findChild(QAction, "actionStartAgain").setEnabled(True)
    window.findChild(QAction, "actionStartAgain").trigger()
    assert strip.isVisible()
    assert strip.text() == "Loading PyTorch…"
    qtbot.waitUntil(lambda: session.shown_command >= 0, timeout=60_000)
    assert not strip.isVisible()
    window.findChild(QAction, "actionStartAgain").setEnabled(True)
    window.findChild(QAction, "actionStartAgain").trigger()
    window.findChild(QToolButton, "startingStripCancel").click()
    told(window, qtbot, "could not start")
    assert not strip.isVisible()
    assert session.view_state.cursor.recording.iteration == recording.iteration
    press(window, "actionStartAgain")
    assert not strip.isVisible()
