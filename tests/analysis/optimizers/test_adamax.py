from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.adamax import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.Adamax, {"betas": (0.8, 0.95), "eps": 1e-7, "weight_decay": 0.01}
)
CASES: list[dict[str, Any]] = [
    {},
    {"betas": (0.4, 0.9), "eps": 1e-4},
    {"betas": (0.8, 0.5), "weight_decay": 0.3},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Adamax, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.Adamax, options)


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.Adamax, options)
    plain.check_formula(OPTIMIZER, torch.optim.Adamax, options)
