"""An edge that passes layers runs around them, and none out of the panel."""

from itertools import pairwise

import pytest
import torch
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.desktop.panels.network.feature_maps import activation_size
from backprop_viz.desktop.panels.network.network_layout import least_size, place_columns
from backprop_viz.recording.trace.layers import LayerGraph


class TwoInputs(nn.Module):
    """Its second input is read by the last layer, the first one twice."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(8, 2)

    def forward(self, x: Tensor, second: Tensor) -> Tensor:
        h = torch.relu(self.b(torch.relu(self.a(x)))) + x
        return self.c(torch.cat([h, second], 1))


class Residual(nn.Module):
    """Two blocks with a way around each."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        for first, second in pairwise(list(self.layers)[::2]):
            x = x + second(torch.tanh(first(x)))
            x = x * self.layers[1](x)
        return x


def layers_of(net: nn.Module, *inputs: Tensor) -> LayerGraph:
    with bv.record(net) as recorded:
        net(*inputs).square().sum().backward()
    return recorded.recording.layers


@pytest.mark.parametrize("text", [1.0, 1.5])
@pytest.mark.parametrize(
    ("net", "inputs"), [(TwoInputs(), 2), (Residual(), 1)], ids=["inputs", "residual"]
)
def test_no_edge_crosses_a_layer(
    qapp: QApplication, net: nn.Module, inputs: int, text: float
) -> None:
    network = layers_of(net, *torch.ones(inputs, 3, 4))
    size = least_size(network, text=text)
    sizes = tuple((activation_size(layer),) for layer in network.layers)
    columns = place_columns(
        network, sizes, (40,) * len(sizes), 852, max(size.height(), 200), text=text
    )
    area = QRectF(0, 0, 852, max(size.height(), 200))
    long = 0
    for a, b in network.edges:
        start, end = columns[a].content, columns[b].content
        between = dict(columns[a].ways).get(b, ())
        way = [
            QPointF(start.right(), start.center().y()),
            *between,
            QPointF(end.left(), end.center().y()),
        ]
        long += bool(between)
        assert all(area.contains(point) for point in way)
        for left, right in pairwise(way):
            assert left.x() <= right.x()
            for i, column in enumerate(columns):
                if i not in (a, b):
                    for share in range(33):
                        assert not column.content.contains(left + (right - left) * (share / 32))
    assert long > 0
