"""How fast a new weight changes with a gradient of exactly 0, as of an unused embedding row."""

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.explaining.updates import update_slope
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.trace.phases import Phase

LR = 1e-3
# By the rules that torch documents, at g = 0 and without a history: Adam's m̂ / (√v̂ + eps) is
# g / (|g| + eps), Adagrad's g / (√g² + eps), RMSprop's g / (√(0.01 g²) + eps).
SLOPES: dict[str, tuple[type[torch.optim.Optimizer], float]] = {
    "SGD": (torch.optim.SGD, -LR),
    "Adam": (torch.optim.Adam, -LR / 1e-8),
    "AdamW": (torch.optim.AdamW, -LR / 1e-8),
    "RMSprop": (torch.optim.RMSprop, -LR / 1e-8),
    "Adagrad": (torch.optim.Adagrad, -LR / 1e-10),
}


@pytest.mark.parametrize("name", SLOPES)
def test_at_a_gradient_of_0_it_is_the_rules_derivative(name: str) -> None:
    made, expected = SLOPES[name]
    torch.manual_seed(0)
    net = nn.Embedding(3, 2)
    optimizer = made(net.parameters(), lr=LR)  # type: ignore[call-arg]
    with bv.record(net, optimizer) as recorded:
        net(torch.tensor([1])).sum().backward()
        optimizer.step()
    recording = recorded.recording
    event = next(e for e in recording.events if e.phase is Phase.UPDATE)
    assert event.inputs[1] is not None
    assert event.inputs[1][0, 0] == 0
    assert event.output_ids[0] is not None
    slope = update_slope(recording, event, Number(event.output_ids[0], (0, 0)))
    assert slope == pytest.approx(expected, rel=1e-3)
