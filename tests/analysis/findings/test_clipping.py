"""What is said of a clipping before ``unscale_``, also where gradients overflow."""

import pytest
import torch
from torch import nn

import backprop_viz as bv


@pytest.mark.parametrize("overflows", [False, True])
@pytest.mark.parametrize("unscales", [False, True])
def test_a_clipping_is_told_of_only_before_unscale(unscales: bool, overflows: bool) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126 if overflows else 1024.0)
    scale = scaler.get_scale()
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        loss = (net(torch.randn(5, 3)) * (1e6 if overflows else 1.0)).square().mean()
        scaler.scale(loss).backward()
        if unscales:
            scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
    assert (scaler.get_scale() < scale) == overflows
    said = {finding.code for finding in recording.findings()}
    assert ("clipped_scaled" in said) == (not unscales and not overflows)
