"""Clipping where frameworks do it: in the closure that they give to an optimizer's step."""

import numpy as np
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

Z, FW, LO, BW, UP = Phase


def test_clipping_within_a_closure_is_none_of_the_update() -> None:
    torch.manual_seed(3)
    net, x = nn.Linear(3, 2), torch.randn(8, 3)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    found: list[Tensor] = []

    def closure() -> Tensor:
        loss = net(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.01)
        found.extend(parameter.grad.clone() for parameter in net.parameters())
        return loss

    with bv.record(net, optimizer) as recorded:
        optimizer.step(closure)
    assert [span.phase for span in recorded.spans] == [FW, LO, Z, BW, BW, UP]
    clip, update = (
        [recorded.events[i] for i in range(s.start, s.stop)] for s in recorded.spans[4:]
    )
    assert {event.op for event in clip} == {"clip_grad_norm_"}
    for events, place in ((clip, "outputs"), (update, "inputs")):
        told = [getattr(event, place)[-1] for event in events]
        assert all(np.array_equal(a, b.numpy()) for a, b in zip(told, found, strict=True))
