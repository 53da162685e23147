"""A rate of Adam's that is too large for a layer is usual for single numbers."""

import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv


class Kernel(nn.Module):
    """The log likelihood of some values under a Gaussian process."""

    def __init__(self) -> None:
        super().__init__()
        self.length, self.noise = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        near = torch.exp(-((x[:, None] - x) ** 2) / self.length.exp())
        covariance = near + self.noise.exp() * torch.eye(len(x))
        return torch.distributions.MultivariateNormal(torch.zeros(len(x)), covariance).log_prob(y)


class Weighted(Kernel):
    """The same of values that a layer has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 6)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return super().forward(x, self.layer(y))


@pytest.mark.parametrize(
    ("model", "rate", "expected"),
    [(Kernel, 0.1, False), (Kernel, 1.0, True), (Weighted, 0.1, True)],
)
def test_a_rate_is_too_large(model: type[Kernel], rate: float, expected: bool) -> None:
    torch.manual_seed(0)
    net = model()
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    x = torch.linspace(0, 1, 6)
    with bv.record(net, optimizer) as made:
        optimizer.zero_grad()
        (-net(x, torch.sin(6 * x))).backward()
        optimizer.step()
    codes = {finding.code for finding in made.recording.findings()}
    assert ("rate_too_large" in codes) == expected
