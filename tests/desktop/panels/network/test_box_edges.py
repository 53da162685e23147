"""The edges between boxes: none runs behind a box, and each says whether a gradient came by it."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.folded_network import Folding
from backprop_viz.analysis.module_tree import ModuleTree
from backprop_viz.desktop.panels.network.module_layout import ModulePlacement
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


class Skips(nn.Module):
    """Rows (N, 4) to one number each; the first is joined at the end, and a part detached."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(8, 1)
        self.middle = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
        self.beside = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        begun = self.first(x)
        made = self.middle(begun).relu()
        self.beside(begun).softmax(-1)  # which nothing reads
        return self.last(torch.cat([made, begun.detach()], 1))


def recorded() -> Recording:
    torch.manual_seed(0)
    net = Skips()
    with bv.record(net) as recording:
        net(torch.randn(3, 4)).square().mean().backward()
    return recording.recording


def test_an_edge_passes_no_box() -> None:
    recording = recorded()
    folding = Folding(recording.layers, ModuleTree(recording))
    network = folding.fold(folding.spread(12), frozenset())
    placement = ModulePlacement(network, 400.0)
    long = [edge for edge in network.edges if placement.way(edge)]
    assert long
    for edge in long:
        points = placement.way(edge)
        for left, right in zip(points[::2], points[1::2], strict=True):
            assert left.y() == right.y()
            for rect in placement.rects:
                beside = rect.right() <= left.x() or right.x() <= rect.left()
                assert beside or not rect.top() < left.y() < rect.bottom()


def test_a_gradient_has_come_only_where_torch_sent_one() -> None:
    recording = recorded()
    layers = recording.layers
    names = [layer.name for layer in layers.layers]
    cursor = recording.at(len(recording.events))
    state = NetworkState(layers, cursor, "gradients", Phase.BACKWARD)
    reached = {(names[a], names[b]): state.reached((a, b)) for a, b in layers.edges}
    assert reached["cat", "last"]
    assert reached["first", "middle.0"]
    assert not reached["first", "detach"], "there the graph ends"
    assert not reached["detach", "cat"]
    assert not reached["first", "beside"], "backward has not gone through what nothing reads"


@pytest.mark.parametrize("height", [80, 95, 108, 131, 132, 300])
def test_a_row_of_boxes_has_room_in_a_low_panel(height: int) -> None:
    net = nn.Sequential(*(nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(3)))
    with bv.record(net) as recording:
        net(torch.randn(3, 4)).square().mean().backward()
    folding = Folding(recording.recording.layers, ModuleTree(recording.recording))
    network = folding.fold(folding.spread(12), frozenset())
    placement = ModulePlacement(network, height)
    assert len(placement.rects) > 3
    assert placement.size.height() <= height
    for rect in placement.rects:
        assert 0 <= rect.top() < rect.bottom() <= height
