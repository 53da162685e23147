"""The loss of an iteration that computes one, and steps without a backward."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

X, Y = torch.linspace(-1, 1, 45).reshape(9, 5), torch.arange(9) % 3
KNOWN: dict[str, Callable[["Net"], Tensor]] = {}
UNKNOWN: dict[str, Callable[["Net"], Tensor]] = {}


class Net(nn.Module):
    """Gives its output, or with labels the loss, as language models do."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3))
        self.weighting = nn.Parameter(torch.tensor(0.3))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        out: Tensor = self.inner(x)
        return out if labels is None else F.cross_entropy(out, labels)


def known(loss_of: Callable[[Net], Tensor]) -> Callable[[Net], Tensor]:
    KNOWN[loss_of.__name__] = loss_of
    return loss_of


def unknown(loss_of: Callable[[Net], Tensor]) -> Callable[[Net], Tensor]:
    UNKNOWN[loss_of.__name__] = loss_of
    return loss_of


@known
def of_a_function(net: Net) -> Tensor:
    return F.cross_entropy(net(X), Y)


@known
def of_a_module(net: Net) -> Tensor:
    loss: Tensor = nn.MSELoss()(net(X), torch.ones(9, 3))
    return loss


@known
def by_hand(net: Net) -> Tensor:
    return (net(X) - 1).square().mean()


@known
def of_the_model(net: Net) -> Tensor:
    loss: Tensor = net(X, labels=Y)
    return loss


@known
def with_decay(net: Net) -> Tensor:
    decay = sum((p.square().sum() for p in net.inner.parameters()), torch.zeros(()))
    return F.cross_entropy(net(X), Y) + 0.01 * decay


@known
def weighted(net: Net) -> Tensor:
    s = net.weighting
    return torch.exp(-s) * F.cross_entropy(net(X), Y) + s


@known
def with_an_accuracy(net: Net) -> Tensor:
    out = net(X)
    assert (out.argmax(1) == Y).float().mean().item() <= 1
    return F.cross_entropy(out, Y)


@known
def of_one_sample(net: Net) -> Tensor:
    return F.mse_loss(net(X[:1])[0, 0], torch.tensor(0.5))


@unknown
def with_a_perplexity(net: Net) -> Tensor:
    loss = F.cross_entropy(net(X), Y)
    assert loss.exp().item() > 1
    return loss


@unknown
def times_the_batch(net: Net) -> Tensor:
    loss = F.cross_entropy(net(X), Y)
    assert (loss * len(X)).item() > 0
    return loss


@unknown
def two_of_them(net: Net) -> Tensor:
    out = net(X)
    return torch.stack([F.cross_entropy(out, Y).detach(), out.square().mean()])[0]


@unknown
def cut_off(net: Net) -> Tensor:
    return F.cross_entropy(net(X).detach(), Y)


@unknown
def no_number(net: Net) -> Tensor:
    out: Tensor = net(X)
    return out


def trained(net: Net, step: Callable[[torch.optim.Optimizer], object]) -> bv.Recording:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        optimizer.zero_grad()
        step(optimizer)
    return recording.recording


def by_closure(net: Net, loss_of: Callable[[Net], Tensor]) -> Callable[..., object]:
    def closure() -> float:
        loss_of(net)
        return 0.0

    return lambda optimizer: optimizer.step(closure)


def cleared_late(net: Net, loss_of: Callable[[Net], Tensor]) -> Callable[..., object]:
    def step(optimizer: torch.optim.Optimizer) -> None:
        loss_of(net)
        optimizer.zero_grad()
        optimizer.step()

    return step


def usual(net: Net, loss_of: Callable[[Net], Tensor]) -> Callable[..., object]:
    def step(optimizer: torch.optim.Optimizer) -> None:
        loss_of(net)
        optimizer.step()

    return step


@pytest.mark.parametrize("stepping", [usual, cleared_late, by_closure])
@pytest.mark.parametrize("name", [*KNOWN, *UNKNOWN])
def test_it_is_shown_where_it_is_known(
    name: str, stepping: Callable[[Net, Callable[[Net], Tensor]], Callable[..., object]]
) -> None:
    torch.manual_seed(4)
    net, loss_of = Net(), {**KNOWN, **UNKNOWN}[name]
    plain = loss_of(net).detach()
    found = trained(net, stepping(net, loss_of))
    assert found.loss == (plain.item() if name in KNOWN else None)
    if name in KNOWN:
        (root,) = {n.id for n in found.graph.nodes} - {to for _, to in found.graph.edges}
        made = [e for e in found.events if e.node == root and e.phase is not Phase.BACKWARD]
        assert made[-1].outputs[0] == plain.numpy()


def test_a_backward_tells_another() -> None:
    net = Net()

    def step(optimizer: torch.optim.Optimizer) -> None:
        net(X).sum(1).backward(torch.ones(9))
        of_a_function(net)
        optimizer.step()

    assert trained(net, step).loss is None


def test_a_total_of_several_iterations_is_no_loss() -> None:
    net, total = Net(), torch.zeros(())
    losses = []
    for _ in range(3):

        def step(optimizer: torch.optim.Optimizer) -> None:
            nonlocal total
            total = total + of_a_function(net)
            optimizer.step()

        losses.append(trained(net, step).loss)
    assert losses == [None, None, None]


def test_the_curve_has_it_where_it_was_recorded(tmp_path: Path) -> None:
    net, plain = Net(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = bv.watch(net, optimizer, tmp_path / "run.bprec", every=1)
    for i in range(6):
        optimizer.zero_grad()
        loss = of_a_function(net)
        if i % 2:
            loss.backward()
        optimizer.step()
        plain.append(loss.item())
    watch.close()
    run = bv.load(tmp_path / "run.bprec")
    assert run.losses[1].tolist() == plain
    assert [recording.loss for recording in run] == plain
