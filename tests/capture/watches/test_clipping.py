"""Clipping where frameworks do it: in the closure that they give to an optimizer's step."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import phase_runs
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


@pytest.mark.parametrize("clip", [nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_])
@pytest.mark.parametrize("foreach", [None, False])
def test_a_clipping_that_finds_less_than_its_bound_has_run_all_the_same(
    clip: Any, foreach: bool | None
) -> None:
    torch.manual_seed(3)
    net, x = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2)), torch.randn(8, 3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()
        net(x).square().mean().backward()
        before = {name: p.grad.clone() for name, p in net[0].named_parameters(prefix="0")}
        clip(net[0].parameters(), 100.0, foreach=foreach)
        assert all(torch.equal(before[n], p.grad) for n, p in net[0].named_parameters(prefix="0"))
        optimizer.step()
    recording = recorded.recording
    assert [run.name for run in phase_runs(recording)][-3:] == ["backward", "clip", "update"]
    clipped = [(i, e) for i, e in enumerate(recording.events) if e.op == clip.__name__]
    assert [event.parameter for _, event in clipped] == ["0.weight", "0.bias"]
    for i, event in clipped:
        for array in (event.inputs[0], event.outputs[0]):
            assert np.array_equal(array, before[event.parameter].numpy())
        explained = recording.explain(i, index=(0,) * event.outputs[0].ndim)
        assert explained.value == float(event.outputs[0].flat[0])
