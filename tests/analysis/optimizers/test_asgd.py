"""ASGD in torch, and its rule and formula: foreach computes it in another order."""

from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.asgd import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.in_a_loop import check_each_element

CASES: list[dict[str, Any]] = [
    {},
    {"lambd": 0.1, "alpha": 0.5},
    {"t0": 2, "weight_decay": 0.05},
    {"t0": 0.0, "lambd": 0.5, "alpha": 2.0},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.ASGD, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.ASGD, options, rtol=1e-6)


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.ASGD, options)
    plain.check_formula(OPTIMIZER, torch.optim.ASGD, options, 1e-6)


@pytest.mark.parametrize("more", [{}, {"foreach": False, "maximize": True}])
@pytest.mark.parametrize("options", CASES)
def test_each_element_in_a_plain_loop(options: dict[str, Any], more: dict[str, Any]) -> None:
    check_each_element(torch.optim.ASGD, {**options, **more})
