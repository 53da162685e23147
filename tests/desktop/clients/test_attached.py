"""A real script, run unchanged with the window at the end of its connection."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.analysis.explanations import explain
from backprop_viz.desktop.application import make_window
from backprop_viz.desktop.arguments import Arguments
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.inspector.gradient_section import gradients
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.phases.phases import PhaseProgress, phase_states
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import Preparing
from tests.capture.live.script_runs import Scripts, ended_process
from tests.waiting import until, until_idle

# What the script's process runs: as `backprop-viz run`, with the connection to this process.
START = """
import os, sys
from backprop_viz.capture.live.live_run import LiveRun
from backprop_viz.capture.live.script import run_script
from backprop_viz.capture.live.script_arguments import Script
incoming, outgoing = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
def follow(origin, program):
    return LiveRun((incoming, outgoing), origin, program)
sys.exit(run_script(Script(sys.argv[3], tuple(sys.argv[4:])), follow))
"""
SCRIPT = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range({steps}):
    x, y = torch.randn(8, 4), torch.randn(8, 2)
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    print(i, loss.item())
{end}
"""


class Attached:
    """A script and its window."""

    def __init__(self, window: MainWindow, process: Any) -> None:
        self.window, self.process = window, process
        self.session = window.session

    def do(self, action: str) -> None:
        found = self.window.findChild(QAction, action)
        assert found is not None
        found.trigger()
        until_idle(self.session)

    @property
    def view(self) -> object:
        return self.session.view_state


Begin = Callable[..., Attached]


@pytest.fixture
def begin(tmp_path: Path, qtbot: QtBot, scripts: Scripts) -> Iterator[Begin]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "s"))
    begun: list[Attached] = []

    def begin_(steps: int = 4, end: str = "", module: str = "") -> Attached:
        script = tmp_path / "train.py"
        text = SCRIPT.format(steps=steps, end=end)
        if module:
            (tmp_path / "model.py").write_text(module)
            text = text.replace("net = nn.Seq", "from model import Net; net = Net(nn.Seq")
            text = text.replace("nn.Linear(5, 2))", "nn.Linear(5, 2)))")
        script.write_text(text)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        files = theirs_in, theirs_out
        process = scripts.start(START, [*map(str, files), str(script)], files)
        os.close(theirs_in)
        os.close(theirs_out)
        line = os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb")
        window = make_window(Arguments({}, "dark", None, ends=line))
        window.resize(1600, 1000)
        window.show()
        attached = Attached(window, process)
        begun.append(attached)
        until(attached.session, lambda: _is_held(attached))
        return attached

    yield begin_
    for attached in begun:
        attached.process.kill()
        attached.process.wait(60)
        attached.process.stdout.close()
        until(attached.session, lambda a=attached: not a.session.has_worker)
        attached.window.close()
        attached.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.instance().setStyleSheet("")


def _is_held(attached: Attached) -> bool:
    view_state = attached.session.view_state
    return view_state is not None and not view_state.training


def plain(steps: int) -> list[tuple[float, torch.Tensor]]:
    """Each iteration's loss, and the gradient of the first weight, of the loop alone."""
    torch.manual_seed(3)
    net = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    found = []
    for _ in range(steps):
        x, y = torch.randn(8, 4), torch.randn(8, 2)
        optimizer.zero_grad()
        loss = (net(x) - y).square().mean()
        loss.backward()
        assert net[0].weight.grad is not None
        found.append((loss.item(), net[0].weight.grad.clone()))
        optimizer.step()
    return found


def test_steps_hold_the_script_and_show_its_numbers(begin: Begin) -> None:
    attached = begin()
    window, session = attached.window, attached.session
    expected = plain(4)
    assert "train.py" in window.windowTitle()
    assert not window.panel(DrawPanel).isVisible()
    assert not window.findChild(QAction, "actionReset").isVisible()
    source = SCRIPT.format(steps=4, end="").splitlines()
    assert source[session.view_state.line - 1].strip() == "optimizer.zero_grad()"
    attached.do("actionStep")
    assert source[session.view_state.line - 1].strip().startswith("loss = (net(x)")
    for _ in range(3):
        attached.do("actionStep")
    assert session.view_state.due is Phase.UPDATE
    assert source[session.view_state.line - 1].strip() == "loss.backward()"
    assert window.panel(ProgramView).marked_line() == session.view_state.line - 1
    recording = session.view_state.cursor.recording
    assert recording.loss == expected[0][0]
    event = [
        e for e in recording.events if e.parameter == "0.weight" and e.phase.value == "backward"
    ]
    assert np.array_equal(event[-1].outputs[0], expected[0][1].numpy())
    # Back in time, and on again: the script waits.
    session.shown.go_back("phase")
    until_idle(session)
    assert not session.view_state.cursor.at_end
    assert attached.process.poll() is None
    attached.do("actionStep")
    attached.do("actionStep")
    assert session.iteration == 1
    attached.do("actionIteration")
    assert session.iteration == 2
    assert list(session.view_state.curves.loss) == [loss for loss, _ in expected[:2]]


def test_f8_runs_the_script_by_one_event(begin: Begin) -> None:
    attached = begin()
    window, session = attached.window, attached.session
    source = SCRIPT.format(steps=4, end="").splitlines()
    seen = []
    while "AddmmBackward0" not in seen:
        attached.do("actionEvent")
        cursor = session.view_state.cursor
        seen.append(cursor.event.op)
        # zero_grad has run when the model is found; then the script goes on event by event.
        assert (cursor.at_end, cursor.position) == (len(seen) >= 4, len(seen))
    assert seen[:7] == [*["zero_grad"] * 4, "linear", "tanh", "linear"]
    view_state = session.view_state
    assert (view_state.due, view_state.cursor.recording.under_way) == (Phase.BACKWARD,) * 2
    assert source[view_state.line - 1].strip() == "loss.backward()"
    assert window.panel(ProgramView).marked_line() == view_state.line - 1
    standing = {state.phase: state for state in phase_states(view_state)}
    assert standing[Phase.LOSS].state is PhaseProgress.DONE
    assert standing[Phase.BACKWARD].state is PhaseProgress.UNDER_WAY
    # Some of the gradients are there, and nothing says that the others never come.
    assert gradients(view_state.cursor, "0.weight").ran is False
    assert explain(view_state.cursor, "parameter", "0.weight").code == "waiting_none"
    assert view_state.cursor.recording.findings() == ()
    # Back, and on in what is recorded: the script waits. Then the rest of the phase.
    attached.do("actionEventBack")
    attached.do("actionEvent")
    assert session.view_state.cursor == view_state.cursor
    attached.do("actionStep")
    assert session.view_state.due is Phase.UPDATE
    assert np.array_equal(session.view_state.cursor.grad("0.weight"), plain(1)[0][1].numpy())


def test_a_breakpoint_at_a_node_holds_the_script_there(begin: Begin) -> None:
    attached = begin()
    session = attached.session
    session.watch([Breakpoint("node", "tanh 1")])
    attached.window.findChild(QAction, "actionTrain").trigger()
    until(session, lambda: session.view_state.hit == Breakpoint("node", "tanh 1"))
    cursor = session.view_state.cursor
    assert (cursor.event.op, cursor.at_end) == ("TanhBackward0", True)
    assert cursor.recording.under_way is Phase.BACKWARD


def test_of_a_nan_that_was_given_the_message_does_not_say_that_it_arose(begin: Begin) -> None:
    attached = begin(steps=2, end="net(x + float('inf')).sum().backward()")
    attached.session.watch([Breakpoint("not_finite")])
    attached.window.findChild(QAction, "actionTrain").trigger()
    given = "A NaN or Inf was already in what linear was given."
    until(attached.session, lambda: attached.window.messages.text() == given)
    attached.session.shown.show_iteration(1)
    assert given not in attached.window.messages.text()  # of this iteration it would be wrong


def test_a_nan_holds_the_script_and_the_message_says_of_what_it_speaks(begin: Begin) -> None:
    attached = begin(steps=1, end="(net(x) * float('nan')).sum().backward()")
    session = attached.session
    session.watch([Breakpoint("not_finite")])
    attached.window.findChild(QAction, "actionTrain").trigger()
    until(session, lambda: session.view_state.hit is not None)
    assert session.view_state.cursor.event.op == "mul"
    said = attached.window.messages.text()
    start, end = "A NaN or Inf appeared in the output of mul, from", "The first of them is [0, 0]."
    assert (said.startswith(start), said.endswith(end)) == (True, True)
    assert session.view_state.cursor.recording.under_way is not None
    panel = attached.window.panel(FindingsView)
    assert "NaN first appeared in mul" in [card.title.text() for card in panel.cards]
    assert panel.note.text().endswith(" other kinds of mistakes in the phases that have ended.")
    assert "NaN or Inf" not in panel.note.text()
    session.watch([])
    attached.do("actionTrain")
    until(session, lambda: session.view_state.ended)
    assert attached.window.messages.text().startswith("The script has ended.")


def test_a_breakpoint_at_a_line_says_that_it_holds(begin: Begin) -> None:
    attached = begin()
    session, messages = attached.session, attached.window.messages
    lines = SCRIPT.format(steps=4, end="").splitlines()
    for code in ("optimizer.step()", "x, y = torch.randn(8, 4), torch.randn(8, 2)"):
        line = 1 + next(i for i, each in enumerate(lines) if each.strip() == code)
        session.watch([Breakpoint("line", line)])
        attached.do("actionTrain")
        until(session, lambda line=line: session.view_state.hit == Breakpoint("line", line))
        assert session.view_state.line == line
        assert messages.text() == f"Stopped before line {line}: {code}"
    # The line has run: what holds the script after it is not its breakpoint.
    attached.do("actionStep")
    assert session.view_state.hit is None


def test_the_program_marks_the_line_that_an_event_is_from(begin: Begin) -> None:
    attached = begin()
    session, program = attached.session, attached.window.panel(ProgramView)
    attached.do("actionIteration")
    source = SCRIPT.format(steps=4, end="").splitlines()
    recording = session.view_state.cursor.recording
    for phase, marked in (
        (Phase.ZERO_GRAD, "optimizer.zero_grad()"),
        (Phase.FORWARD, "loss = (net(x) - y).square().mean()"),
        (Phase.LOSS, "loss = (net(x) - y).square().mean()"),
        (Phase.BACKWARD, "loss.backward()"),
        (Phase.UPDATE, "optimizer.step()"),
    ):
        span = recording.span(phase)
        session.shown.move_cursor(span.start + 1)
        assert source[program.marked_line()].strip() == marked
        assert program.marks().phase is phase
    nodes = recording.span(Phase.BACKWARD)
    session.shown.move_cursor(nodes.start + 1)
    assert [source[row].strip() for row in program.marks().soft] == [
        "loss = (net(x) - y).square().mean()"
    ]


MODULE = """
from torch import nn


class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        # many lines
        # above
        # the one
        # that runs
        return self.layers(x)
"""


def test_an_event_in_another_file_is_marked_where_the_script_went_there(begin: Begin) -> None:
    attached = begin(module=MODULE)
    session, program = attached.session, attached.window.panel(ProgramView)
    attached.do("actionIteration")
    recording = session.view_state.cursor.recording
    forward = recording.span(Phase.FORWARD)
    assert Path(recording.events[forward.start].place[0]).name == "model.py"
    session.shown.move_cursor(forward.start + 1)
    assert program.lines()[program.marked_line()].strip().startswith("loss = (net(x)")
    assert {number for number, _ in recording.trace} <= {
        row + 1
        for row, text in enumerate(program.lines())
        if "loss" in text or "step" in text or "zero_grad" in text
    }


def test_a_number_of_the_script_is_explained_by_a_worker(begin: Begin) -> None:
    attached = begin()
    for _ in range(4):
        attached.do("actionStep")
    recording = attached.session.view_state.cursor.recording
    at = max(i for i, e in enumerate(recording.events) if e.parameter == "0.weight")
    number = Number(recording.events[at].output_ids[0], (2, 1), at, 0)
    attached.window.number_picked.emit(number, None)
    panel = attached.window.panel(OriginView)
    until(attached.session, lambda: panel.complete)
    assert panel.explanation is not None
    assert panel.explanation.reason is None
    assert panel.explanation.value == float(plain(1)[0][1][2, 1])
    assert abs(panel.explanation.residual) < 1e-6


def test_resumed_it_runs_to_its_end_and_the_window_stays(begin: Begin) -> None:
    attached = begin(steps=5)
    attached.window.findChild(QAction, "actionTrain").trigger()
    until(attached.session, lambda: not attached.session.has_worker)
    ended = ended_process(attached.process)
    lines = [f"{i} {loss}" for i, (loss, _) in enumerate(plain(5))]
    assert ended.printed.splitlines() == lines
    assert ended.status == 0
    assert attached.session.iteration == 5
    assert list(attached.session.view_state.curves.loss) == [loss for loss, _ in plain(5)]
    assert "has ended" in attached.window.messages.text()
    assert attached.window.isVisible()


def test_an_exception_is_told_with_its_line(begin: Begin) -> None:
    attached = begin(steps=2, end="raise ValueError('no more data')")
    attached.window.findChild(QAction, "actionTrain").trigger()
    until(attached.session, lambda: not attached.session.has_worker)
    ended = ended_process(attached.process)
    line = SCRIPT.format(steps=2, end="raise").splitlines().index("raise") + 1
    assert ended.status == 1
    said = attached.window.messages.text()
    assert said.startswith(f"The script has ended at line {line}")
    assert said.endswith(": ValueError: no more data")
    assert f'train.py", line {line}, in <module>' in ended.printed
    assert "backprop_viz" not in ended.printed


def test_a_script_that_takes_long_before_it_trains_is_interrupted(begin: Begin) -> None:
    attached = begin(steps=2)
    attached.session.answered.emit(Preparing(7, 2.6))
    strip = attached.window.reading_strip
    assert strip.text() == "train.py has not begun to train: line 7, 3 s"
    strip.findChild(QToolButton, "readingStripCancel").click()
    ended = ended_process(attached.process)
    assert ended.printed.endswith("KeyboardInterrupt\n")
    until(attached.session, lambda: not attached.session.has_worker)
    assert attached.window.isVisible()
    assert not strip.isVisible()
    said = attached.window.messages.text()
    assert re.match(r"The script was interrupted at line \d+, after iteration 0\.", said)


def test_a_closed_window_lets_the_script_go_on(begin: Begin) -> None:
    attached = begin(steps=3)
    attached.do("actionStep")
    attached.window.close()
    assert attached.window.isVisible()
    question = attached.window.findChild(QMessageBox, "leaveQuestion")
    assert question is not None
    button = next(b for b in question.findChildren(QPushButton) if b.text().startswith("Go on"))
    button.click()
    assert not attached.window.isVisible()
    ended = ended_process(attached.process)
    assert ended.printed.splitlines() == [f"{i} {loss}" for i, (loss, _) in enumerate(plain(3))]
    assert ended.status == 0
