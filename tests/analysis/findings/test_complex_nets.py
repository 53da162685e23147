"""Findings about networks of complex numbers: none of a number whose imaginary part was dropped."""

import warnings

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from tests.capture.explaining.complex_nets import COMPLEX_NETS


class Complex(nn.Module):
    """One of the functions, of its weight."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.function, weight, self.made = COMPLEX_NETS[name]
        self.weight = nn.Parameter(weight())

    def forward(self, x: Tensor) -> Tensor:
        y = self.function(self.weight, x)
        return y.abs() if y.is_complex() else y


@pytest.mark.parametrize("name", sorted(COMPLEX_NETS))
def test_nothing_is_wrong_with_them(name: str) -> None:
    torch.manual_seed(0)
    net = Complex(name)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()
        net(net.made()).square().mean().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        found = recorded.findings()
    assert [finding for finding in found if finding.severity == "error"] == []
