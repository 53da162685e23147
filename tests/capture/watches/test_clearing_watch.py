"""What zero_grad clears: an optimizer of another model's clears nothing that is recorded."""

import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase


def test_what_another_models_optimizer_clears_is_no_phase_of_the_loop() -> None:
    torch.manual_seed(3)
    net, other = nn.Linear(2, 3), nn.Linear(2, 3)
    ours, theirs = (torch.optim.SGD(one.parameters(), lr=0.1) for one in (net, other))
    x = torch.ones(4, 2)
    other(x).sum().backward()
    with bv.record(net, ours) as recorded:
        net(x).sum().backward()
        ours.step()
        theirs.zero_grad()
    phases = [Phase.FORWARD, Phase.LOSS, Phase.BACKWARD, Phase.UPDATE]
    assert [span.phase for span in recorded.spans] == phases
    assert all(parameter.grad is None for parameter in other.parameters())


def test_what_clears_frozen_parameters_is_one() -> None:
    net = nn.Linear(2, 3).requires_grad_(False)
    last = nn.Linear(3, 1)
    model = nn.Sequential(net, last)
    ours = torch.optim.SGD(last.parameters(), lr=0.1)
    frozen = torch.optim.SGD(net.parameters(), lr=0.1)
    net.weight.grad = torch.ones(3, 2)
    with bv.record(model, [ours, frozen]) as recorded:
        frozen.zero_grad()
        model(torch.ones(4, 2)).sum().backward()
        ours.step()
    cleared = [event for event in recorded.events if event.phase is Phase.ZERO_GRAD]
    assert recorded.spans[0].phase is Phase.ZERO_GRAD
    assert [e.parameter for e in cleared if e.inputs[0] is not None] == ["0.weight"]
