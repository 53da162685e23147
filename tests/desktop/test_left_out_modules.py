"""A recording of some modules alone, in the window: it says what is not recorded."""

from pathlib import Path

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.inspector.why_section import WhySection
from backprop_viz.recording.trace.phases import Phase
from tests.conftest import OpenWindow
from tests.nightly import by_night
from tests.waiting import until, until_idle


def recorded_into(path: Path) -> None:
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    with bv.watch(net, optimizer, to=path, only="3"):
        for _ in range(2):
            optimizer.zero_grad()
            net(torch.randn(5, 3)).square().mean().backward()
            optimizer.step()


@by_night
def test_every_place_of_it_can_be_looked_at(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.bprec"
    recorded_into(path)
    window = open_window(str(path), size=(1600, 1000))
    session = window.session
    until(session, lambda: session.recording_of(2) is not None)
    recording = session.recording_of(2)
    assert {parameter.name for parameter in recording.parameters} == {"3.weight", "3.bias"}
    left_out = {event.node for event in recording.events if event.missing}
    for event in range(len(recording.events)):
        session.shown.move_cursor(event + 1)
        node = recording.events[event].node
        if node is not None and recording.events[event].phase is Phase.BACKWARD:
            window.picked.emit("node", node)
            (why,) = (why for why in window.findChildren(WhySection) if why.isVisible())
            assert ("is not in only=" in why.sentence.text()) == (node in left_out)
    for name in ("0.weight", "1.bias", "3.weight"):
        window.picked.emit("parameter", name)
        window.grab()
    for layer in recording.layers.layers:
        window.picked.emit("layer", layer.name)
        window.grab()
    until_idle(session)
