"""What a loop's own lines do to gradients and weights, beside an optimizer, has its terms."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import MOVED_BY_HAND, phase_runs
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from tests.capture.explaining.checks import faults

X, Y = torch.linspace(-1, 1, 12).reshape(4, 3), torch.linspace(1, -1, 4).reshape(4, 1)
Turn = Callable[[nn.Module, Optimizer], None]


def loss_of(net: nn.Module) -> Tensor:
    return (net(X) - Y).square().mean()


def step(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss_of(net).backward()
    optimizer.step()


def clamped(net: nn.Module, optimizer: Optimizer) -> None:
    """As a critic's weights in "Wasserstein GAN" (Arjovsky et al.)."""
    step(net, optimizer)
    for p in net.parameters():
        p.data.clamp_(-0.2, 0.2)


def noisy(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss_of(net).backward()
    for p in net.parameters():
        p.grad.add_(torch.randn_like(p), alpha=0.01)
    optimizer.step()


def centralized(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss_of(net).backward()
    with torch.no_grad():
        for p in net.parameters():
            if p.ndim > 1:
                p.grad -= p.grad.mean(dim=1, keepdim=True)
    optimizer.step()


def rebound(net: nn.Module, optimizer: Optimizer) -> None:
    """Its ``.grad`` is another tensor."""
    optimizer.zero_grad()
    loss_of(net).backward()
    for p in net.parameters():
        p.grad = p.grad * (p.grad.abs() > 0.02) + 0.1 * p.detach()
    optimizer.step()


def masked(net: nn.Module, optimizer: Optimizer) -> None:
    """Pruned weights stay 0."""
    step(net, optimizer)
    with torch.no_grad():
        for p in net.parameters():
            p.mul_(p.abs() > 0.15)


def normed(net: nn.Module, optimizer: Optimizer) -> None:
    """The rows of each weight have a largest norm."""
    step(net, optimizer)
    with torch.no_grad():
        for p in net.parameters():
            if p.ndim > 1:
                norms = p.norm(dim=1, keepdim=True)
                p.copy_(p * (norms.clamp(max=0.5) / norms))


def sharpness_aware(net: nn.Module, optimizer: Optimizer) -> None:
    """Foret et al., "Sharpness-Aware Minimization": a step up, and back after the second loss."""
    optimizer.zero_grad()
    loss_of(net).backward()
    moved = []
    with torch.no_grad():
        norm = torch.stack([p.grad.norm() for p in net.parameters()]).norm()
        for p in net.parameters():
            up = p.grad * (0.05 / (norm + 1e-12))
            p.add_(up)
            moved.append((p, up))
    optimizer.zero_grad()
    loss_of(net).backward()
    with torch.no_grad():
        for p, up in moved:
            p.sub_(up)
    optimizer.step()


def projected(net: nn.Module, optimizer: Optimizer) -> None:
    """Yu et al., "Gradient Surgery": of two losses' gradients what is not against the other."""
    optimizer.zero_grad()
    losses = loss_of(net), net(X).abs().mean()
    found = []
    for loss in losses:
        net.zero_grad()
        loss.backward(retain_graph=True)
        found.append([p.grad.clone() for p in net.parameters()])
    for p, one, other in zip(net.parameters(), *found, strict=True):
        along = (one * other).sum().clamp(max=0) / (other.square().sum() + 1e-12)
        p.grad = one - along * other + other
    optimizer.step()


def scaled_twice(net: nn.Module, optimizer: Optimizer) -> None:
    """Two writes to a ``.grad``, with another backward behind them."""
    optimizer.zero_grad()
    loss_of(net).backward()
    for p in net.parameters():
        p.grad.mul_(0.5).clamp_(-0.05, 0.05)
    net(X).abs().mean().backward()
    optimizer.step()


# The turn, and which events it tells of: of gradients, of weights.
TURNS: dict[str, tuple[Turn, bool, bool]] = {
    "clamped": (clamped, False, True),
    "noisy": (noisy, True, False),
    "centralized": (centralized, True, False),
    "rebound": (rebound, True, False),
    "masked": (masked, False, True),
    "normed": (normed, False, True),
    "sharpness-aware": (sharpness_aware, False, True),
    "projected": (projected, True, False),
    "scaled twice": (scaled_twice, True, False),
}


def trained(name: str, record: bool) -> tuple[nn.Module, Recording | None]:
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer, turn = SGD(net.parameters(), 0.1, momentum=0.9), TURNS[name][0]
    turn(net, optimizer)
    if not record:
        turn(net, optimizer)
        return net, None
    with bv.record(net, optimizer) as recorded:
        turn(net, optimizer)
    return net, recorded.recording


@pytest.mark.parametrize("name", TURNS)
def test_the_weights_are_those_without(name: str) -> None:
    net, recording = trained(name, True)
    plain, _ = trained(name, False)
    assert recording is not None
    for ours, other in zip(net.named_parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours[1], other)
        end = recording.at(len(recording.events)).value(ours[0])
        assert np.array_equal(end, other.detach().numpy())


@pytest.mark.parametrize("name", TURNS)
def test_what_it_has_changed_has_terms(name: str) -> None:
    _, recording = trained(name, True)
    assert recording is not None
    _, grads, weights = TURNS[name]
    changed = [(i, e) for i, e in enumerate(recording.events) if e.op == MOVED_BY_HAND]
    told = {(e.phase is Phase.BACKWARD, e.phase is Phase.UPDATE) for _, e in changed}
    assert told == {
        one for one, is_told in (((True, False), grads), ((False, True), weights)) if is_told
    }
    for i, event in changed:
        last = [e for e in recording.events[:i] if e.is_beside_graph][-1]
        assert event.place == last.place
        for index in np.ndindex(event.outputs[0].shape):
            found = recording.explain(i, 0, index)
            assert found.reason is None, (event, found.reason)
            assert list(faults(recording, found)) == []


@pytest.mark.parametrize("name", TURNS)
def test_its_operations_are_in_spans_and_told_at_their_lines(name: str) -> None:
    _, recording = trained(name, True)
    assert recording is not None
    ran = [(i, e) for i, e in enumerate(recording.events) if e.is_beside_graph]
    assert ran
    for i, event in ran:
        span = recording.span_of(i)
        assert span is not None
        assert Path(event.place[0]).name == Path(__file__).name
        for slot, made in enumerate(event.outputs):
            if made is None or made.dtype.kind != "f":
                continue
            found = recording.explain(i, slot, (0,) * made.ndim)
            code = None if found.reason is None else found.reason.code
            assert code in (None, "drawn")
            assert list(faults(recording, found)) == []


@pytest.mark.parametrize(
    ("name", "after"), [("noisy", ["changed", "update"]), ("clamped", ["update", "changed"])]
)
def test_what_it_does_is_a_phase_of_its_own(name: str, after: list[str]) -> None:
    _, recording = trained(name, True)
    assert recording is not None
    names = [run.name for run in phase_runs(recording)]
    assert names == ["zero_grad", "forward", "loss", "backward", *after]


def test_what_changes_nothing_is_not_told() -> None:
    net = nn.Linear(3, 1)
    optimizer = SGD(net.parameters(), 0.1)
    average = [p.detach().clone() for p in net.parameters()]
    with bv.record(net, optimizer) as recorded:
        step(net, optimizer)
        with torch.no_grad():
            for p, mean in zip(net.parameters(), average, strict=True):
                p.clamp_(-100, 100)
                mean.mul_(0.9).add_(p, alpha=0.1)
        ((net(X) > 0) == (Y > 0)).float().mean().item()
    events = recorded.recording.events
    assert not [e for e in events if e.is_beside_graph or e.op == MOVED_BY_HAND]


def test_what_clips_is_told_by_its_factor_alone() -> None:
    net = nn.Linear(3, 1)
    optimizer = SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as recorded:
        optimizer.zero_grad()
        loss_of(net).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.01)
        optimizer.step()
    assert not [e for e in recorded.recording.events if e.is_beside_graph]


def test_what_writes_unheard_is_no_stale_number() -> None:
    net = nn.Linear(3, 1)
    optimizer = SGD(net.parameters(), 0.1)
    with bv.record(net, optimizer) as recorded:
        step(net, optimizer)
        with torch.no_grad():
            net.weight.mul_(2)
            net.weight.numpy()[:] = 0.5  # nobody hears of it
            net.weight.add_(1)
            net.bias.mul_(3)
    events = recorded.recording.events
    (added,) = [e for e in events if e.op == "add_"]
    assert added.inputs[0].tolist() == [[0.5] * 3]
    assert added.outputs[0].tolist() == [[1.5] * 3]


def test_a_watched_loop_has_them_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = SGD(net.parameters(), 0.1)
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(4):
            clamped(net, optimizer)
    with bv.load(tmp_path / "run.bprec") as loaded:
        for recording in list(loaded)[1:]:
            changed = [i for i, e in enumerate(recording.events) if e.op == MOVED_BY_HAND]
            assert changed
            for i in changed:
                found = recording.explain(i, 0, (0,) * recording.events[i].outputs[0].ndim)
                assert found.reason is None
                assert "max" in found.formula
