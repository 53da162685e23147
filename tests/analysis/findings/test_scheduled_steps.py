"""Steps that a schedule makes almost nothing are meant; the same steps without one are found."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, OneCycleLR

import backprop_viz as bv
from tests.analysis.findings.broken_loops import X, small
from tests.analysis.findings.loops_of_steps import LABELS

_TOLD = {"steps_too_small", "steps_lost"}


def told(rate: float, schedule_of: Callable[[Optimizer], LRScheduler] | None) -> list[set[str]]:
    """Of each of eight iterations, what is said of steps that are too small."""
    torch.manual_seed(0)
    net = small()
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate)
    schedule = None if schedule_of is None else schedule_of(optimizer)
    found = []
    for _ in range(8):
        with bv.record(net, optimizer) as made:
            optimizer.zero_grad()
            F.cross_entropy(net(X), LABELS).backward()
            optimizer.step()
        if schedule is not None:
            schedule.step()
        found.append({one.code for one in made.recording.findings()} & _TOLD)
    return found


@pytest.mark.parametrize(
    "schedule_of",
    [
        lambda optimizer: OneCycleLR(optimizer, 1e-2, total_steps=8),
        lambda optimizer: OneCycleLR(optimizer, 1e-2, total_steps=8, final_div_factor=1e9),
        lambda optimizer: CosineAnnealingLR(optimizer, 7, eta_min=1e-8),
        lambda optimizer: LambdaLR(optimizer, lambda turn: 1e-5 * (turn + 1)),
    ],
)
def test_what_a_schedule_makes_small_is_meant(
    schedule_of: Callable[[Optimizer], LRScheduler],
) -> None:
    assert told(1e-3, schedule_of) == [set()] * 8


@pytest.mark.parametrize(("rate", "code"), [(4e-8, "steps_too_small"), (1e-12, "steps_lost")])
def test_a_rate_that_was_small_from_the_first_is_found(rate: float, code: str) -> None:
    assert told(rate, None) == [{code}] * 8
    assert told(rate, lambda optimizer: CosineAnnealingLR(optimizer, 100)) == [{code}] * 8


class FindsItsRate(torch.optim.SGD):
    """Its rule is known to nobody, as that of D-Adaptation, which begins with almost nothing."""


@pytest.mark.parametrize("rate", [4e-8, 1e-12])
def test_an_optimizer_that_may_look_for_its_rate_is_left_alone(rate: float) -> None:
    torch.manual_seed(0)
    net = small()
    optimizer = FindsItsRate(net.parameters(), lr=rate)
    with bv.record(net, optimizer) as made:
        F.cross_entropy(net(X), LABELS).backward()
        optimizer.step()
    assert not {one.code for one in made.recording.findings()} & _TOLD
