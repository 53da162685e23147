"""Through the iterations of a script that its window keeps, back and on again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.phases import phase_states
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.window.main_window import MainWindow
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.desktop.clients.script_windows import OpenScript, script_windows
from tests.nightly import by_night
from tests.waiting import until_idle

SCRIPT = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(9):
    x, y = torch.randn(8, 4), torch.randn(8, 2)
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    optimizer.step()
"""


@pytest.fixture
def open_script(tmp_path: Path, qtbot: QtBot, scripts: Scripts) -> Iterator[OpenScript]:
    with script_windows(tmp_path, scripts) as open_:
        yield open_


def press(window: MainWindow, *actions: str) -> None:
    for name in actions:
        window.findChild(QAction, name).trigger()
        until_idle(window.session)


def place(window: MainWindow) -> tuple[int, bool, int]:
    """The iteration that is shown, whether its end is, and how many have run."""
    cursor = window.session.view_state.cursor
    return cursor.recording.iteration, cursor.at_end, window.session.iteration


def test_f11_goes_on_in_what_is_kept_and_runs_the_script_past_it(open_script: OpenScript) -> None:
    window = open_script(SCRIPT)
    press(window, *["actionIteration"] * 3)
    assert place(window) == (3, True, 3)
    press(window, *["actionIterationBack"] * 2, *["actionStep"] * 2)
    assert place(window) == (2, False, 3)
    press(window, "actionIteration")
    assert place(window) == (2, True, 3)
    assert next_step(window.session.view_state) == (
        "The end of iteration 2. F8, F10 and F11 go on in the next one that is kept."
    )
    press(window, "actionIteration")
    assert place(window) == (3, True, 3)
    press(window, "actionStepBack", "actionIteration")
    assert place(window) == (3, True, 3)
    press(window, "actionIteration")
    assert place(window) == (4, True, 4)


@by_night
def test_f11_in_an_earlier_iteration_goes_to_where_the_newest_is_held(
    open_script: OpenScript,
) -> None:
    window = open_script(SCRIPT)
    press(window, "actionIteration", *["actionStep"] * 3)
    held = window.session.view_state.cursor
    assert place(window) == (2, True, 1)
    press(window, *["actionIterationBack"] * 2, *["actionIteration"] * 2)
    assert window.session.view_state.cursor == held
    press(window, "actionIteration")
    assert place(window) == (2, True, 2)


@by_night
def test_at_the_start_of_an_iteration_all_name_the_same_next_thing(
    open_script: OpenScript,
) -> None:
    window = open_script(SCRIPT)
    press(window, *["actionIteration"] * 2)
    program = window.panel(ProgramView)
    for iteration in (2, 1):
        press(window, "actionIterationBack")
        view_state = window.session.view_state
        assert (view_state.cursor.recording.iteration, view_state.cursor.position) == (iteration, 0)
        assert next_step(view_state).startswith("Next (F10): zero_grad ")
        due = [state.phase for state in phase_states(view_state) if state.due]
        assert due == [Phase.ZERO_GRAD]
        marked = program.marks()
        assert marked.due
        assert program.lines()[marked.line].strip() == "optimizer.zero_grad()"
