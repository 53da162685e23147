"""The column of a loss that several operations compute, of which not all have run."""

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.desktop.panels.network.feature_maps import blocks
from backprop_viz.desktop.panels.network.network_state import NetworkState
from backprop_viz.desktop.style.numbers import short


def test_what_is_on_the_way_to_a_loss_is_not_shown_as_the_loss() -> None:
    torch.manual_seed(0)
    net = nn.Linear(4, 3)
    x, y = torch.randn(5, 4), torch.randn(5, 3)
    with bv.record(net) as recorded:
        loss = (net(x) - y).square().mean()
        loss.backward()
    recording = recorded.recording
    layer = next(layer for layer in recording.layers.layers if layer.name == "loss")
    assert len(layer.operations) == 3
    for done, operation in enumerate(layer.operations):
        cursor = recording.at(operation + 1)
        (block,) = blocks(cursor, layer, "activations")
        said = NetworkState(cursor.layers, cursor, "activations").caption(layer)
        if done < 2:
            assert (block.numbers, said) == (None, "")
        else:
            assert block.numbers is not None
            assert (block.numbers.item(), said) == (loss.item(), short(loss.detach().numpy()))
