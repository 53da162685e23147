"""Where a script is that is held in its validation, by each place of the window that says it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.timeline_caption import caption
from backprop_viz.recording.run.breakpoint import Breakpoint
from tests.capture.live.script_runs import Scripts
from tests.desktop.clients.script_windows import OpenScript, script_windows
from tests.waiting import until, until_idle

SCRIPT = """
import torch
from torch import nn

net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(8, 4), torch.randn(8, 2)
for i in range(9):
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    with torch.no_grad():
        accuracy = (net(x) > 0).eq(y > 0)
    optimizer.step()
    net.eval()
    with torch.no_grad():
        out = net(x)
        error = (out - y).square().mean()
    net.train()
"""
OFF = "Gradients are off here: no backward goes through what runs."


@pytest.fixture
def open_script(tmp_path: Path, qtbot: QtBot, scripts: Scripts) -> Iterator[OpenScript]:
    with script_windows(tmp_path, scripts) as open_:
        yield open_


def line_of(code: str) -> int:
    return 1 + [line.strip() for line in SCRIPT.splitlines()].index(code)


def test_a_script_held_in_its_validation_is_said_to_be_between_iterations(
    open_script: OpenScript,
) -> None:
    window = open_script(SCRIPT)
    session = window.session

    def go_to(code: str) -> int:
        line = line_of(code)
        session.watch([Breakpoint("line", line)])
        window.findChild(QAction, "actionTrain").trigger()
        until_idle(session)
        until(session, lambda: session.view_state.hit == Breakpoint("line", line))
        return line

    line = go_to("net.eval()")
    assert next_step(session.view_state).startswith(
        f"Before line {line}, between iterations 1 and 2. F8 "
    )
    # Nothing more is recorded from one of these lines to the next.
    for code in ("out = net(x)", "error = (out - y).square().mean()"):
        line = go_to(code)
        assert session.view_state.line == line
        assert window.messages.text() == f"Stopped before line {line}: {code}"
        assert next_step(session.view_state).startswith(
            f"Before line {line}, between iterations 1 and 2. {OFF} F8 "
        )
        assert caption(session.view_state) == f"before iteration 2 · line {line}"
    # What it was held at is not said once it has gone on.
    window.findChild(QAction, "actionEvent").trigger()
    until(session, lambda: session.view_state.hit is None and not session.view_state.training)
    assert not window.messages.text()
    line = go_to("net.train()")
    assert OFF not in next_step(session.view_state)
    # An accuracy within the iteration is no training either, a backward is.
    line = go_to("accuracy = (net(x) > 0).eq(y > 0)")
    assert next_step(session.view_state).startswith(
        f"Before line {line}, within iteration 3. {OFF} F8 "
    )
    go_to("loss.backward()")
    assert next_step(session.view_state).startswith("F8 runs the script to its next event")
