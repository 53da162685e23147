"""A script's iteration whose first operation raised is explained in its window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.phases.phase_texts import next_step
from backprop_viz.desktop.panels.phases.timeline_caption import caption
from backprop_viz.desktop.window.main_window import MainWindow
from tests.capture.live.script_runs import Scripts
from tests.desktop.clients.script_windows import script_windows
from tests.waiting import until, until_idle

# In the fourth pass the input has 3 columns where the layer takes 4.
SCRIPT = """
import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range({first}, 5):
    x = torch.randn(8, 3 if i == 4 else 4)
    {check}
    out = net(x)
    optimizer.zero_grad()
    out.square().mean().backward()
    optimizer.step()
"""
LINE = SCRIPT.splitlines().index("    out = net(x)") + 1
Ran = Callable[..., MainWindow]


@pytest.fixture
def ran(tmp_path: Path, qtbot: QtBot, scripts: Scripts) -> Iterator[Ran]:
    """The window of a script that has run on to its end."""
    with script_windows(tmp_path, scripts) as open_:

        def ran_(first: int, *options: str, check: str = "") -> MainWindow:
            window = open_(SCRIPT.format(first=first, check=check), *options)
            session = window.session
            window.findChild(QAction, "actionTrain").trigger()
            until(session, lambda: not session.has_worker)
            until_idle(session)
            return window

        yield ran_


@pytest.mark.parametrize(
    ("first", "options", "iteration", "recorded"),
    [
        (4, (), 1, True),
        (1, ("--from", "4"), 4, True),
        (1, ("--every", "1000"), 4, False),
    ],
    ids=["the first", "run from it on", "unrecorded"],
)
def test_it_is_explained(
    ran: Ran, first: int, options: tuple[str, ...], iteration: int, recorded: bool
) -> None:
    window = ran(first, *options)
    assert window.session.shown.newest_recording.iteration == iteration
    (card,) = window.panel(FindingsView).cards
    assert card.title.text() == "torch raised RuntimeError"
    told = card.sentence.text()
    assert "8×3" in told
    assert "0.weight 5×4" in told
    assert f"Raised at train.py:{LINE}." in told
    message = window.messages
    assert message.text().startswith(f"The script has ended at line {LINE}")
    assert ("was not recorded" in message.text()) is not recorded
    assert message.findChild(QToolButton, "messageAction").isHidden() is recorded
    assert next_step(window.session.view_state) == (
        "The script has ended with an error, which Findings explains."
    )
    assert caption(window.session.view_state) == f"iteration {iteration} · raised"


def test_the_scripts_own_error_before_it_is_not_to_be_looked_for_again(ran: Ran) -> None:
    window = ran(1, "--from", "4", check="assert x.shape[1] == 4")
    text = window.messages.text()
    assert text == f"The script has ended at line {LINE - 1}: AssertionError"
    assert window.messages.findChild(QToolButton, "messageAction").isHidden()
