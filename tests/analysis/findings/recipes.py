"""Healthy training, as it is written in public: each gives a net, its optimizers, an iteration."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

Iterate = Callable[[], None]
Recipe = tuple[nn.Module, Any, Iterate]


def supervised(
    net: nn.Module, optimizer: torch.optim.Optimizer, batch: Callable[[], tuple[Tensor, Tensor]]
) -> Recipe:
    def iterate() -> None:
        x, y = batch()
        optimizer.zero_grad()
        F.cross_entropy(net(x).flatten(0, -2), y.flatten()).backward()
        optimizer.step()

    return net, optimizer, iterate


def images(*shape: int) -> Callable[[], tuple[Tensor, Tensor]]:
    return lambda: (torch.randn(16, *shape), torch.randint(4, (16,)))


def tokens(length: int) -> Callable[[], tuple[Tensor, Tensor]]:
    return lambda: (torch.randint(11, (8, length)), torch.randint(11, (8, length)))


def mlp() -> Recipe:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 4))
    return supervised(net, torch.optim.SGD(net.parameters(), lr=0.1), images(8, 8))


def cnn_with_batch_norm_and_dropout() -> Recipe:
    net = nn.Sequential(
        *(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 8, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(8, 4)),
    )
    return supervised(net, torch.optim.Adam(net.parameters(), lr=1e-3), images(1, 8, 8))


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv2d(4, 4, 3, padding=1) for _ in range(8)])
        self.norms = nn.ModuleList([nn.BatchNorm2d(4) for _ in range(8)])
        self.stem, self.head = nn.Conv2d(3, 4, 1), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = x + F.relu(norm(convolution(x)))
        return self.head(x.mean((2, 3)))


def residual() -> Recipe:
    net = Residual()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    return supervised(net, optimizer, images(3, 8, 8))


class Recurrent(nn.Module):
    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        self.words, self.cell = nn.Embedding(11, 16), kind(16, 24, batch_first=True)
        self.last = nn.Linear(24, 11)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.cell(self.words(x))[0])


def gru() -> Recipe:
    net = Recurrent(nn.GRU)
    return supervised(net, torch.optim.Adam(net.parameters(), lr=3e-3), tokens(12))


def lstm_clipped() -> Recipe:
    net = Recurrent(nn.LSTM)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)

    def iterate() -> None:
        x, y = tokens(12)()
        optimizer.zero_grad()
        F.cross_entropy(net(x).transpose(1, 2), y).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    return net, optimizer, iterate


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(11, 32), nn.Parameter(torch.randn(12, 32) * 0.02)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
        self.last = nn.Linear(32, 11)

    def forward(self, x: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        return self.last(self.layers(self.words(x) + self.places, mask=mask, is_causal=True))


def transformer() -> Recipe:
    net = Transformer()
    return supervised(net, torch.optim.AdamW(net.parameters(), lr=1e-3), tokens(12))


class Autoencoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.mean, self.log_var = nn.Linear(16, 12), nn.Linear(12, 3), nn.Linear(12, 3)
        self.back = nn.Sequential(nn.Linear(3, 12), nn.ReLU(), nn.Linear(12, 16))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = F.relu(self.first(x))
        mean, log_var = self.mean(h), self.log_var(h)
        z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
        return self.back(z), mean, log_var


def variational_autoencoder() -> Recipe:
    net = Autoencoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        x = torch.rand(16, 16)
        out, mean, log_var = net(x)
        distance = F.binary_cross_entropy_with_logits(out, x, reduction="sum")
        loss = distance - 0.5 * (1 + log_var - mean.pow(2) - log_var.exp()).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return net, optimizer, iterate


def discriminator_of_a_gan() -> Recipe:
    generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))
    net = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    ours = torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999))
    theirs = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def iterate() -> None:
        real, false = torch.randn(16, 8), generator(torch.randn(16, 4))
        ours.zero_grad()
        ones, zeros = torch.ones(16, 1), torch.zeros(16, 1)
        F.binary_cross_entropy_with_logits(net(real), ones).backward()
        F.binary_cross_entropy_with_logits(net(false.detach()), zeros).backward()
        ours.step()
        theirs.zero_grad()
        F.binary_cross_entropy_with_logits(net(false), ones).backward()
        theirs.step()

    return net, ours, iterate


def lbfgs_regression() -> Recipe:
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=4)
    x = torch.randn(32, 2)
    y = x.prod(1, keepdim=True)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        return loss

    return net, optimizer, lambda: optimizer.step(closure) and None


def accumulation() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 4))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)

    def iterate() -> None:
        for _ in range(4):
            x, y = torch.randn(8, 8), torch.randint(4, (8,))
            (F.cross_entropy(net(x), y) / 4).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return net, optimizer, iterate


def autocast() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.LayerNorm(16), nn.Linear(16, 4))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

    def iterate() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            loss = F.cross_entropy(net(torch.randn(16, 8)), torch.randint(4, (16,)))
        loss.backward()
        optimizer.step()

    return net, optimizer, iterate


def embedding_classifier() -> Recipe:
    net = nn.Sequential(nn.EmbeddingBag(50, 16), nn.Linear(16, 4))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    return supervised(net, optimizer, lambda: (torch.randint(50, (16, 6)), torch.randint(4, (16,))))


RECIPES: tuple[Callable[[], Recipe], ...] = (
    mlp,
    cnn_with_batch_norm_and_dropout,
    residual,
    gru,
    lstm_clipped,
    transformer,
    variational_autoencoder,
    discriminator_of_a_gan,
    lbfgs_regression,
    accumulation,
    autocast,
    embedding_classifier,
)
