"""Terms, losses and ties that are kept or left out: said where they are, else not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.analysis.findings.broken_loops import X, small
from tests.analysis.findings.loops_of_steps import LABELS, Tied, predicted, recorded

Net = nn.Module


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(4)


def codes(recording: Recording) -> set[str]:
    return {finding.code for finding in recording.findings()}


def with_term(term: Callable[[Net, Tensor], Any]) -> tuple[Recording, dict[str, Tensor]]:
    """An iteration whose loss has a term, and the gradients of the plain loss beside it."""
    net = small()
    F.cross_entropy(net(X), LABELS).backward()
    plain = {name: p.grad.clone() for name, p in net.named_parameters() if p.grad is not None}

    def step(net: Net, optimizer: torch.optim.Optimizer) -> None:
        loss = F.cross_entropy(net(X), LABELS)
        (loss + term(net, loss)).backward()
        optimizer.step()

    return recorded(step, net), plain


def detached(net: Net, _: Tensor) -> Tensor:
    return 0.1 * torch.stack([p.detach().abs().sum() for p in net.parameters()]).sum()


def without_graph(net: Net, _: Tensor) -> Tensor:
    with torch.no_grad():
        return next(net.parameters()).norm() * 0.01


@pytest.mark.parametrize("term", [detached, without_graph])
def test_a_term_cut_off_from_the_weights_adds_to_no_gradient(
    term: Callable[[Net, Tensor], Tensor],
) -> None:
    recording, plain = with_term(term)
    assert "detached_term" in codes(recording)
    end = recording.at(len(recording.events))
    for name, grad in plain.items():
        event = end.last(name, bv.Phase.BACKWARD)
        assert event is not None
        assert event.outputs[0] is not None
        assert event.outputs[0].tobytes() == grad.numpy().tobytes()


def penalty(net: Net, _: Tensor) -> Tensor:
    return 0.1 * sum((p.square().sum() for p in net.parameters()), torch.zeros(()))


def of_the_loss_itself(_: Net, loss: Tensor) -> Tensor:
    return loss / loss.detach()


def of_other_outputs(net: Net, _: Tensor) -> Tensor:
    with torch.no_grad():
        wanted = net(X + 1).mean()
    return (net(X).mean() - wanted).square()


def a_number(_: Net, __: Tensor) -> Tensor:
    return torch.tensor(0.5)


@pytest.mark.parametrize("term", [penalty, of_the_loss_itself, of_other_outputs, a_number])
def test_other_terms_are_meant(term: Callable[[Net, Tensor], Tensor]) -> None:
    assert "detached_term" not in codes(with_term(term)[0])


def as_item(net: Net, _: Tensor) -> Any:
    return 0.01 * net(X).square().mean().item()


def as_float(net: Net, _: Tensor) -> Any:
    return float(net(X).square().mean().detach())


def of_the_weights(net: Net, _: Tensor) -> Any:
    return 0.1 * sum((p.square().sum() for p in net.parameters()), torch.zeros(())).item()


def made_a_tensor(net: Net, _: Tensor) -> Any:
    return torch.tensor(net(X).square().mean().item()) / 2


def detached_mean(net: Net, _: Tensor) -> Any:
    return net(X).abs().mean().detach() * 0.5


@pytest.mark.parametrize("term", [as_item, as_float, of_the_weights, made_a_tensor, detached_mean])
def test_a_term_added_as_a_number_adds_to_no_gradient(term: Callable[[Net, Tensor], Any]) -> None:
    recording, plain = with_term(term)
    assert "term_as_number" in codes(recording)
    end = recording.at(len(recording.events))
    assert all(end.grad(name).tobytes() == grad.numpy().tobytes() for name, grad in plain.items())


def divided_by_its_number(_: Net, loss: Tensor) -> Any:
    return loss / loss.item()


def of_a_wanted_number(net: Net, _: Tensor) -> Any:
    return (net(X).mean() - 0.9 * net(X + 1).max().item()).square()


def times_a_number(net: Net, loss: Tensor) -> Any:
    return loss.item() * net(X).square().mean()


def a_margin(_: Net, loss: Tensor) -> Any:
    loss.item()
    return 0.25


@pytest.mark.parametrize(
    "term",
    [
        *(penalty, of_the_loss_itself, of_other_outputs, a_number, a_margin),
        *(divided_by_its_number, of_a_wanted_number, times_a_number),
    ],
)
def test_numbers_that_weigh_or_are_wanted_are_meant(term: Callable[[Net, Tensor], Any]) -> None:
    assert "term_as_number" not in codes(with_term(term)[0])


def iterated(keep: Callable[[list[Any], Tensor], object], times: int = 5) -> set[str]:
    """What is found in the last of some iterations, whose losses are kept."""
    net, kept = small(), list[Any]()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    recordings = []
    for _ in range(times):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            loss = F.cross_entropy(net(X), LABELS)
            loss.backward()
            optimizer.step()
            keep(kept, loss)
        recordings.append(recording)  # none of which has been looked at
    return codes(recordings[-1].recording)


def test_losses_with_their_graphs_are_told() -> None:
    assert "losses_kept" in iterated(lambda kept, loss: kept.append(loss))
    assert "losses_kept" in iterated(lambda kept, loss: kept.append(loss), times=15)


@pytest.mark.parametrize(
    "keep",
    [
        lambda kept, loss: kept.append(loss.item()),
        lambda kept, loss: kept.append(loss.detach()),
        lambda kept, loss: kept.__setitem__(slice(None), [*kept, loss][-2:]),
        lambda kept, loss: None,
    ],
)
def test_losses_without_them_are_not(keep: Callable[[list[Any], Tensor], object]) -> None:
    assert "losses_kept" not in iterated(keep)


def test_several_losses_of_one_iteration_are_not() -> None:
    def step(net: Net, optimizer: torch.optim.Optimizer) -> None:
        losses = [F.cross_entropy(net(X[i::3]), LABELS[i::3]) / 3 for i in range(3)]
        for loss in losses:
            loss.backward()
        optimizer.step()

    net = small()
    assert "losses_kept" not in set.union(*(codes(recorded(step, net)) for _ in range(5)))


def test_a_loss_that_depends_on_no_parameter_is_no_copy() -> None:
    def step(net: Net, optimizer: torch.optim.Optimizer) -> None:
        net(X)
        torch.ones((), requires_grad=True).backward()
        optimizer.step()

    assert "loss_left_out" not in codes(recorded(step))


def untied() -> nn.Module:
    net = Tied()
    net.last.weight = nn.Parameter(torch.randn(7, 4))
    return net


def moved_and_copied() -> nn.Module:
    return copy.deepcopy(Tied().to(torch.float32))


@pytest.mark.parametrize("make", [Tied, untied, moved_and_copied])
def test_weights_that_are_tied_or_never_were_are_not_told(make: Callable[[], nn.Module]) -> None:
    assert "tie_broken" not in codes(recorded(predicted, make()))


def test_layers_that_begin_as_copies_are_meant() -> None:
    layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    net = nn.Sequential(nn.Embedding(7, 4), nn.TransformerEncoder(layer, 2), nn.Linear(4, 7))

    def step(net: Net, optimizer: torch.optim.Optimizer) -> None:
        F.cross_entropy(net(torch.arange(6)[None])[0], torch.arange(6)).backward()
        optimizer.step()

    assert "tie_broken" not in codes(recorded(step, net))
