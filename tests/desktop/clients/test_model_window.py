"""The window on a model's file: any shapes in every panel, edited as a copy, closed unasked."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QProcess, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.stream.messages import Preparing
from tests.capture.live.script_runs import shared_scripts
from tests.waiting import until, until_idle

START = """
import os, sys
from backprop_viz.capture.live import command
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
command.start_window = lambda *_: (None, *ends)
sys.exit(command.run_model_file(sys.argv[3], None, None))
"""
MODEL = """\
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Embedding(7, 4), nn.Flatten(), nn.Linear(12, 3))
inputs = torch.tensor([[1, 2, 6], [0, 3, 3]])
loss, target = "cross_entropy", torch.tensor([2, 0])
"""


class Opened:
    """A model's file and its window."""

    def __init__(self, window: MainWindow, process: Any) -> None:
        self.window, self.process, self.session = window, process, window.session

    def do(self, action: str) -> None:
        self.window.findChild(QAction, action).trigger()
        until_idle(self.session)


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Opened]:
    store = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(*store, str(tmp_path / "settings"))
    path = tmp_path / "mine.py"
    path.write_text(getattr(request, "param", MODEL))
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    ends = [theirs_in, theirs_out]
    process = shared_scripts().start(START, [*map(str, ends), str(path)], ends)
    os.close(theirs_in)
    os.close(theirs_out)
    line = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
    window = make_window(Arguments({}, "dark", None, ends=line))
    window.resize(1600, 1000)
    window.show()
    found = Opened(window, process)
    until(found.session, lambda: _is_held(found))
    yield found
    process.kill()
    process.wait()
    process.stdout.close()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.instance().setStyleSheet("")


def _is_held(found: Opened) -> bool:
    view_state = found.session.view_state
    return view_state is not None and not view_state.training


def test_its_steps_are_shown_and_it_ends_with_its_window(opened: Opened) -> None:
    for _ in range(7):
        opened.do("actionStep")
    assert opened.session.view_state.iteration == 1
    names = [p.name for p in opened.session.view_state.cursor.recording.parameters]
    assert names == ["0.weight", "2.weight", "2.bias"]
    lines = opened.window.panel(ProgramView).lines()
    assert lines[: MODEL.count("\n")] == MODEL.rstrip("\n").split("\n")
    assert "    value = loss(output, target)" in lines
    assert opened.window.messages.text() == ""
    opened.window.close()
    assert opened.window.findChild(QMessageBox, "leaveQuestion") is None
    assert opened.process.wait(60) == 0


def test_the_file_is_edited_as_a_copy_that_opens_anew(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda _, told, __: started.append(told))
    view = opened.window.panel(ProgramView)
    tab = opened.window.findChild(QToolButton, "tabNetwork")
    assert tab.isVisible()
    tab.click()
    view.network.edit()
    assert view.network.editor.text() == MODEL.rstrip("\n")
    assert not opened.window.findChild(QToolButton, "revertNetwork").isVisible()
    opened.window.findChild(QToolButton, "runNetwork").click()
    assert started[0][-1] == str(tmp_path / "mine.py")
    changed = MODEL.replace("Flatten(),", "Flatten(), nn.ReLU(),")
    view.network.editor.replace_text(changed)
    opened.window.findChild(QToolButton, "runNetwork").click()
    assert started[1][-1] == str(tmp_path / "mine_edited.py")
    assert (tmp_path / "mine_edited.py").read_text() == changed
    assert (tmp_path / "mine.py").read_text() == MODEL
    assert opened.window.messages.text() == "mine_edited.py opens in a window of its own."


@pytest.mark.parametrize("opened", [MODEL.replace("2, 0", "2, 0, 1")], indirect=True)
def test_the_line_that_raised_is_marked(opened: Opened) -> None:
    opened.window.findChild(QAction, "actionIteration").trigger()
    until(opened.session, lambda: opened.window.messages.text() != "")
    code = opened.window.panel(ProgramView).code
    assert code.failed is not None
    assert code.lines[code.failed].text == "    value = loss(output, target)"
    said = f"The script has ended at line {code.failed + 1}: ValueError: Expected input batch_size"
    assert opened.window.messages.text().startswith(said)


def test_a_file_that_takes_long_says_so_and_can_be_stopped(opened: Opened) -> None:
    strip = opened.window.reading_strip
    opened.session.answered.emit(Preparing(3, 12.3))
    assert strip.isVisible()
    assert strip.text() == "mine.py has not begun to train: line 3, 12 s"
    opened.session.answered.emit(Preparing(None, 13.0, over=True))
    assert not strip.isVisible()
    opened.session.answered.emit(Preparing(None, 1.0))
    cancel = strip.findChild(QToolButton, "readingStripCancel")
    assert cancel.toolTip() == "Stop it, and close this window"
    cancel.click()
    assert not opened.window.isVisible()
    assert opened.process.wait(60) == 0
