"""Healthy training of more kinds: generative, adversarial, by reinforcement, with teachers."""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.recipes import Recipe


def two_layers(read: int, wide: int, made: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(read, wide), nn.SiLU(), nn.Linear(wide, made))


def denoising_diffusion() -> Recipe:
    net = two_layers(9, 32, 8)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
    kept = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 100), 0)

    def iterate() -> None:
        x, noise, time = torch.randn(16, 8), torch.randn(16, 8), torch.randint(100, (16,))
        share = kept[time][:, None]
        noisy = share.sqrt() * x + (1 - share).sqrt() * noise
        loss = F.mse_loss(net(torch.cat([noisy, time[:, None] / 100], 1)), noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return net, optimizer, iterate


def model_agnostic_meta_learning() -> Recipe:
    net = two_layers(1, 32, 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def loss(weights: dict[str, Tensor], x: Tensor, phase: Tensor) -> Tensor:
        out = torch.func.functional_call(net, weights, (x,))
        return F.mse_loss(out, torch.sin(x + phase))

    def iterate() -> None:
        optimizer.zero_grad()
        total = torch.zeros(())
        for _ in range(3):
            phase, weights = torch.rand(1), dict(net.named_parameters())
            inner = loss(weights, torch.randn(10, 1), phase)
            grads = torch.autograd.grad(inner, list(weights.values()), create_graph=True)
            pairs = zip(weights.items(), grads, strict=True)
            fast = {name: old - 0.01 * grad for (name, old), grad in pairs}
            total = total + loss(fast, torch.randn(10, 1), phase)
        (total / 3).backward()
        optimizer.step()

    return net, optimizer, iterate


class ActorCritic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.policy, self.value = nn.Linear(6, 32), nn.Linear(32, 3), nn.Linear(32, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.tanh(self.body(x))
        return self.policy(h), self.value(h).squeeze(1)


def proximal_policy_optimization() -> Recipe:
    net = ActorCritic()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-4, eps=1e-5)

    def iterate() -> None:
        seen, done = torch.randn(32, 6), torch.randint(3, (32,))
        with torch.no_grad():
            logits, value = net(seen)
            before = torch.distributions.Categorical(logits=logits).log_prob(done)
            returns = value + torch.randn(32)
            advantage = returns - value
        logits, value = net(seen)
        policy = torch.distributions.Categorical(logits=logits)
        ratio = (policy.log_prob(done) - before).exp()
        clipped = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
        loss = -clipped.mean() + 0.5 * F.mse_loss(value, returns) - 0.01 * policy.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()

    return net, optimizer, iterate


def distillation() -> Recipe:
    teacher, student = two_layers(8, 64, 4).eval().requires_grad_(False), two_layers(8, 16, 4)
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)

    def iterate() -> None:
        x, y = torch.randn(16, 8), torch.randint(4, (16,))
        with torch.no_grad():
            wanted = teacher(x)
        out = student(x)
        soft = F.kl_div(F.log_softmax(out / 4, 1), F.softmax(wanted / 4, 1), reduction="batchmean")
        optimizer.zero_grad()
        (16 * soft * 0.5 + 0.5 * F.cross_entropy(out, y)).backward()
        optimizer.step()

    return nn.ModuleDict({"teacher": teacher, "student": student}), optimizer, iterate


def mean_teacher() -> Recipe:
    """The teacher is the moving average of the student; it keeps ``requires_grad``."""
    student = two_layers(8, 32, 4)
    teacher = copy.deepcopy(student)
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3)

    def iterate() -> None:
        x, y = torch.randn(16, 8), torch.randint(4, (16,))
        out = student(x)
        with torch.no_grad():
            wanted = teacher(x + 0.1 * torch.randn_like(x)).softmax(1)
        loss = F.cross_entropy(out, y) + F.mse_loss(out.softmax(1), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for ours, theirs in zip(teacher.parameters(), student.parameters(), strict=True):
                ours.mul_(0.99).add_(theirs, alpha=0.01)

    return nn.ModuleDict({"student": student, "teacher": teacher}), optimizer, iterate


def mixed_up_samples() -> Recipe:
    net = two_layers(8, 32, 4)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

    def iterate() -> None:
        x, y, share, order = torch.randn(16, 8), torch.randint(4, (16,)), 0.7, torch.randperm(16)
        out = net(share * x + (1 - share) * x[order])
        loss = share * F.cross_entropy(out, y) + (1 - share) * F.cross_entropy(out, y[order])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return net, optimizer, iterate


class GraphConvolutions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 16), nn.Linear(16, 3)

    def forward(self, x: Tensor, adjacency: Tensor) -> Tensor:
        return adjacency @ self.last(F.relu(adjacency @ self.first(x)))


def graph_network() -> Recipe:
    """Trained on some of the nodes only."""
    net = GraphConvolutions()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=5e-4)
    x, y, known = torch.randn(30, 8), torch.randint(3, (30,)), torch.arange(30) < 12
    links = ((torch.rand(30, 30) < 0.1) | torch.eye(30).bool()).float()
    adjacency = links / links.sum(1, keepdim=True)

    def iterate() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(x, adjacency)[known], y[known]).backward()
        optimizer.step()

    return net, optimizer, iterate


class ImagesAndTexts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.image = two_layers(12, 32, 8)
        self.text = nn.Sequential(nn.Embedding(11, 16), nn.Flatten(), nn.Linear(80, 8))
        self.scale = nn.Parameter(torch.tensor(2.6593))

    def forward(self, image: Tensor, text: Tensor) -> Tensor:
        one = F.normalize(self.image(image), dim=-1)
        other = F.normalize(self.text(text), dim=-1)
        return self.scale.exp() * one @ other.T


def images_and_texts() -> Recipe:
    net = ImagesAndTexts()
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-4)

    def iterate() -> None:
        alike = net(torch.randn(16, 12), torch.randint(11, (16, 5)))
        wanted = torch.arange(16)
        loss = (F.cross_entropy(alike, wanted) + F.cross_entropy(alike.T, wanted)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            net.scale.clamp_(0, 4.6052)

    return net, optimizer, iterate


def sharpness_aware() -> Recipe:
    net = two_layers(8, 32, 4)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

    def iterate() -> None:
        x, y = torch.randn(16, 8), torch.randint(4, (16,))
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        with torch.no_grad():
            norm = torch.stack([p.grad.norm() for p in net.parameters()]).norm()
            moves = [0.05 * p.grad / (norm + 1e-12) for p in net.parameters()]
            for p, move in zip(net.parameters(), moves, strict=True):
                p.add_(move)
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        with torch.no_grad():
            for p, move in zip(net.parameters(), moves, strict=True):
                p.sub_(move)
        optimizer.step()

    return net, optimizer, iterate


def deep_q_learning() -> Recipe:
    online, target = two_layers(4, 32, 2), two_layers(4, 32, 2)
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.RMSprop(online.parameters(), lr=1e-3)

    def iterate() -> None:
        seen, done, then = torch.randn(32, 4), torch.randint(2, (32, 1)), torch.randn(32, 4)
        value = online(seen).gather(1, done).squeeze(1)
        with torch.no_grad():
            wanted = torch.randn(32) + 0.99 * target(then).max(1)[0]
        optimizer.zero_grad()
        F.smooth_l1_loss(value, wanted).backward()
        nn.utils.clip_grad_value_(online.parameters(), 100)
        optimizer.step()

    return nn.ModuleDict({"online": online, "target": target}), optimizer, iterate


def policy_gradient() -> Recipe:
    net = two_layers(4, 32, 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)

    def iterate() -> None:
        said = []
        for _ in range(10):
            policy = torch.distributions.Categorical(logits=net(torch.randn(1, 4)))
            said.append(policy.log_prob(policy.sample()))
        returns = torch.randn(10)
        returns = (returns - returns.mean()) / (returns.std() + 1e-8)
        optimizer.zero_grad()
        (-torch.cat(said) * returns).sum().backward()
        optimizer.step()

    return net, optimizer, iterate


def truncated_backward_through_time() -> Recipe:
    words, cell, last = nn.Embedding(11, 16), nn.GRU(16, 24, batch_first=True), nn.Linear(24, 11)
    net = nn.ModuleList([words, cell, last])
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    state = [torch.zeros(1, 8, 24)]

    def iterate() -> None:
        x = torch.randint(11, (8, 7))
        out, after = cell(words(x[:, :-1]), state[0])
        state[0] = after.detach()
        optimizer.zero_grad()
        F.cross_entropy(last(out).flatten(0, 1), x[:, 1:].flatten()).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    return net, optimizer, iterate


def physics_informed() -> Recipe:
    """Solves u' = -u, u(0) = 1, by the derivative of the network after its input."""
    net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        t = torch.rand(32, 1, requires_grad=True)
        u = net(t)
        (slope,) = torch.autograd.grad(u.sum(), t, create_graph=True)
        loss = (slope + u).square().mean() + (net(torch.zeros(1, 1)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return net, optimizer, iterate


def adversarial_training() -> Recipe:
    """Each batch is first moved along the sign of its gradient."""
    net = two_layers(8, 32, 4)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)

    def iterate() -> None:
        x, y = torch.randn(16, 8, requires_grad=True), torch.randint(4, (16,))
        (slope,) = torch.autograd.grad(F.cross_entropy(net(x), y), x)
        optimizer.zero_grad()
        F.cross_entropy(net((x + 0.1 * slope.sign()).detach()), y).backward()
        optimizer.step()

    return net, optimizer, iterate


def skip_grams() -> Recipe:
    """Word vectors by negative sampling."""
    inner, outer = nn.Embedding(50, 16, sparse=True), nn.Embedding(50, 16, sparse=True)
    nn.init.uniform_(inner.weight, -0.5 / 16, 0.5 / 16)
    nn.init.zeros_(outer.weight)
    net = nn.ModuleDict({"inner": inner, "outer": outer})
    optimizer = torch.optim.SparseAdam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        word, near, far = (torch.randint(50, size) for size in ((32,), (32,), (32, 5)))
        one = inner(word)
        right = (one * outer(near)).sum(1)
        wrong = (one[:, None] * outer(far)).sum(2)
        optimizer.zero_grad()
        (-F.logsigmoid(right).mean() - F.logsigmoid(-wrong).sum(1).mean()).backward()
        optimizer.step()

    return net, optimizer, iterate


def two_tasks() -> Recipe:
    """Two heads on one body, two backwards, one step."""
    body, one, other = nn.Linear(8, 32), nn.Linear(32, 4), nn.Linear(32, 1)
    net = nn.ModuleList([body, one, other])
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def iterate() -> None:
        h = F.gelu(body(torch.randn(16, 8)))
        optimizer.zero_grad()
        F.cross_entropy(one(h), torch.randint(4, (16,))).backward(retain_graph=True)
        F.mse_loss(other(h), torch.randn(16, 1)).backward()
        optimizer.step()

    return net, optimizer, iterate


WIDER_RECIPES: tuple[Callable[[], Recipe], ...] = (
    denoising_diffusion,
    model_agnostic_meta_learning,
    proximal_policy_optimization,
    distillation,
    mean_teacher,
    mixed_up_samples,
    graph_network,
    images_and_texts,
    sharpness_aware,
    deep_q_learning,
    policy_gradient,
    truncated_backward_through_time,
    physics_informed,
    adversarial_training,
    skip_grams,
    two_tasks,
)
