"""Micro-batches divided by hand, (N, 1) times (N,), axes of attention, ignored targets."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.optim import SGD

import backprop_viz as bv

WEIGHTS = torch.linspace(0.5, 1.5, 6)  # of the samples


def codes(model: nn.Module, optimizer: SGD | None, run: Callable[[], object]) -> set[str]:
    with bv.record(model, optimizer) as recording:
        run()
    return {finding.code for finding in recording.findings()}


def divide(net: nn.Module) -> None:
    for p in net.parameters():
        assert p.grad is not None
        p.grad.div_(4)


def replace(net: nn.Module) -> None:
    for p in net.parameters():
        assert p.grad is not None
        p.grad = p.grad / 4


def together(net: nn.Module) -> None:
    torch._foreach_mul_([p.grad for p in net.parameters() if p.grad is not None], 0.25)


def halve(net: nn.Module) -> None:
    for p in net.parameters():
        assert p.grad is not None
        p.grad.div_(2)


def leave(net: nn.Module) -> None:
    """Nothing is divided."""


@pytest.mark.parametrize(
    ("between", "accused"),
    [(divide, False), (replace, False), (together, False), (halve, True), (leave, True)],
)
def test_micro_batches_that_the_loop_divides_itself(
    between: Callable[[nn.Module], None], accused: bool
) -> None:
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    optimizer = SGD(net.parameters(), lr=0.01)

    def run() -> None:
        optimizer.zero_grad()
        for _ in range(4):
            F.cross_entropy(net(torch.randn(5, 3)), torch.randint(2, (5,))).backward()
        between(net)
        optimizer.step()

    assert ("undivided" in codes(net, optimizer, run)) == accused


def by_hand(p: Tensor, y: Tensor) -> Tensor:
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


def weighted(p: Tensor, y: Tensor) -> Tensor:
    return (WEIGHTS * (p - y[:, None]).square()).mean()


def of_columns(p: Tensor, y: Tensor) -> Tensor:
    return by_hand(p, y[:, None])


def of_rows(p: Tensor, y: Tensor) -> Tensor:
    return by_hand(p[:, 0], y)


def all_pairs(p: Tensor, y: Tensor) -> Tensor:
    return (p[:, 0].unsqueeze(1) * y).mean()


def a_sum_each(p: Tensor, y: Tensor) -> Tensor:
    return (p.square().sum(1, keepdim=True) * y).mean()


@pytest.mark.parametrize(
    ("loss", "accused"),
    [
        *((by_hand, True), (weighted, True)),
        *((of_columns, False), (of_rows, False), (all_pairs, False), (a_sum_each, False)),
    ],
)
def test_targets_that_multiply_a_column(
    loss: Callable[[Tensor, Tensor], Tensor], accused: bool
) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
    x, y = torch.randn(6, 3), torch.randint(2, (6,)).float()
    found = codes(net, None, lambda: loss(net(x), y).backward())
    assert ("broadcast_loss" in found) == accused


class Attention(nn.Module):
    """Two heads, whose softmax runs over an axis of the scores (B, H, T, T)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim, self.qkv, self.out = dim, nn.Linear(8, 24), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (each.unflatten(-1, (2, 4)).transpose(1, 2) for each in self.qkv(x).chunk(3, -1))
        weights = (q @ k.transpose(-2, -1) / 2).softmax(dim=self.dim)
        return self.out((weights @ v).transpose(1, 2).flatten(2).mean(1))


@pytest.mark.parametrize(
    ("dim", "code"),
    [
        *((0, "softmax_over_others"), (1, "softmax_over_others"), (-4, "softmax_over_others")),
        *((2, "softmax_over_queries"), (-2, "softmax_over_queries"), (3, None), (-1, None)),
    ],
)
def test_the_axis_of_a_batched_attention(dim: int, code: str | None) -> None:
    torch.manual_seed(0)
    net, x, y = Attention(dim), torch.randn(5, 6, 8), torch.randint(3, (5,))
    found = codes(net, None, lambda: F.cross_entropy(net(x), y).backward())
    assert {c for c in found if c.startswith("softmax")} == ({code} if code else set())


@pytest.mark.parametrize(("ignored", "accused"), [(5, True), (4, False)])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_mean_of_no_targets(ignored: int, accused: bool, reduction: str) -> None:
    torch.manual_seed(0)
    net, x = nn.Linear(3, 4), torch.randn(5, 3)
    y = torch.tensor([-100] * ignored + [1] * (5 - ignored))

    def run() -> None:
        F.cross_entropy(net(x), y, reduction=reduction).backward()

    found = codes(net, None, run)
    assert ("all_ignored" in found) == (accused and reduction == "mean")
    assert ("not_finite" in found) is False
