"""The options of an optimizer, whatever they are, can be written and read again."""

from typing import Any

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.recording.streams import through_stream


class Odd(torch.optim.SGD):
    """Its groups hold what no record has a list of."""

    def __init__(self, parameters: Any, **odd: Any) -> None:
        super().__init__(parameters, lr=0.1)
        for group in self.param_groups:
            group |= odd


def recorded(kind: Any, **options: Any) -> Recording:
    net = nn.Linear(3, 2)
    optimizer = kind(net.parameters(), **options)
    with bv.record(net, optimizer) as record:
        optimizer.zero_grad()
        net(torch.ones(4, 3)).sum().backward()
        optimizer.step()
    return record.recording


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ((None, 1e-3), (None, 1e-3)),
        ([1, 0.5], (1, 0.5)),
        ((True, False), "(True, False)"),
        (("a", (1, 2)), "('a', (1, 2))"),
        ({"a": 1}, "{'a': 1}"),
        (torch.tensor(0.25), 0.25),
    ],
)
def test_any_option(odd: Any, told: Any) -> None:
    recording = recorded(Odd, odd=odd)
    for each in (recording, through_stream(recording)):
        assert each.options["odd"] == told
        assert each.groups[0].options["odd"] == told


def test_adafactor() -> None:
    back = through_stream(recorded(torch.optim.Adafactor))
    assert back.options["eps"] == (None, 1e-3)
