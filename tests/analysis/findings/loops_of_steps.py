"""Training loops with mistakes in what is added up, frozen, clipped or stepped; one a finding."""

import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.analysis.findings.broken_loops import X, iterations, small
from tests.analysis.findings.more_broken_loops import TARGETS, regression

LABELS = torch.arange(9) % 3
Step = Callable[[nn.Module, torch.optim.Optimizer], object]


def recorded(step: Step, net: nn.Module | None = None, lr: float = 0.1) -> Recording:
    """The recording of one iteration of a loop's own."""
    net = small() if net is None else net
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    with bv.record(net, optimizer) as made:
        optimizer.zero_grad()
        step(net, optimizer)
    return made.recording


def all_frozen() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(X), LABELS).requires_grad_().backward()
        optimizer.step()

    return recorded(step, small().requires_grad_(False))


def clipped_after_step() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()
        nn.utils.clip_grad_norm_(net.parameters(), 0.1)

    return recorded(step)


def counted_twice() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        out = net(X)
        loss = F.cross_entropy(out, LABELS)
        loss.backward(retain_graph=True)
        (loss + 0.1 * out.square().mean()).backward()
        optimizer.step()

    return recorded(step)


def cut_by_no_grad() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        with torch.no_grad():
            out = net(X)
        F.cross_entropy(out.requires_grad_(), LABELS).backward()
        optimizer.step()

    return recorded(step)


def frozen_moved() -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for frozen in (False, True):
        net[0].requires_grad_(not frozen)
        with bv.record(net, optimizer) as made:
            optimizer.zero_grad(set_to_none=False)
            F.cross_entropy(net(X), LABELS).backward()
            optimizer.step()
    return made.recording


def detached_term() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        loss = F.cross_entropy(net(X), LABELS)
        size = sum(p.data.square().sum() for p in net.parameters())
        (loss + 0.1 * size).backward()
        optimizer.step()

    return recorded(step)


def loss_left_out() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        loss = F.cross_entropy(net(X), LABELS)
        nn.Parameter(loss).backward()
        optimizer.step()

    return recorded(step)


def gradients_pile_up(divided: int = 1, times: int = 32) -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as made:
        for _ in range(times):
            loss = F.cross_entropy(net(X), LABELS)
            (loss / divided if divided > 1 else loss).backward()
    return made.recording


def losses_kept() -> Recording:
    net = small()
    losses = []

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        loss = F.cross_entropy(net(X), LABELS)
        loss.backward()
        optimizer.step()
        losses.append(loss)

    return [recorded(step, net) for _ in range(4)][-1]


def loss_summed() -> Recording:
    x = X.repeat(100, 1)
    return iterations(regression(), x, lr=0.1, loss=lambda out: (out - 1).square().sum())


def reductions_mixed() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.mse_loss(net(X).squeeze(1), TARGETS).backward()
        F.mse_loss(net(X).squeeze(1), TARGETS, reduction="sum").backward()
        optimizer.step()

    return recorded(step, regression(), lr=1e-3)


class Tied(nn.Module):
    """Predicts tokens, with the embedding for the last layer's weights."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.last = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.last.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        return self.last(self.embed(tokens))


def predicted(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    F.cross_entropy(net(torch.arange(6)), torch.arange(6) + 1).backward()
    optimizer.step()


def term_as_number() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        out = net(X)
        size = out.square().mean()
        loss = F.cross_entropy(out, LABELS) + 0.1 * size.item()
        loss.backward()
        optimizer.step()

    return recorded(step)


def tie_broken() -> Recording:
    net = Tied()
    net.last.weight = nn.Parameter(net.embed.weight.detach().clone())
    return recorded(predicted, net)


def schedule_ahead() -> Recording:
    net = small()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    with bv.record(net, optimizer) as made, warnings.catch_warnings(action="ignore"):
        F.cross_entropy(net(X), LABELS).backward()
        schedule.step()
        optimizer.step()
    return made.recording


def stepped_scaled() -> Recording:
    scaler = torch.amp.GradScaler("cpu")

    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        scaler.scale(F.cross_entropy(net(X), LABELS)).backward()
        optimizer.step()

    return recorded(step, lr=1e-6)


def no_backward() -> Recording:
    def step(net: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(X), LABELS)
        optimizer.step()

    return recorded(step)


def one_never_steps() -> Recording:
    net = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))
    steps, forgotten = (torch.optim.SGD(one.parameters(), lr=0.1) for one in (net[0], net[2]))
    with bv.record(net, [steps, forgotten]) as made:
        steps.zero_grad()
        forgotten.zero_grad()
        F.cross_entropy(net(X), LABELS).backward()
        steps.step()
    return made.recording


def stepped_for_nothing() -> Recording:
    """The generator of a GAN learns from what was detached."""
    net = nn.ModuleDict({"made": nn.Linear(5, 6), "told": nn.Linear(6, 3)})
    for_made, for_told = (torch.optim.SGD(one.parameters(), lr=0.1) for one in net.values())
    with bv.record(net, [for_made, for_told]) as made:
        out = net["made"](X)
        for optimizer in (for_told, for_made):
            optimizer.zero_grad()
            F.cross_entropy(net["told"](out.detach()), LABELS).backward()
            optimizer.step()
    return made.recording


LOOPS_OF_STEPS: dict[str, Callable[[], Recording]] = {
    loop.__name__: loop
    for loop in (
        all_frozen,
        clipped_after_step,
        counted_twice,
        cut_by_no_grad,
        detached_term,
        frozen_moved,
        gradients_pile_up,
        loss_left_out,
        loss_summed,
        losses_kept,
        no_backward,
        one_never_steps,
        reductions_mixed,
        schedule_ahead,
        stepped_for_nothing,
        stepped_scaled,
        term_as_number,
        tie_broken,
    )
}
