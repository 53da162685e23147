"""What a loop computes beside its model takes as long for each operation in a long sum."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.capture.logs import forward_log


def looks(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the node of a tensor is asked for, where a loop adds up so many terms."""
    asked = 0
    plain = forward_log.grad_fn_of

    def counted(tensor: Tensor | None) -> object:
        nonlocal asked
        asked += 1
        return plain(tensor)

    net = nn.ParameterList([nn.Parameter(torch.ones(2)) for _ in range(count)])
    with monkeypatch.context() as patch, bv.record(net) as recorded:
        patch.setattr(forward_log, "grad_fn_of", counted)
        total = torch.zeros(())
        for parameter in net:
            total = total + (parameter * 2).sum()
        total.backward()
    grads = [event for event in recorded.recording.events if event.op == "AccumulateGrad"]
    assert len(grads) == count
    return asked


def test_twice_as_many_terms_are_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = looks(20, monkeypatch), looks(40, monkeypatch)
    assert 0 < many < 2.5 * few
