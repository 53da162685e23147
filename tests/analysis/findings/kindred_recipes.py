"""Healthy training that does, on purpose, what looks like a common mistake."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.recipes import Recipe, images, supervised, tokens


class LowRank(nn.Module):
    """A frozen linear layer with a low-rank addition, whose second factor begins at 0."""

    def __init__(self, base: nn.Linear, rank: int = 2) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.up(self.down(x))


def low_rank_adaptation() -> Recipe:
    net = nn.Sequential(LowRank(nn.Linear(8, 16)), nn.ReLU(), LowRank(nn.Linear(16, 4)))
    trained = [parameter for parameter in net.parameters() if parameter.requires_grad]
    return supervised(net, torch.optim.AdamW(trained, lr=1e-3), images(8))


class StraightThrough(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 16), nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(x)
        return self.last(h + (h.round() - h).detach())


def straight_through_rounding() -> Recipe:
    net = StraightThrough()
    return supervised(net, torch.optim.SGD(net.parameters(), lr=0.1), images(8))


def generator_first() -> Recipe:
    """The generator's backward leaves gradients in the critic, which zero_grad throws away."""
    generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))
    critic = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    first = torch.optim.Adam(generator.parameters(), lr=2e-4)
    second = torch.optim.Adam(critic.parameters(), lr=2e-4)

    def iterate() -> None:
        first.zero_grad()
        false = generator(torch.randn(16, 4))
        (-critic(false).mean()).backward()
        first.step()
        second.zero_grad()
        (critic(false.detach()).mean() - critic(torch.randn(16, 8)).mean()).backward()
        second.step()

    return nn.ModuleDict({"generator": generator, "critic": critic}), [first, second], iterate


def critic_alone() -> Recipe:
    """An iteration of several in which the generator does not learn."""
    generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))
    critic = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    first = torch.optim.RMSprop(critic.parameters(), lr=5e-5)
    second = torch.optim.RMSprop(generator.parameters(), lr=5e-5)

    def iterate() -> None:
        false = generator(torch.randn(16, 4)).detach()
        first.zero_grad()
        (critic(false).mean() - critic(torch.randn(16, 8)).mean()).backward()
        first.step()

    return nn.ModuleDict({"generator": generator, "critic": critic}), [first, second], iterate


class Attention(nn.Module):
    """Heads by view and transpose; a gate by sigmoid; softmax over the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.mixed = nn.Embedding(11, 16), nn.Linear(16, 48)
        self.gate, self.last = nn.Linear(16, 16), nn.Linear(16, 11)

    def forward(self, x: Tensor) -> Tensor:
        h = self.words(x)
        n, t, c = h.shape
        q, k, v = (p.view(n, t, 4, c // 4).transpose(1, 2) for p in self.mixed(h).split(c, 2))
        shares = (q @ k.transpose(2, 3) / 2).softmax(3)
        mixed = (shares @ v).transpose(1, 2).reshape(n, t, c)
        return self.last(h + mixed * self.gate(h).sigmoid())


def attention_by_hand() -> Recipe:
    net = Attention()
    return supervised(net, torch.optim.AdamW(net.parameters(), lr=1e-3), tokens(6))


def hinge_and_contrastive() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        one, other = net(torch.randn(16, 8)), net(torch.randn(16, 8))
        alike = F.normalize(one, dim=1) @ F.normalize(other, dim=1).T / 0.1
        apart = (one[:, None] - other[None]).square().sum(2)
        wanted = torch.arange(16)
        loss = F.cross_entropy(alike, wanted) + F.cross_entropy(alike.T, wanted)
        optimizer.zero_grad()
        (loss + F.relu(1 - apart).mean()).backward()
        optimizer.step()

    return net, optimizer, iterate


def targets_of_one_column() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

    def iterate() -> None:
        x = torch.randn(16, 8)
        optimizer.zero_grad()
        F.mse_loss(net(x), x[:, :1]).backward()
        optimizer.step()

    return net, optimizer, iterate


def penalty_on_the_weights() -> Recipe:
    net = nn.Sequential(nn.Linear(8, 16), nn.ELU(), nn.Linear(16, 4))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

    def iterate() -> None:
        size = sum(p.abs().sum() for p in net.parameters())
        optimizer.zero_grad()
        logits = net(torch.randn(16, 8))
        (F.nll_loss(logits.log_softmax(1), torch.randint(4, (16,))) + 1e-4 * size).backward()
        optimizer.step()

    return net, optimizer, iterate


KINDRED_RECIPES: tuple[Callable[[], Recipe], ...] = (
    low_rank_adaptation,
    straight_through_rounding,
    generator_first,
    critic_alone,
    attention_by_hand,
    hinge_and_contrastive,
    targets_of_one_column,
    penalty_on_the_weights,
)
