"""Healthy training of kinds that are easily taken for a fault."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.recipes import Recipe, images, supervised


def both_networks_of_a_gan() -> Recipe:
    generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))
    critic = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    first = torch.optim.Adam(critic.parameters(), lr=2e-4)
    second = torch.optim.Adam(generator.parameters(), lr=2e-4)
    ones, zeros = torch.ones(16, 1), torch.zeros(16, 1)
    distance = F.binary_cross_entropy_with_logits

    def iterate() -> None:
        first.zero_grad()
        false = generator(torch.randn(16, 4))
        real = critic(torch.randn(16, 8))
        (distance(real, ones) + distance(critic(false.detach()), zeros)).backward()
        first.step()
        second.zero_grad()
        distance(critic(false), ones).backward()
        second.step()

    return nn.ModuleDict({"generator": generator, "critic": critic}), [first, second], iterate


def gradient_penalty() -> Recipe:
    critic = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(critic.parameters(), lr=1e-4)

    def iterate() -> None:
        real, false, share = torch.randn(16, 8), torch.randn(16, 8) / 2, torch.rand(16, 1)
        mixed = (share * real + (1 - share) * false).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        penalty = (slope.norm(2, 1) - 1).square().mean()
        optimizer.zero_grad()
        (critic(false).mean() - critic(real).mean() + 10 * penalty).backward()
        optimizer.step()

    return critic, optimizer, iterate


class TiedWords(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.cell = nn.Embedding(11, 16), nn.LSTM(16, 16, batch_first=True)
        self.last = nn.Linear(16, 11)
        self.last.weight = self.words.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.cell(self.words(x))[0])


def tied_weights() -> Recipe:
    net = TiedWords()

    def batch() -> tuple[Tensor, Tensor]:
        x = torch.randint(11, (8, 12))
        return x[:, :-1], x[:, 1:]

    return supervised(net, torch.optim.Adam(net.parameters(), lr=1e-3), batch)


def frozen_backbone() -> Recipe:
    backbone = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    backbone.eval().requires_grad_(False)
    net = nn.Sequential(backbone, nn.Flatten(), nn.Linear(144, 4))
    return supervised(net, torch.optim.SGD(net[2].parameters(), lr=0.01), images(1, 8, 8))


def gradient_scaler() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler("cpu")

    def iterate() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16):
            loss = F.cross_entropy(net(torch.randn(16, 8)), torch.randint(4, (16,)))
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()

    return net, optimizer, iterate


def one_dimensional_cnn() -> Recipe:
    net = nn.Sequential(
        *(nn.Conv1d(3, 8, 3), nn.BatchNorm1d(8), nn.ReLU(), nn.AdaptiveAvgPool1d(1)),
        *(nn.Flatten(), nn.Linear(8, 4)),
    )
    return supervised(net, torch.optim.AdamW(net.parameters(), lr=1e-3), images(3, 20))


def warm_up() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1e-3, total_iters=100)
    _, _, learn = supervised(net, optimizer, images(8))

    def iterate() -> None:
        learn()
        schedule.step()

    return net, optimizer, iterate


def twenty_layers_after_he() -> Recipe:
    layers: list[nn.Module] = []
    for i in range(20):
        layer = nn.Linear(16 if i == 0 else 64, 64)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        layers += [layer, nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(64, 4))
    return supervised(net, torch.optim.Adam(net.parameters(), lr=1e-3), images(16))


MORE_RECIPES = (
    both_networks_of_a_gan,
    gradient_penalty,
    tied_weights,
    frozen_backbone,
    gradient_scaler,
    one_dimensional_cnn,
    warm_up,
    twenty_layers_after_he,
)
