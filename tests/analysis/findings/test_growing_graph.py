"""``total += loss`` keeps the graph of every iteration: it is said, and at which line."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

import backprop_viz as bv
from backprop_viz.desktop.texts.finding_texts import finding_text
from backprop_viz.desktop.texts.finding_titles import finding_title
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from tests.recording.streams import through_stream

X = torch.linspace(-1, 1, 12).reshape(4, 3)
Iterate = Callable[[nn.Module, Optimizer, dict[str, Any]], None]


def net_and_optimizer() -> tuple[nn.Module, Optimizer]:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    return net, torch.optim.SGD(net.parameters(), lr=0.01)


def loss_of(net: nn.Module, optimizer: Optimizer) -> Tensor:
    optimizer.zero_grad()
    return net(X).square().mean()


def total_after_the_step(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    loss.backward()
    optimizer.step()
    kept["total"] = kept.get("total", 0) + loss  # grows


def total_before_backward(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    kept["total"] = kept.get("total", 0) + loss  # grows
    loss.backward()
    optimizer.step()


def total_in_place(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    loss.backward()
    optimizer.step()
    total = kept.setdefault("total", torch.zeros(()))
    total += loss  # grows


def moving_average(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    loss.backward()
    optimizer.step()
    kept["total"] = torch.lerp(kept.get("total", torch.zeros(())), loss, 0.1)  # grows


def backward_of_all(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    kept["total"] = kept.get("total", 0) + loss_of(net, optimizer)  # grows
    kept["total"].backward(retain_graph=True)


def state_kept(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    optimizer.zero_grad()
    h = kept.get("total", torch.zeros(4, 1))
    h = net(X + h)
    kept["total"] = h
    h.square().mean().backward(retain_graph=True)  # grows


GROWING = [
    total_after_the_step,
    total_before_backward,
    total_in_place,
    moving_average,
    backward_of_all,
    state_kept,
]


def detached(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    loss.backward()
    optimizer.step()
    kept["total"] = kept.get("total", 0) + loss.detach()


def number(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer)
    loss.backward()
    optimizer.step()
    kept["total"] = kept.get("total", 0) + loss.item()


def three_views(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    """Several passes of one iteration: their losses are summed, and the graph is let go."""
    optimizer.zero_grad()
    total = torch.zeros(())
    for shift in range(5):
        total = total + net(X + shift).square().mean()
    total.backward()
    optimizer.step()
    kept["total"] = total.detach()


def state_let_go(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    optimizer.zero_grad()
    h = net(X + kept.get("total", torch.zeros(4, 1)).detach())
    kept["total"] = h
    h.square().mean().backward()


def penalty(net: nn.Module, optimizer: Optimizer, kept: dict[str, Any]) -> None:
    loss = loss_of(net, optimizer) + sum(p.square().sum() for p in net.parameters())
    loss.backward()
    optimizer.step()
    kept["total"] = loss  # the last one alone


HEALTHY = [detached, number, three_views, state_let_go, penalty]


def held_nodes(kept: dict[str, Any]) -> int:
    """How many nodes plain torch can reach behind what is kept."""
    return len(nodes_behind(getattr(kept["total"], "grad_fn", None)))


def nodes_behind(root: Any) -> set[Any]:
    found, ahead = set[Any](), [root]
    while ahead:
        node = ahead.pop()
        if node is not None and node not in found:
            found.add(node)
            ahead += [following for following, _ in node.next_functions]
    return found


def growing(recording: Recording) -> list[Finding]:
    return [f for f in recording.findings() if f.code == "growing_graph"]


def grows_at(iterate: Iterate) -> str:
    lines, first = inspect.getsourcelines(iterate)
    row = next(i for i, line in enumerate(lines) if line.rstrip().endswith("# grows"))
    return f"{__file__.rpartition('/')[2]}:{first + row}"


@pytest.mark.parametrize("recorded_before", [False, True], ids=["first", "every"])
@pytest.mark.parametrize("iterate", GROWING)
def test_it_is_found_with_its_line(iterate: Iterate, recorded_before: bool) -> None:
    plain, kept = net_and_optimizer(), dict[str, Any]()
    sizes = []
    for _ in range(6):
        iterate(*plain, kept)
        sizes.append(held_nodes(kept))
    assert sizes[5] > 3 * sizes[0]

    (net, optimizer), kept = net_and_optimizer(), {}
    for i in range(6):
        if i < 5 and not recorded_before:
            iterate(net, optimizer, kept)
            continue
        with bv.record(net, optimizer) as recording:
            iterate(net, optimizer, kept)
    (finding,) = growing(recording)
    assert (finding.severity, finding.values[0]) == ("warning", 5)
    assert finding.values[2] == grows_at(iterate)
    assert growing(through_stream(recording.recording)) == [finding]
    assert str(finding.values[2]) in finding_text(finding)
    assert finding_title(finding)
    for one, other in zip(net.parameters(), plain[0].parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("iterate", GROWING)
def test_of_one_iteration_before_nothing_is_said_yet(iterate: Iterate) -> None:
    (net, optimizer), kept = net_and_optimizer(), {}
    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            iterate(net, optimizer, kept)
        assert growing(recording) == []


@pytest.mark.parametrize("iterate", HEALTHY)
def test_of_what_does_not_grow_nothing_is_said(iterate: Iterate) -> None:
    (net, optimizer), kept = net_and_optimizer(), {}
    sizes = []
    for _ in range(6):
        with bv.record(net, optimizer) as recording:
            iterate(net, optimizer, kept)
        sizes.append(held_nodes(kept))
        assert growing(recording) == []
    assert len(set(sizes)) == 1


def test_a_gan_that_uses_its_fakes_twice_is_healthy() -> None:
    torch.manual_seed(0)
    made, judged = nn.Linear(2, 3), nn.Linear(3, 1)
    both = nn.ModuleDict({"made": made, "judged": judged})
    for _ in range(4):
        with bv.record(made) as first:
            fakes = made(torch.ones(4, 2))
            judged(fakes).mean().backward(retain_graph=True)
        with bv.record(both) as second:
            (judged(fakes).square().mean() + judged(torch.ones(4, 3)).mean()).backward()
        assert growing(first) == growing(second) == []


def test_each_graph_that_is_held_after_a_step_is_counted(tmp_path: Path) -> None:
    """Where iterations follow one another the newest loss that is added is of one that is over."""
    (net, optimizer), kept = net_and_optimizer(), dict[str, Any]()
    held = []
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(6):
            total_after_the_step(net, optimizer, kept)
            behind = nodes_behind(kept["total"].grad_fn)
            held.append(sum(node.name() == "MeanBackward0" for node in behind))
    assert held == [1, 2, 3, 4, 5, 6]
    with bv.load(tmp_path / "run.bprec") as loaded:
        told = {one.iteration: growing(one) for one in loaded}
    # What is added behind the step of one iteration is told in the next, which is under way then.
    said = {at: finding.values[0] for at, found in told.items() for finding in found}
    assert said == {4: 3, 5: 4, 6: 5}


def test_a_difference_of_two_losses_does_not_grow(tmp_path: Path) -> None:
    (net, optimizer), before = net_and_optimizer(), torch.zeros(())
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for _ in range(5):
            loss = loss_of(net, optimizer)
            loss.backward()
            optimizer.step()
            _, before = loss - before, loss
    with bv.load(tmp_path / "run.bprec") as loaded:
        assert [growing(one) for one in loaded] == [[]] * 5
