"""What is written in the network is whole: no number is cut, by its cell or by the panel's edge."""

import pytest
import torch
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from pytestqt.qtbot import QtBot
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.network import network_painter
from backprop_viz.desktop.panels.network.network_view import NetworkView
from tests.foreign.conftest import state_at


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.head = nn.Embedding(5000, 8), nn.Linear(8, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.embedding(tokens).mean(1))


TOKENS = torch.tensor([[3, 4999, 17, 1234, 8], [1, 2, 3, 4, 5]])
NETS = {
    "tokens": (Tokens(), TOKENS),
    "images": (nn.Sequential(nn.Flatten(), nn.Linear(36, 2)), torch.rand(2, 1, 6, 6)),
}


@pytest.mark.parametrize(("scale", "height"), [(1, 300), (1e-11, 300), (1e-11, 140)])
@pytest.mark.parametrize("width", [420, 700, 1000])
@pytest.mark.parametrize("name", NETS)
def test_every_number_is_whole(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, width: int, scale: float, height: int
) -> None:
    drawn: list[tuple[QRect, str, QFont]] = []
    plain = network_painter.text_line

    def text_line(painter, rect, text, font, *given, **named):  # type: ignore[no-untyped-def]
        drawn.append((rect, text, font))
        plain(painter, rect, text, font, *given, **named)

    monkeypatch.setattr(network_painter, "text_line", text_line)
    net, inputs = NETS[name]
    with bv.record(net) as recorded:
        (net(inputs).square().mean() * scale).backward()
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_view_state(state_at(recorded.recording))
    view.grab()
    view.set_mode("activations")
    view.grab()
    numbers = [(rect, text, font) for rect, text, font in drawn if any(c.isdigit() for c in text)]
    assert len(numbers) > 3
    for rect, text, font in numbers:
        wide = QFontMetrics(font).horizontalAdvance(text)
        right = Qt.TextElideMode.ElideRight
        assert QFontMetrics(font).elidedText(text, right, rect.width()) == text
        assert rect.center().x() - wide / 2 >= -1, text
