"""What goes wrong where torch runs: a sentence in the window, the state as before, and on."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients import worker_process
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from tests.monkey.plain_loop import plain_loop, same, tensor
from tests.nightly import by_day_every

OpenWindow = Callable[..., MainWindow]
SENTENCES = {
    "forward": "torch says: RuntimeError: broken on purpose",
    "backward": "torch says: RuntimeError: broken on purpose",
    "data": "torch says: RuntimeError: broken on purpose",
    "memory": "not enough memory",
    "torch memory": "not enough memory",
}


@pytest.fixture
def fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says how a worker started from now on fails."""
    file = tmp_path / "fault"
    monkeypatch.setenv("FAULT_FILE", str(file))
    start = worker_process.WORKER_START.replace(
        "from backprop", "import tests.faulty_trainer; from backprop"
    )
    monkeypatch.setattr(worker_process, "WORKER_START", start)
    return file


def press(window: MainWindow, name: str) -> ViewState:
    window.findChild(QAction, name).trigger()
    return view_state_of(window)


def view_state_of(window: MainWindow) -> ViewState:
    assert window.session.wait_idle(60)
    view_state: ViewState = window.session.view_state
    return view_state


def equals_the_plain_loop(window: MainWindow) -> None:
    view_state = view_state_of(window)
    losses, weights = plain_loop(view_state.settings, view_state.iteration)
    assert view_state.curves.loss.tolist() == losses
    assert not view_state.training
    recording = window.session.shown.newest_recording
    end = recording.at(len(recording.events))
    for name, weight in weights.items():
        assert same(tensor(end.value(name)), weight), name


@pytest.mark.parametrize("how", by_day_every(3, ["actionTrain", "actionIteration", "actionStep"]))
def test_a_phase_that_raises(open_window: OpenWindow, fault: Path, qtbot: QtBot, how: str) -> None:
    window = open_window("--preset", "tutorial")
    for number, (kind, said) in enumerate(SENTENCES.items()):
        before = press(window, "actionIteration")
        fault.write_text(kind)
        for _ in range(4 if how == "actionStep" else 1):
            window.findChild(QAction, how).trigger()
        qtbot.waitUntil(lambda said=said: said in window.messages.text(), timeout=60_000)
        qtbot.waitUntil(lambda: not window.session.view_state.training, timeout=60_000)
        after = view_state_of(window)
        assert not after.training, kind
        assert (after.iteration, after.settings) == (before.iteration, before.settings), kind
        assert np.array_equal(after.curves.loss, before.curves.loss)
        fault.unlink()
        window.messages.dismiss()
        press(window, "actionIteration")
        assert window.session.iteration == 2 * number + 2
    equals_the_plain_loop(window)


def test_a_network_that_cannot_be_made(open_window: OpenWindow, fault: Path) -> None:
    window = open_window("--preset", "tutorial")
    before = press(window, "actionIteration")
    fault.write_text("construction")
    after = press(window, "actionReset")
    assert SENTENCES["forward"] in window.messages.text()
    assert (after.iteration, after.settings) == (before.iteration, before.settings)
    press(window, "actionIteration")
    equals_the_plain_loop(window)
    fault.unlink()
    assert press(window, "actionReset").iteration == 0
    press(window, "actionIteration")
    equals_the_plain_loop(window)


def test_a_drawing_that_cannot_be_read(open_window: OpenWindow, fault: Path) -> None:
    window = open_window("--preset", "tutorial")
    press(window, "actionIteration")
    fault.write_text("forward")
    window.session.draw(np.eye(100, dtype=np.float32))
    assert view_state_of(window).prediction is None
    assert SENTENCES["forward"] in window.messages.text()
    fault.unlink()
    window.session.draw(np.eye(100, dtype=np.float32))
    assert view_state_of(window).prediction is not None
    press(window, "actionIteration")
    equals_the_plain_loop(window)


@pytest.mark.parametrize(
    "change", by_day_every(2, [{"lr": 1e30}, {"lr": 1e30, "optimizer": "adam"}])
)
def test_a_rate_beyond_all_sense(
    open_window: OpenWindow, qtbot: QtBot, change: dict[str, object]
) -> None:
    window = open_window("--preset", "tutorial")
    sane = view_state_of(window).settings
    window.session.configure(replace(sane, **change))
    window.findChild(QAction, "actionTrain").trigger()
    # The sentence comes first, and how things stand after it next.
    qtbot.waitUntil(lambda: bool(window.messages.text()), timeout=60_000)
    qtbot.waitUntil(lambda: not window.session.view_state.training, timeout=60_000)
    assert not view_state_of(window).training
    assert "so training stopped before the update" in window.messages.text()
    window.session.configure(sane)
    press(window, "actionReset")
    press(window, "actionIteration")
    equals_the_plain_loop(window)


def test_an_empty_folder(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window("--preset", "tutorial")
    before = press(window, "actionIteration")
    (tmp_path / "empty").mkdir()
    for data in ("folder", "mnist"):
        window.session.configure(before.settings.with_root(data, str(tmp_path / "empty")))
        after = view_state_of(window)
        assert str(tmp_path / "empty") in window.messages.text()
        assert (after.iteration, after.settings) == (1, before.settings)
        window.messages.dismiss()
    press(window, "actionIteration")
    equals_the_plain_loop(window)


def worker_of(window: MainWindow) -> int:
    return window.session.worker_pid


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a signal")
@pytest.mark.parametrize("how", by_day_every(3, ["train", "idle", "step"]))
def test_a_worker_that_is_killed_is_replaced(
    open_window: OpenWindow, qtbot: QtBot, how: str
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "5")
    session = window.session
    session.draw(np.eye(100, dtype=np.float32))
    for _ in range(3):
        press(window, "actionIteration")
    losses = view_state_of(window).curves.loss
    if how == "train":
        window.findChild(QAction, "actionTrain").trigger()
        qtbot.waitUntil(lambda: session.iteration > 20, timeout=60_000)
    killed = worker_of(window)
    os.kill(killed, signal.SIGKILL)
    if how == "step":
        window.findChild(QAction, "actionStep").trigger()
    said = "It was restarted with the same settings and a new network"
    qtbot.waitUntil(lambda: said in window.messages.text(), timeout=60_000)
    # The sentence comes first, and how things stand after it next.
    qtbot.waitUntil(lambda: not session.view_state.training, timeout=60_000)
    view_state = view_state_of(window)
    assert worker_of(window) != killed
    assert view_state.iteration == 0
    assert not window.findChild(QAction, "actionTrain").isChecked()
    assert view_state.prediction is not None
    ((_, curves),) = view_state.earlier
    assert curves.loss[:3].tolist() == losses.tolist()
    for _ in range(3):
        press(window, "actionIteration")
    equals_the_plain_loop(window)
    assert view_state_of(window).curves.loss.tolist() == losses.tolist()


@pytest.mark.real_worker
def test_a_worker_that_cannot_begin_is_not_started_for_ever(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "WORKER_START", "import sys; {path!r}; sys.exit(3)")
    window = open_window("--preset", "tutorial")
    assert "could not start" in window.messages.text()
    assert window.session.view_state is None
