"""What an operation detaches between two networks is no second input of theirs."""

import torch
from torch import nn

import backprop_viz as bv


def test_a_detached_sample_is_where_it_was_made_alone() -> None:
    made, judged = nn.Linear(4, 6), nn.Linear(6, 1)
    with bv.record(nn.ModuleList([made, judged])) as told:
        judged(made(torch.ones(2, 4)).detach()).mean().backward()
    layers = told.recording.at(len(told.recording.events)).layers
    names = [layer.name for layer in layers.layers]
    assert names == ["input", "0", "detach", "1", "loss"]
    assert [layer.id for layer in layers.layers] == list(range(5))
    assert layers.edges == ((0, 1), (1, 2), (2, 3), (3, 4))
