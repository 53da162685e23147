"""Runs that go on after a crash."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.worker.files.session_file import load_session
from tests.forked_workers import sharing_server
from tests.nightly import NIGHTLY, by_night
from tests.worker.session_helpers import (
    STROKES,
    composer,
    losses_after,
    plain_losses,
    trigger,
    view_state_of,
)

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    monkeypatch.setenv("BACKPROP_VIZ_STATE", str(tmp_path / "state"))


KILLED = """
import sys
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from backprop_viz import app
from backprop_viz.desktop.controllers.saving import autosave
from tests.forked_workers import fork_workers
autosave.INTERVAL_MS = 100
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
fork_workers()
window = app.create_window(["--preset", "tutorial", "--seed", "6"])
window.show()
window.session.wait_idle(60)
window.session.train()
QApplication.exec()
"""


@pytest.fixture(scope="module")
def killed_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of autosaves of a window that was killed while it trained, after some of them."""
    folder = tmp_path_factory.mktemp("killed")
    state = folder / "state"
    sharing = sharing_server()
    environment = {**sharing.get("env", os.environ), "BACKPROP_VIZ_STATE": str(state)}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], **{**sharing, "env": environment}
    )
    try:
        seen: set[int] = set()
        until = time.monotonic() + 60
        while len(seen) <= 3:
            assert time.monotonic() < until, "it saves nothing"
            seen |= {path.stat().st_mtime_ns for path in state.glob("*.bpviz")}
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.wait(30)
    return state


@pytest.fixture
def left_behind(killed_state: Path, tmp_path: Path) -> Path:
    """The killed window's autosave, among this test's own."""
    shutil.copytree(killed_state, tmp_path / "state")
    (path,) = (tmp_path / "state").glob("*.bpviz")
    return path


def question_of(window: MainWindow) -> QMessageBox | None:
    assert window.session.wait_idle(60)
    return window.findChild(QMessageBox, "autosaveQuestion")


def press(question: QMessageBox, text: str) -> None:
    (button,) = (b for b in question.buttons() if b.text() == text)
    button.click()
    QApplication.sendPostedEvents(None, 52)


@by_night
@pytest.mark.long
def test_a_window_that_is_killed_goes_on_in_the_next(
    open_window: OpenWindow, tmp_path: Path, left_behind: Path
) -> None:
    path = left_behind
    run = load_session(path)
    done, more = run.checkpoint.iteration, 20 if NIGHTLY else 4
    assert done > 0
    first = open_window("--preset", "tutorial")
    question = question_of(first)
    assert question is not None
    press(question, "Ask again later")
    assert path.exists()

    window, second = open_window("--preset", "tutorial"), None
    question = question_of(window)
    assert question is not None
    second = open_window("--preset", "tutorial")  # it is being offered already
    assert question_of(second) is None
    press(question, "Restore")
    view_state = view_state_of(window)
    assert view_state.iteration == done
    assert view_state.settings == run.settings
    assert list((tmp_path / "state").glob("*.bpviz")) == [path]
    # Threads are a part of the numbers: the plain loop runs with as many as the worker.
    from backprop_viz.training.thread_count import torch_threads

    threads = torch.get_num_threads()
    torch.set_num_threads(torch_threads())
    try:
        assert losses_after(window, more) == plain_losses(run.settings, done + more)
    finally:
        torch.set_num_threads(threads)
    for one in (first, window, second):
        one.close()
    assert os.listdir(tmp_path / "state") == [path.name]  # it is not saved yet


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
def test_a_worker_that_is_killed_takes_up_the_run_again(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window, path = open_window("--seed", "2"), tmp_path / "run.bpviz"
    for _ in range(4):
        trigger(window, "actionIteration")
    composer(window).files.save(str(path))
    trigger(window, "actionIteration")
    composer(window).autosave.save()
    before = view_state_of(window)
    os.kill(window.session.worker_pid, signal.SIGKILL)
    said = "continues from its last autosave"
    qtbot.waitUntil(lambda: said in window.messages.text(), timeout=60_000)
    view_state = view_state_of(window)
    assert (view_state.iteration, view_state.settings) == (5, before.settings)
    assert view_state.cursor.recording.loss == before.cursor.recording.loss
    assert window.windowTitle() == "run.bpviz[*]"
    assert window.isWindowModified()
    assert losses_after(window, 5) == plain_losses(before.settings, 10)


@by_night
def test_a_run_that_is_discarded_is_gone(open_window: OpenWindow, left_behind: Path) -> None:
    path = left_behind
    question = question_of(open_window("--preset", "tutorial"))
    assert question is not None
    press(question, "Discard")
    assert not path.exists()
    assert question_of(open_window("--preset", "tutorial")) is None


def test_only_what_is_new_is_written(open_window: OpenWindow, tmp_path: Path) -> None:
    window, state = open_window("--preset", "tutorial"), tmp_path / "state"
    autosave = composer(window).autosave
    autosave.save()
    assert not state.exists()
    trigger(window, "actionIteration")
    autosave.save()
    assert view_state_of(window)
    (path,) = state.glob("*.bpviz")
    written = path.stat().st_mtime_ns
    autosave.save()
    assert view_state_of(window)
    assert path.stat().st_mtime_ns == written
    window.panel(DrawPanel).show_strokes(STROKES)
    autosave.save()
    assert view_state_of(window)
    assert path.stat().st_mtime_ns > written
    assert not window.messages.text()
    window.close()
    assert os.listdir(state) == [path.name]


def test_a_folder_that_cannot_be_written_is_told_once(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    window = open_window("--preset", "tutorial")
    for told in (True, False):
        trigger(window, "actionIteration")
        composer(window).autosave.save()
        assert view_state_of(window)
        assert ("save it yourself" in window.messages.text()) is told
        window.messages.dismiss()
    for button, closed in (("Stay", False), ("Close", True)):
        window.close()
        assert window.isVisible()
        (question,) = window.findChildren(QMessageBox, "closeQuestion")
        assert str(tmp_path / "state") in question.informativeText()
        press(question, button)
        assert window.isVisible() is not closed
