"""A recording file in the window: what is in it, explained, also while it is written."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import IO

import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, QPointF, QProcess, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.app import create_window
from backprop_viz.desktop.clients.file_client import FileClient, IterationsStored
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.phases.next_step_hint import NextStepHint
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.files import recording_file
from backprop_viz.recording.files.file_layout import FileLayout, ScanReport
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.requests.progress import Progress
from backprop_viz.recording.run.program import Line, Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.messages import RunAttached, RunEnded, Update
from tests.conftest import OpenWindow
from tests.opened_windows import keep_settings_in
from tests.waiting import until, until_idle

# What runs where there is no torch: the window opens the file, paints, and moves the cursor.
WITHOUT_TORCH = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, NoTorch())
from backprop_viz.app import create_window
window = create_window([sys.argv[1]])
window.resize(1280, 800)
window.show()
session = window.session
def is_shown():
    return session.view_state is not None and session.view_state.cursor.recording.events != ()
seen = session.wait_until(is_shown, 60)
session.shown.go_back("event")
window.grab()
cursor = session.view_state.cursor
print(seen, cursor.recording.iteration, cursor.position, "torch" in sys.modules)
window.close()
"""


def losses_into(path: Path, steps: int) -> tuple[list[float], torch.Tensor]:
    """The losses of a watched loop, and the first weight's last gradient."""
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    with bv.watch(net, optimizer, to=path, every=2):
        for _ in range(steps):
            loss = net(torch.randn(5, 3)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            gradient = net[0].weight.grad.clone()
            optimizer.step()
            losses.append(loss.item())
    return losses, gradient


def test_every_recording_is_there_and_its_numbers_are_explained(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    losses, gradient = losses_into(path, 6)
    window = open_window(str(path), size=(1600, 1000))
    session = window.session
    until(session, lambda: session.iteration == 6 and session.recording_of(6) is not None)
    assert "run.bprec" in window.windowTitle()
    assert not window.findChild(QAction, "actionReset").isVisible()
    assert session.view_state.curves.loss.tolist() == losses
    assert session.view_state.kept_iterations.iterations == (2, 4, 6)
    recording = session.recording_of(6)
    assert recording.loss == losses[5]
    at = max(
        i
        for i, event in enumerate(recording.events)
        if event.parameter == "0.weight" and event.phase is bv.Phase.BACKWARD
    )
    window.number_picked.emit(Number(recording.events[at].output_ids[0], (1, 2), at, 0), None)
    panel = window.panel(OriginView)
    until(session, lambda: panel.complete)
    assert panel.explanation is not None
    assert panel.explanation.value == float(gradient[1, 2])
    assert panel.explanation.reason is None
    session.shown.show_iteration(2)
    until_idle(session)
    assert session.view_state.cursor.recording.iteration == 2
    assert session.view_state.cursor.recording.loss == losses[1]


def test_each_is_shown_with_the_file_that_its_loop_ran_in(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    torch.manual_seed(4)
    net = nn.Linear(3, 4)
    recordings = []
    for iteration in (1, 2, 3):
        with bv.record(net) as recording:
            net(torch.randn(5, 3)).sum().backward()
        recordings.append(replace(recording.recording, iteration=iteration))
    writer = RecordingFileWriter(path)
    for recorded, file, since in zip(recordings, ("", "a.py", "b.py"), (0, 2, 3), strict=True):
        program = Program((Line(f"in {file}", source_line=1),), path=file, since=since)
        writer.set_run(RunOrigin("script", "train.py", "train.py"), program)
        writer.add(recorded)
    writer.close()
    window = open_window(str(path))
    session, panel = window.session, window.panel(ProgramView)
    for iteration, line in ((3, "in b.py"), (2, "in a.py"), (1, "in "), (3, "in b.py")):
        until(session, lambda: session.view_state.kept_iterations.iterations == (1, 2, 3))
        session.shown.show_iteration(iteration)
        until(session, lambda line=line: panel.lines() == [line])


def test_each_is_read_when_it_is_gone_to_and_none_stands_in_memory_for_ever(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "run.bprec"
    losses, _ = losses_into(path, 8)
    session = open_window(str(path)).session
    until(session, lambda: session.recording_of(8) is not None)
    session.shown.set_budget(1)  # room for one
    for iteration in (6, 4, 2):
        session.shown.move_cursor(0)
        session.shown.go_back("phase")  # to the end of the one before
        until_idle(session)
        cursor = session.view_state.cursor
        assert (cursor.recording.iteration, cursor.at_end) == (iteration, True)
        assert cursor.recording.loss == losses[iteration - 1]
    assert session.recording_of(8) is None
    assert session.view_state.kept_iterations.iterations == (2, 4, 6, 8)
    session.shown.go("phase")
    until_idle(session)
    cursor = session.view_state.cursor
    assert (cursor.recording.iteration, cursor.recording.loss) == (4, losses[3])
    assert cursor.position == cursor.recording.spans[0].stop
    session.shown.compare_with("previous")
    until_idle(session)
    assert session.view_state.then.recording.loss == losses[1]


def test_at_its_end_nothing_can_be_run(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    losses_into(path, 6)  # of which 2, 4 and 6 are recorded
    window = open_window(str(path))
    session = window.session
    until(session, lambda: session.recording_of(6) is not None)
    step = window.findChild(QAction, "actionStep")
    assert not step.isEnabled()
    assert not window.findChild(QAction, "actionTrain").isEnabled()
    session.shown.go_back("phase")
    assert step.isEnabled()
    step.trigger()
    assert session.view_state.cursor.at_end
    assert not step.isEnabled()
    iteration = window.findChild(QAction, "actionIteration")
    assert not iteration.isEnabled()
    session.shown.show_iteration(2)
    until(session, lambda: session.view_state.cursor.recording.iteration == 2)
    assert window.findChild(QToolButton, "continueButton").isHidden()
    for number in (4, 6):
        iteration.trigger()
        until(session, lambda n=number: session.view_state.cursor.recording.iteration == n)
        assert session.view_state.cursor.at_end
    assert not iteration.isEnabled()
    assert "F11" in next_step(session.view_state)


def test_one_that_has_no_iteration_yet_says_so(open_window: OpenWindow, tmp_path: Path) -> None:
    with RecordingFileWriter(tmp_path / "run.bprec") as writer:
        writer.set_run(RunOrigin("watch", "train.py"))
    window = open_window(str(tmp_path / "run.bprec"))
    until(window.session, lambda: window.session.view_state is not None)
    assert next_step(window.session.view_state) == "No iteration is in this recording yet."


class Growing:
    """A loop that is watched into a file, and makes an iteration when it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._net = nn.Linear(3, 1)
        self._optimizer = torch.optim.SGD(self._net.parameters(), lr=0.1)
        self.watch = bv.watch(self._net, self._optimizer, to=path)

    def iterate(self) -> None:
        """Make an iteration, which is in the file then."""
        self._net(torch.randn(2, 3)).square().mean().backward()
        self._optimizer.step()


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Growing]:
    found = Growing(tmp_path / "grows.bprec")
    found.iterate()
    yield found
    found.watch.close()


def test_who_looks_back_stays_there_when_more_is_written(
    open_window: OpenWindow, growing: Growing
) -> None:
    growing.iterate()
    session = open_window(str(growing.path)).session
    until(session, lambda: session.recording_of(2) is not None)
    session.shown.show_iteration(1)
    until_idle(session)
    growing.iterate()
    until(session, lambda: 3 in session.view_state.kept_iterations.iterations)
    assert session.view_state.cursor.recording.iteration == 1
    session.shown.show_iteration(3)
    until_idle(session)
    session.shown.go_back("phase")  # within the newest, too
    back = session.view_state.cursor.position
    growing.iterate()
    until(session, lambda: 4 in session.view_state.kept_iterations.iterations)
    shown = session.view_state.cursor
    assert (shown.recording.iteration, shown.position) == (3, back)
    session.shown.show_iteration(4)  # at the end of the newest it follows again
    until_idle(session)
    growing.iterate()
    until(session, lambda: session.view_state.cursor.recording.iteration == 5)


def test_an_iteration_beyond_all_measure_takes_no_memory(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "odd.bprec"
    losses_into(path, 2)
    with RecordingFileWriter(path, append=True) as writer:
        writer.add_losses([3, 2**62], [0.5, 0.25])
    session = open_window(str(path)).session
    until(session, lambda: session.recording_of(2) is not None)
    assert len(session.view_state.curves.loss) == 3
    assert session.view_state.curves.loss[2] == 0.5


def test_what_was_not_finished_is_looked_through_with_a_progress(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cut.bprec"
    losses_into(path, 4)
    path.write_bytes(path.read_bytes()[:-20])  # without the end of its index
    monkeypatch.setattr("backprop_viz.desktop.clients.file_client.READING_PROGRESS_S", 0.0)
    woken = threading.Event()
    client = FileClient(path, woken.set)
    told: list[object] = []
    while not any(isinstance(message, RunEnded) for message in told):
        assert woken.wait(60)
        woken.clear()
        while (received := client.take()) is not None:
            told.append(received[0])
    client.close()
    assert [kind for kind, _ in groupby(map(type, told))] == [
        Progress, RunAttached, IterationsStored, Update, Progress, RunEnded,
    ]  # fmt: skip
    size = path.stat().st_size
    progress = [one for one in told if isinstance(one, Progress)]
    assert progress == [Progress("cut.bprec", 1, 1, done, size) for done in (0, size - 1, size)]


def test_from_the_first_moment_it_is_said_what_is_read(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, may_read = tmp_path / "run.bprec", threading.Event()
    losses_into(path, 2)
    path.write_bytes(path.read_bytes()[:-20])  # without the end of its index it is looked through
    scanned = recording_file.scanned_layout

    def scan_late(stream: IO[bytes], start: int, size: int, report: ScanReport) -> FileLayout:
        report(1_000_000, 4_000_000)
        assert may_read.wait(60)
        return scanned(stream, start, size, report)

    monkeypatch.setattr(recording_file, "scanned_layout", scan_late)
    keep_settings_in(tmp_path / "settings")
    window = create_window([str(path)])
    qtbot.addWidget(window)
    window.show()
    strip, session = window.reading_strip, window.session
    until(session, lambda: strip.text() == "Reading run.bprec: 1 of 4 MB")
    assert strip.isVisible()
    assert window.windowTitle() == "run.bprec - backprop_viz"
    assert window.panel(NextStepHint).text() == ""  # torch is not what is loaded
    for name in ("actionStep", "actionIteration", "actionTrain"):
        assert not window.findChild(QAction, name).isEnabled()
    may_read.set()
    until(session, lambda: session.recording_of(2) is not None)
    until(session, lambda: not strip.isVisible())


def test_one_that_is_dropped_on_the_window_is_opened(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda _, rest, __: started.append(rest))
    path = tmp_path / "run.bprec"
    losses_into(path, 2)
    window = open_window("--light")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), *how, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *how, none))
    (command,) = started
    assert command[-1] == str(path)


def test_what_is_written_meanwhile_is_shown(open_window: OpenWindow, growing: Growing) -> None:
    window = open_window(str(growing.path))
    until(window.session, lambda: window.session.recording_of(1) is not None)
    growing.iterate()
    until(window.session, lambda: window.session.recording_of(2) is not None)


def test_without_torch_it_opens_and_the_cursor_moves(tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    losses_into(path, 4)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    iteration = bv.load(path)[1]
    assert done.stdout.split() == ["True", "4", str(len(iteration.events) - 1), "False"]


@pytest.mark.parametrize("content", [b"", b"no recording at all, but as long as one could be" * 9])
def test_what_is_no_recording_is_refused_before_a_window_opens(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "odd.bprec"
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "backprop_viz", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("backprop-viz: odd.bprec")
    assert len(done.stderr.splitlines()) == 1
