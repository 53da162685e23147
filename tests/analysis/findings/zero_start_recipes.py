"""Healthy training that begins with weights of 0: adapters, gates, a diffusion transformer."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.recipes import Recipe


class LowRank(nn.Module):
    """LoRA: a frozen layer, and two small matrices of which the second begins as 0."""

    def __init__(self, read: int, made: int) -> None:
        super().__init__()
        self.frozen = nn.Linear(read, made).requires_grad_(False)
        self.down, self.up = nn.Linear(read, 2, bias=False), nn.Linear(2, made, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.frozen(x) + self.up(self.down(F.dropout(x, 0.1, self.training)))
        return made


class AdaptedAttention(nn.Module):
    """Its first adapter is that of the queries, which get tiny gradients at first."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.value, self.out = LowRank(16, 16), LowRank(16, 16), LowRank(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.query(x) @ x.transpose(1, 2) / 64, -1)
        made: Tensor = self.out(weights @ self.value(x))
        return made.mean(1)


class Gated(nn.Module):
    """ReZero: what is added is times a gate that begins as 0."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32))
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = x + self.gate * self.inside(x)
        return made


class Residual(nn.Module):
    """The gain of a residual block's last norm begins as 0, so the block begins as the identity."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 8, 3, padding=1, bias=False),
        )
        self.last = nn.BatchNorm2d(8)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.last(self.inside(x)))


class Conditioned(nn.Module):
    """A block of a diffusion transformer, whose shift, scale and gate begin as 0 (adaLN-Zero)."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(32, elementwise_affine=False)
        self.inside = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))
        self.modulation = nn.Linear(32, 96)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        shift, scale, gate = self.modulation(F.silu(condition)).chunk(3, -1)
        made: Tensor = x + gate * self.inside(self.norm(x) * (1 + scale) + shift)
        return made


class DiffusionTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.condition = nn.Linear(16, 32), nn.Embedding(4, 32)
        self.blocks = nn.ModuleList(Conditioned() for _ in range(3))
        self.last = nn.Linear(32, 16)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        h, condition = self.first(x), self.condition(label)
        for block in self.blocks:
            h = block(h, condition)
        made: Tensor = self.last(h)
        return made


def low_rank_adapters() -> Recipe:
    net = AdaptedAttention()
    trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-4)

    def iterate() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(torch.randn(8, 6, 16)), torch.randint(4, (8,))).backward()
        optimizer.step()

    return net, optimizer, iterate


def gates_that_begin_as_zero() -> Recipe:
    net = nn.Sequential(nn.Linear(16, 32), *(Gated() for _ in range(6)), nn.Linear(32, 4))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9)

    def iterate() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(torch.randn(32, 16)), torch.randint(4, (32,))).backward()
        optimizer.step()

    return net, optimizer, iterate


def residual_blocks_that_begin_as_nothing() -> Recipe:
    blocks = [Residual() for _ in range(4)]
    net = nn.Sequential(nn.Conv2d(1, 8, 3), *blocks, nn.Flatten(), nn.Linear(8 * 36, 4))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.9)

    def iterate() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(torch.randn(8, 1, 8, 8)), torch.randint(4, (8,))).backward()
        optimizer.step()

    return net, optimizer, iterate


def diffusion_transformer() -> Recipe:
    net = DiffusionTransformer()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)

    def iterate() -> None:
        x, noise = torch.randn(16, 16), torch.randn(16, 16)
        optimizer.zero_grad()
        F.mse_loss(net(x + noise, torch.randint(4, (16,))), noise).backward()
        optimizer.step()

    return net, optimizer, iterate


ZERO_START_RECIPES: tuple[Callable[[], Recipe], ...] = (
    low_rank_adapters,
    gates_that_begin_as_zero,
    residual_blocks_that_begin_as_nothing,
    diffusion_transformer,
)
