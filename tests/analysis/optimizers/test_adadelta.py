"""Adadelta in torch, and its rule and formula."""

from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.adadelta import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.in_a_loop import check_each_element

CASES: list[dict[str, Any]] = [
    {},
    {"rho": 0.5, "eps": 1e-3},
    {"weight_decay": 0.1, "rho": 0.99},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Adadelta, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.Adadelta, options)


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.Adadelta, options)
    plain.check_formula(OPTIMIZER, torch.optim.Adadelta, options)


@pytest.mark.parametrize("more", [{}, {"foreach": True}, {"foreach": False, "maximize": True}])
@pytest.mark.parametrize("options", CASES)
def test_each_element_in_a_plain_loop(options: dict[str, Any], more: dict[str, Any]) -> None:
    check_each_element(torch.optim.Adadelta, {**options, **more})
