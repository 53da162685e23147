"""A step that moves nothing, as what it is for is detached; and the same where that is meant."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.optim import SGD

import backprop_viz as bv

Step = Callable[[nn.Module, nn.Module, SGD, SGD, Tensor], None]


def learns(d: nn.Module, fake: Tensor, optimizer: SGD) -> None:
    optimizer.zero_grad()
    F.softplus(d(fake)).mean().backward()
    optimizer.step()


def detached(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    fake = g(x)
    learns(d, fake.detach(), of_d)
    learns(d, fake.detach(), of_g)


def as_numbers(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    fake = g(x)
    learns(d, fake.detach(), of_d)
    learns(d, torch.tensor(fake.tolist()), of_g)


def healthy(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    fake = g(x)
    learns(d, fake.detach(), of_d)
    learns(d, fake, of_g)


def critic_alone(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    for _ in range(2):
        learns(d, g(x).detach(), of_d)


def clears_and_steps_unused(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    """Of several heads one is used; all optimizers step."""
    for each in (of_g, of_d):
        each.zero_grad()
    d(torch.ones(5, 2)).square().mean().backward()
    for each in (of_g, of_d):
        each.step()


def encoder_frozen_by_detach(g: nn.Module, d: nn.Module, of_g: SGD, of_d: SGD, x: Tensor) -> None:
    """A probe learns alone, and says so by stepping alone."""
    learns(d, g(x).detach(), of_d)


def found(step: Step) -> list[tuple[str, tuple[object, ...]]]:
    torch.manual_seed(0)
    g, d = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    of_g, of_d = SGD(g.parameters(), lr=0.1), SGD(d.parameters(), lr=0.1)
    both = nn.ModuleDict({"g": g, "d": d})
    with bv.record(both, [of_g, of_d]) as recording:
        step(g, d, of_g, of_d, torch.randn(5, 3))
    return [(f.code, f.values) for f in recording.findings() if f.code == "stepped_for_nothing"]


@pytest.mark.parametrize(("step", "call"), [(detached, "detach"), (as_numbers, "tolist()")])
def test_what_keeps_backward_from_it_is_named(step: Step, call: str) -> None:
    ((_, values),) = found(step)
    assert values[:2] == ("SGD", 2)
    assert call in str(values[2])
    line = step.__code__.co_firstlineno + 3  # the call for the generator
    assert values[3] == f"test_steps_for_nothing.py:{line}"


@pytest.mark.parametrize(
    "step", [healthy, critic_alone, clears_and_steps_unused, encoder_frozen_by_detach]
)
def test_nothing_is_said_of_a_step_that_is_meant(step: Step) -> None:
    assert found(step) == []
