"""Rprop in torch, and its rule and formula."""

from typing import Any

import pytest
import torch

import backprop_viz as bv
from backprop_viz.analysis.optimizers.rprop import OPTIMIZER
from backprop_viz.recording.trace.phases import Phase
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.in_a_loop import check_each_element

CASES: list[dict[str, Any]] = [
    {},
    {"etas": (0.3, 1.7)},
    {"step_sizes": (0.012, 0.015), "etas": (0.9, 1.1)},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Rprop, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.Rprop, options)


def test_maximize() -> None:
    options = {"maximize": True}
    plain.check_rule(OPTIMIZER, torch.optim.Rprop, options)
    plain.check_formula(OPTIMIZER, torch.optim.Rprop, options)


@pytest.mark.parametrize("more", [{}, {"foreach": True}, {"foreach": False, "maximize": True}])
@pytest.mark.parametrize("options", CASES)
def test_each_element_in_a_plain_loop(options: dict[str, Any], more: dict[str, Any]) -> None:
    check_each_element(torch.optim.Rprop, {**options, **more})


def test_a_step_is_a_sign_times_a_size() -> None:
    torch.manual_seed(3)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Rprop(net.parameters(), lr=0.05)
    with bv.record(net, optimizer) as record:
        net(torch.randn(4, 3)).square().sum().backward()
        optimizer.step()
    at = next(i for i, e in enumerate(record.events) if e.phase is Phase.UPDATE)
    before, step = record.explain(event=at, output=0, index=(1, 2)).terms
    assert [f.role for f in before.factors + step.factors] == ["w", "sign", "sign(pₜ)", "Δₜ"]
