"""Healthy training of attention whose numbers are moved about."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.recipes import Recipe


class RelativeAttention(nn.Module):
    """The relative shift of Transformer-XL, by each of the ways in which it is written."""

    def __init__(self, shift: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.read = nn.Linear(8, 16)
        self.places = nn.Parameter(torch.randn(16, 16) / 4)  # as many as there are steps
        self.write = nn.Linear(16, 3)
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        h = self.read(x)
        scores = h @ h.transpose(1, 2) + self.shift(h @ self.places.T)
        made: Tensor = self.write(torch.softmax(scores / 4, -1) @ h)
        return made.mean(1)


def _after_column(scores: Tensor) -> Tensor:
    n, t, _ = scores.shape
    padded = torch.cat([scores.new_zeros(n, t, 1), scores], -1)
    return padded.view(n, t + 1, t)[:, 1:].reshape(n, t, t)


def _without_row(scores: Tensor) -> Tensor:
    n, t, _ = scores.shape
    wide = F.pad(scores, (0, 2))
    turned = wide.reshape(n, t + 2, t)[:, 1:]
    return turned.reshape(n, t, t + 1)[..., :t]


def _relative(shift: Callable[[Tensor], Tensor]) -> Recipe:
    net = RelativeAttention(shift)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        x = torch.randn(8, 16, 8)
        optimizer.zero_grad()
        F.cross_entropy(net(x), torch.randint(3, (8,))).backward()
        optimizer.step()

    return net, optimizer, iterate


def relative_shift_after_a_column() -> Recipe:
    return _relative(_after_column)


def relative_shift_without_a_row() -> Recipe:
    return _relative(_without_row)


ATTENTION_RECIPES: tuple[Callable[[], Recipe], ...] = (
    relative_shift_after_a_column,
    relative_shift_without_a_row,
)
