"""A step without a backward before it is named; a step that has its gradients is not."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn
from torch.optim import Optimizer

import backprop_viz as bv
from backprop_viz.recording.notices.finding import Finding
from tests.analysis.findings.broken_loops import X, small
from tests.analysis.findings.loops_of_steps import LABELS
from tests.capture.live.script_runs import Scripts

Turn = Callable[[nn.Module, Optimizer], None]


def loss_of(net: nn.Module) -> torch.Tensor:
    return F.cross_entropy(net(X), LABELS)


def forgotten(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss_of(net)
    optimizer.step()


def forgotten_and_zeroed(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad(set_to_none=False)
    loss_of(net)
    optimizer.step()


def forgotten_in_a_closure(net: nn.Module, optimizer: Optimizer) -> None:
    def closure() -> float:
        optimizer.zero_grad()
        return loss_of(net).item()

    optimizer.step(closure)


def whole(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss_of(net).backward()
    optimizer.step()


def from_before(net: nn.Module, optimizer: Optimizer) -> None:
    loss_of(net)
    optimizer.step()


def by_hand(net: nn.Module, _: Optimizer) -> None:
    grads = torch.autograd.grad(loss_of(net), list(net.parameters()))
    with torch.no_grad():
        for parameter, grad in zip(net.parameters(), grads, strict=True):
            parameter -= 0.1 * grad


def drawn_by_hand(net: nn.Module, _: Optimizer) -> None:
    loss_of(net)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.01


def given_grads(net: nn.Module, optimizer: Optimizer) -> None:
    loss_of(net)
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()


def only_looked(net: nn.Module, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    with torch.no_grad():
        loss_of(net)
    optimizer.step()


def codes_of(turn: Turn, make: Callable[..., Optimizer], *before: Turn) -> dict[str, Finding]:
    net = small()
    optimizer = make(net.parameters(), lr=0.1)
    for one in before:
        one(net, optimizer)
    with bv.record(net, optimizer) as made:
        turn(net, optimizer)
    return {finding.code: finding for finding in made.recording.findings()}


OPTIMIZERS = [torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop]


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("turn", [forgotten, forgotten_in_a_closure])
def test_a_forgotten_backward(turn: Turn, make: Callable[..., Optimizer]) -> None:
    for before in [], [whole]:
        said = codes_of(turn, make, *before)["no_backward"]
        assert (said.severity, said.values) == ("error", (make.__name__,))


def test_gradients_that_are_zero_are_none() -> None:
    said = codes_of(forgotten_and_zeroed, torch.optim.SGD, whole)["no_backward"]
    assert said.severity == "error"


@pytest.mark.parametrize(
    ("turn", "before"),
    [
        (whole, []),
        (from_before, [whole]),
        (by_hand, []),
        (drawn_by_hand, []),
        (given_grads, []),
        (only_looked, []),
    ],
)
def test_silence(turn: Turn, before: list[Turn]) -> None:
    assert "no_backward" not in codes_of(turn, torch.optim.SGD, *before)


SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for turn in range(4):
    optimizer.zero_grad()
    loss = net(torch.ones(4, 3)).square().mean()
    if turn > 1:
        loss.backward()
    optimizer.step()
"""


def test_in_a_script(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "turns.py", tmp_path / "turns.bprec"
    script.write_text(SCRIPT)
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        found = [{one.code for one in recording.findings()} for recording in loaded]
    assert ["no_backward" in codes for codes in found] == [True, True, False, False]
