"""A layer that has no weights of its own tells whose it uses."""

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.module_tree import BorrowedParameters
from backprop_viz.desktop.panels.modules.tree_model import COUNT, NAME, ModuleTreeModel


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.body = nn.Embedding(7, 3), nn.Sequential(nn.Linear(3, 3), nn.Tanh())
        self.head = nn.Linear(3, 7, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(self.embedding(x)))


@pytest.fixture(scope="module")
def recording() -> bv.Recording:
    torch.manual_seed(0)
    net = Tied()
    with bv.record(net) as recorded:
        net(torch.arange(6)).square().mean().backward()
    return recorded.recording


def test_only_what_lies_outside_a_module_is_borrowed(recording: bv.Recording) -> None:
    borrowed = BorrowedParameters()
    assert borrowed.of(recording, "head") == ("embedding.weight",)
    for module in ("", "embedding", "body", "body.0", "body.1"):
        assert borrowed.of(recording, module) == ()
    torch.manual_seed(0)
    with bv.record(net := nn.Sequential(nn.Linear(2, 2))) as other:
        net(torch.ones(1, 2)).sum().backward()
    assert borrowed.of(other.recording, "head") == ()


def test_the_row_names_the_weight(qtbot: QtBot, recording: bv.Recording) -> None:
    rows = ModuleTreeModel()
    rows.show_recording(recording, len(recording.events))
    head = rows.row(rows.index_of("module", "head"))
    assert rows.text(head, NAME) == "head  Linear · uses embedding.weight"
    assert rows.text(head, COUNT) == "0"
    assert "uses embedding.weight, which is not its own" in rows.tip(head)
    body = rows.row(rows.index_of("module", "body"))
    assert rows.text(body, NAME) == "body  Sequential"
