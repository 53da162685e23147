"""Rprop in torch, and its rule and formula."""

from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.rprop import OPTIMIZER
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
    plain.check_rule(OPTIMIZER, torch.optim.Rprop, {"maximize": True})


@pytest.mark.parametrize("more", [{}, {"foreach": True}, {"foreach": False, "maximize": True}])
@pytest.mark.parametrize("options", CASES)
def test_each_element_in_a_plain_loop(options: dict[str, Any], more: dict[str, Any]) -> None:
    check_each_element(torch.optim.Rprop, {**options, **more})
