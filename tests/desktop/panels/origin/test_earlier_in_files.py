"""In a recording's window a state leads to the iteration before, which is read for that."""

from pathlib import Path

import torch
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.recording.explanations.number import Number
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.waiting import until

INPUTS = torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])


def loop() -> tuple[nn.Linear, torch.optim.SGD]:
    torch.manual_seed(2)
    net = nn.Linear(2, 3)
    return net, torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def turn(net: nn.Linear, optimizer: torch.optim.SGD) -> None:
    optimizer.zero_grad()
    net(INPUTS).square().mean().backward()
    optimizer.step()


@by_night
def test_a_momentum_leads_to_the_step_that_made_it(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    net, optimizer = loop()
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec", every=1):
        for _ in range(3):
            turn(net, optimizer)
    plain, plain_optimizer = loop()
    for _ in range(2):
        turn(plain, plain_optimizer)
    left = plain_optimizer.state[plain.weight]["momentum_buffer"]
    window = open_window(str(tmp_path / "run.bprec"))
    session, panel = window.session, window.panel(OriginView)
    until(session, lambda: session.view_state is not None and session.view_state.ended)
    recording = session.view_state.cursor.recording
    assert recording.iteration == 3
    (update,) = (e for e in recording.events if e.parameter == "weight" and e.state_ids)
    before = update.state_ids["momentum_buffer"][0]
    assert before is not None
    window.number_picked.emit(Number(before, (2, 1)), None)
    until(session, lambda: panel.columns.facts.figures)
    ((figure, asked),) = panel.columns.facts.figures
    assert figure == "2"
    assert panel.columns.facts.text().endswith("that of iteration 2 made it.")
    panel.columns.facts.picked.emit(asked)
    until(session, lambda: panel.explanation is not None and panel.explanation.kind == "update")
    assert panel.explanation is not None
    assert panel.explanation.value == left[2, 1].item()
    assert panel.subtitle.text().startswith("iteration 2, not the one shown")
