"""A window that is closed keeps its run, whoever closes it; the next one offers it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.strokes import PenPoint, Stroke
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.files.about import read_about
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import ChooseLabel, UseDrawing
from backprop_viz.worker.files.session_file import load_session, resume
from tests.forked_process import FORKS
from tests.forked_workers import sharing_server
from tests.monkey.plain_loop import plain_loop
from tests.nightly import by_day_every, by_night

OpenWindow = Callable[..., MainWindow]
STROKES = (Stroke((PenPoint(60, 60), PenPoint(90, 200.5))),)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    monkeypatch.setenv("BACKPROP_VIZ_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def view_state_of(window: MainWindow) -> ViewState:
    assert window.session.wait_idle(60)
    view_state: ViewState = window.session.view_state
    return view_state


def trigger(window: MainWindow, name: str) -> ViewState:
    window.findChild(QAction, name).trigger()
    return view_state_of(window)


def offer_of(window: MainWindow) -> QMessageBox | None:
    assert window.session.wait_idle(60)
    return window.findChild(QMessageBox, "autosaveQuestion")


def press(question: QMessageBox | None, text: str) -> None:
    assert question is not None
    (button,) = (b for b in question.buttons() if b.text() == text)
    button.click()
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []


def test_what_was_not_saved_is_offered_at_the_next_launch(
    open_window: OpenWindow, state: Path
) -> None:
    one = open_window("--seed", "4")
    for _ in range(3):
        trigger(one, "actionIteration")
    one.panel(DrawPanel).show_strokes(STROKES)
    one.session.send(ChooseLabel(6))
    one.session.send(UseDrawing(False))
    trigger(one, "actionStep")
    settings = view_state_of(one).settings
    one.close()
    (name,) = names(state)
    if sys.platform != "win32":
        assert (state / name).stat().st_mode & 0o777 == 0o600
        assert state.stat().st_mode & 0o777 == 0o700

    two = open_window("--preset", "tutorial")
    offer = offer_of(two)
    assert offer is not None
    assert offer.text() == "Restore the unsaved run?"
    for said in ("Digits (built in)", "Cross-entropy", "SGD", "Iterations done: 3"):
        assert said in offer.informativeText()
    assert offer.isVisible()
    assert two.isActiveWindow()
    assert view_state_of(two).iteration == 0
    assert trigger(two, "actionIteration").iteration == 1  # it keeps nobody waiting
    press(offer, "Restore")
    view_state = view_state_of(two)
    assert (view_state.iteration, view_state.due, view_state.settings) == (
        3,
        Phase.FORWARD,
        settings,
    )
    assert (view_state.drawing_training.label, view_state.drawing_training.is_batch) == (6, False)
    assert view_state.kept_iterations.iterations == (1, 2, 3, 4)
    assert two.panel(DrawPanel).strokes() == STROKES
    while view_state.iteration < 6:
        view_state = trigger(two, "actionIteration")
    assert view_state.curves.loss.tolist() == plain_loop(settings, 6)[0]
    assert len(names(state)) == 3  # this one with its lock; and what this window had run before
    two.close()
    assert len(names(state)) == 2


def test_closed_in_the_middle_of_training(
    open_window: OpenWindow, state: Path, qtbot: QtBot
) -> None:
    window = open_window("--preset", "tutorial", "--seed", "2")
    window.findChild(QAction, "actionTrain").trigger()
    qtbot.waitUntil(lambda: window.session.iteration > 20, timeout=60_000)
    done = window.session.iteration
    window.close()
    (name,) = names(state)
    run = load_session(state / name)
    assert run.checkpoint.iteration >= done
    assert read_about(state / name)["iterations"] == str(run.checkpoint.iteration)
    assert run.curves.loss.tolist() == plain_loop(run.settings, run.checkpoint.iteration)[0]


@by_night
def test_what_is_saved_or_was_not_begun_is_not_kept(
    open_window: OpenWindow, tmp_path: Path, state: Path
) -> None:
    open_window().close()
    assert names(state) == []
    window = open_window("--preset", "tutorial")
    trigger(window, "actionIteration")
    composer = window.findChild(Composer)
    composer.autosave.save()
    composer.files.save(str(tmp_path / "run.bpviz"))
    assert view_state_of(window)
    window.close()
    assert names(state) == []
    again = open_window(str(tmp_path / "run.bpviz"))
    trigger(again, "actionIteration")
    again.close()
    (name,) = names(state)
    assert read_about(state / name)["file"] == str(tmp_path / "run.bpviz")
    assert read_about(tmp_path / "run.bpviz")["file"] == ""
    third = open_window()
    offer = offer_of(third)
    assert offer is not None
    assert str(tmp_path / "run.bpviz") in offer.informativeText()
    press(offer, "Restore")
    assert view_state_of(third).iteration == 2
    assert third.windowTitle() == "run.bpviz[*]"
    assert third.isWindowModified()


def test_what_the_user_saved_leaves_no_autosave_behind(
    open_window: OpenWindow, tmp_path: Path, state: Path
) -> None:
    window = open_window("--preset", "tutorial")
    composer = window.findChild(Composer)
    trigger(window, "actionIteration")
    composer.files.save(str(tmp_path / "g.bpviz"))
    trigger(window, "actionReset")  # a new run, which is no loss yet
    composer.autosave.save()
    assert view_state_of(window).iteration == 0
    assert list(state.glob("*.bpviz")) == []
    for name, iterations in (("A.bpviz", 2), ("B.bpviz", 3)):
        while view_state_of(window).iteration < iterations:
            trigger(window, "actionIteration")
        composer.autosave.save()
        assert view_state_of(window)
        (kept,) = state.glob("*.bpviz")
        assert read_about(kept)["iterations"] == str(iterations)
        composer.files.save(str(tmp_path / name))
        assert view_state_of(window).iteration == iterations
        assert list(state.glob("*.bpviz")) == []  # so a program that is killed now leaves none
    trigger(window, "actionIteration")
    composer.autosave.save()
    assert view_state_of(window)
    (kept,) = state.glob("*.bpviz")
    assert read_about(kept)["file"] == str(tmp_path / "B.bpviz")


@by_night
def test_a_run_that_cannot_be_restored_now_is_offered_again(
    open_window: OpenWindow, tmp_path: Path, state: Path
) -> None:
    one = open_window("--preset", "tutorial")
    trigger(one, "actionIteration")
    one.close()
    (name,) = names(state)
    whole = (state / name).read_bytes()
    (state / name).write_bytes(whole[:-7])
    two = open_window()
    press(offer_of(two), "Restore")
    assert view_state_of(two).iteration == 0
    assert "damaged" in two.messages.text()
    trigger(two, "actionIteration")
    two.findChild(Composer).autosave.save()
    assert view_state_of(two)
    assert (state / name).read_bytes() == whole[:-7]  # this window's run is in another file
    two.close()
    assert name in names(state)
    assert len(names(state)) == 2


@by_night
def test_the_answer_can_be_given_with_the_keyboard(
    open_window: OpenWindow, state: Path, qtbot: QtBot
) -> None:
    one = open_window("--preset", "tutorial")
    trigger(one, "actionIteration")
    one.close()
    answers = ((Qt.Key.Key_Escape, 0), (Qt.Key.Key_Return, 1))
    for key, iteration in by_day_every(2, answers):
        window = open_window("--preset", "tutorial")
        offer = offer_of(window)
        assert offer is not None
        assert offer.isAncestorOf(window.focusWidget())
        qtbot.keyClick(window.focusWidget(), key)
        assert view_state_of(window).iteration == iteration
        qtbot.waitUntil(lambda window=window: offer_of(window) is None)
        window.close()
        assert len(names(state)) == 1


@by_night
def test_the_lock_of_a_process_whose_id_is_another_ones_now_hides_nothing(
    open_window: OpenWindow, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 2)
    one = open_window("--preset", "tutorial")
    trigger(one, "actionIteration")
    one.close()
    (name,) = names(state)
    # As the program was killed, whose process had the number that this one has.
    (state / name).with_suffix(".lock").write_text(f"{os.getpid()}\npython\nhost\n")
    two = open_window("--preset", "tutorial")
    assert offer_of(two) is not None
    trigger(two, "actionIteration")
    two.findChild(Composer).autosave.save()
    assert view_state_of(two)
    assert not two.messages.text()
    assert len(list(state.glob("*.bpviz"))) == 2
    press(offer_of(two), "Discard")
    assert len(list(state.glob("*.bpviz"))) == 1


@by_night
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_what_others_could_read_is_taken_from_them(open_window: OpenWindow, state: Path) -> None:
    one = open_window("--preset", "tutorial")
    trigger(one, "actionIteration")
    one.close()
    (name,) = names(state)
    state.chmod(0o755)
    (state / name).chmod(0o644)
    two = open_window("--preset", "tutorial")
    assert offer_of(two) is not None
    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in state.iterdir()} == {0o600}


# -- signals -----------------------------------------------------------------------------------

RUN = """
import sys
from PySide6.QtCore import QSettings, QTimer
from backprop_viz.desktop import application
from backprop_viz.cli import parse

QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
if sys.argv[3:]:
    from tests.forked_workers import fork_workers
    fork_workers()
make = application.make_window

def made(arguments):
    window = make(arguments)
    session, training, told = window.session, sys.argv[2] == "training", []

    def show(view_state):
        if view_state.iteration < 3:
            session.train() if training else session.iterate()
        elif session.idle and not told:
            told.append(True)
            print(session.iteration, flush=True)

    session.view_state_ready.connect(show)
    return window

application.make_window = made
sys.exit(application.run(parse(["--preset", "tutorial", "--seed", "3"])))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
@pytest.mark.parametrize(
    ("name", "what", "times"),
    by_day_every(
        13,
        [
            (name, what, times)
            for name in ("SIGINT", "SIGTERM", "SIGHUP")
            for what, times in (("training", 5), ("waiting", 1), ("training", 1), ("waiting", 5))
        ],
    ),
)
def test_a_signal_closes_it_with_the_run_kept(
    tmp_path: Path, state: Path, name: str, what: str, times: int
) -> None:
    number = getattr(signal, name)
    # A worker that is started has the terminal's signals too; of the other names one is forked.
    forked = name != "SIGINT" and FORKS
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path), what, *(["forked"] if forked else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **(sharing_server() if forked else {}),
    )
    with process:
        assert process.stdout is not None
        done = int(process.stdout.readline())
        for _ in range(times):  # all that run in a terminal get it
            os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert [line for line in errors.splitlines() if "propagateSizeHints" not in line] == []
    (kept,) = names(state)
    run = load_session(state / kept)
    assert run.checkpoint.iteration >= done >= 3
    assert read_about(state / kept)["iterations"] == str(run.checkpoint.iteration)
    trainer = resume(run, state / kept).trainer
    assert trainer.iteration == run.checkpoint.iteration
    assert np.array_equal(run.curves.loss, losses(run.settings, run.checkpoint.iteration))


def losses(settings: object, iterations: int) -> list[float]:
    """With as many threads as the worker has, which are a part of the numbers."""
    import torch

    from backprop_viz.training.thread_count import torch_threads

    threads = torch.get_num_threads()
    torch.set_num_threads(torch_threads())
    try:
        return plain_loop(settings, iterations)[0]
    finally:
        torch.set_num_threads(threads)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
def test_ctrl_c_before_there_is_a_window_is_no_crash() -> None:
    script = "import signal, sys; from backprop_viz import __main__; "
    script += "from backprop_viz.desktop.clients import worker_process as w; "
    script += "w.start_ahead = lambda: signal.raise_signal(signal.SIGINT); "
    script += "sys.exit(__main__.main([]))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (130, "")
