"""Healthy steps that only look like mistakes, beside the mistakes that they look like."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording

X, Y = torch.randn(16, 6), torch.arange(16) % 3


def codes(recording: Recording) -> set[str]:
    return {finding.code for finding in recording.findings()}


class FixedPoint(nn.Module):
    """Looks for where ``f(z, x)`` is ``z`` without autograd, and begins with zeros."""

    def __init__(self, looks: bool) -> None:
        super().__init__()
        self.inner, self.last = nn.Linear(6, 20, bias=False), nn.Linear(20, 3)
        self.looks = looks

    def forward(self, x: Tensor) -> Tensor:
        if self.looks:
            with torch.no_grad():
                z = F.relu(self.inner(torch.zeros_like(x)))
            return self.last(z + F.relu(self.inner(x)))
        return self.last(F.relu(self.inner(torch.zeros_like(x))) + x.mean())


@pytest.mark.parametrize("looks", [True, False])
def test_units_that_are_zero_where_autograd_does_not_look(looks: bool) -> None:
    net = FixedPoint(looks)
    with bv.record(net) as made:
        F.cross_entropy(net(X), Y).backward()
    assert ("dead_layer" in codes(made.recording)) is not looks


@pytest.mark.parametrize("twice", [True, False])
def test_a_second_forward_that_leaves_running_statistics_alone(twice: bool) -> None:
    norm = nn.BatchNorm1d(6, momentum=0.1 if twice else 0.0)
    net = nn.Sequential(norm, nn.Linear(6, 3))
    with bv.record(net) as made:
        F.cross_entropy(net(X), Y).backward()
        norm.momentum = 0.0
        F.cross_entropy(net(X), Y).backward()
    assert ("running_stats_stand_still" in codes(made.recording)) is not twice


class Quantised(nn.Module):
    """Rounds to multiples of a step that is learnt, and scales the gradient of that."""

    def __init__(self) -> None:
        super().__init__()
        self.step, self.layer = nn.Parameter(torch.tensor(0.05)), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        step = (self.step - self.step * 0.25).detach() + self.step * 0.25
        scaled = self.layer(x) / step
        return ((scaled.round() - scaled).detach() + scaled) * step


def test_a_number_that_passes_part_of_its_gradient() -> None:
    net = Quantised()
    with bv.record(net) as made:
        F.cross_entropy(net(X), Y).backward()
    assert "term_as_number" not in codes(made.recording)


class Factors(nn.Module):
    """A matrix by its factors L and U, whose determinant a flow knows; or two plain ones."""

    def __init__(self, triangular: bool) -> None:
        super().__init__()
        self.lower, self.upper = nn.Parameter(torch.randn(3, 3)), nn.Parameter(torch.randn(3, 3))
        self.triangular = triangular

    def forward(self, x: Tensor) -> Tensor:
        if not self.triangular:
            return F.linear(F.linear(x, self.upper), self.lower)
        return F.linear(F.linear(x, self.upper.triu()), self.lower.tril())


@pytest.mark.parametrize("triangular", [True, False])
def test_a_module_that_multiplies_by_two_factors(triangular: bool) -> None:
    net = nn.Sequential(nn.Linear(6, 3), nn.Tanh(), Factors(triangular))
    with bv.record(net) as made:
        F.cross_entropy(net(X), Y).backward()
    assert ("no_activation" in codes(made.recording)) is not triangular


def test_a_product_of_complex_numbers_has_no_targets() -> None:
    """As of a rotation of queries: no warning is given, which would be an error here."""
    net = nn.Linear(6, 6)
    with bv.record(net) as made:
        turned = torch.view_as_complex(net(X).view(16, 3, 2)) * torch.polar(X[:, :3], X[:, 3:])
        torch.view_as_real(turned).square().mean().backward()
    assert codes(made.recording) == set()
