"""The ranges below the network's columns stand apart and in sight, however little room there is."""

from itertools import pairwise

import pytest
import torch
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.desktop.panels.network import network_painter
from backprop_viz.desktop.panels.network.network_view import NetworkView
from tests.conftest import MakeViewState
from tests.foreign.conftest import state_at


class Residual(nn.Module):
    """A LeNet with a layer more, beside which its input goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.pool1, self.pool2 = nn.MaxPool2d(2), nn.MaxPool2d(2)
        self.fc1, self.fc2, self.extra = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool1(torch.relu(self.conv1(x)))
        x = self.pool2(torch.relu(self.conv2(x)))
        x = torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1)))))
        return self.fc3(x + torch.tanh(self.extra(x)))


@pytest.mark.parametrize("mode", ["activations", "gradients"])
def test_no_range_stands_on_another(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    drawn: list[tuple[QRect, str, QFont]] = []
    monkeypatch.setattr(
        network_painter,
        "text_line",
        lambda _painter, rect, text, font, *_: drawn.append((rect, text, font)),
    )
    torch.manual_seed(0)
    net = Residual()
    with bv.record(net) as recorded:
        out = net(torch.rand(4, 1, 28, 28))
        nn.functional.cross_entropy(out, torch.arange(4)).backward()
    view = NetworkView()
    qtbot.addWidget(view)
    view.show()
    view.set_mode(mode)
    view.show_view_state(state_at(recorded.recording))
    for width in range(700, 1300, 60):
        view.resize(width, 300)
        drawn.clear()
        view.grab()
        ranges = [(rect, text, font) for rect, text, font in drawn if "±" in text]
        assert len(ranges) > 7
        ends = []
        for rect, text, font in ranges:
            wide = QFontMetrics(font).horizontalAdvance(text)
            assert wide <= rect.width(), (width, text)
            ends.append((rect.center().x() - wide / 2, rect.center().x() + wide / 2))
        ends.sort()
        for (_, right), (left, _) in pairwise(ends):
            assert left - right >= 2, width


def test_in_a_low_panel_all_is_in_sight(qtbot: QtBot, make_view_state: MakeViewState) -> None:
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(627, 137)
    view.show()
    view.show_view_state(make_view_state())
    view.grab()
    assert view.canvas.height() <= view.canvas.parentWidget().height()
