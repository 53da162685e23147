from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.adagrad import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.Adagrad,
    {"lr_decay": 0.1, "weight_decay": 0.01, "initial_accumulator_value": 0.1, "eps": 1e-9},
)
CASES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1},
    {"lr_decay": 0.25, "eps": 1e-3},
    {"initial_accumulator_value": 0.5},
    {"lr_decay": 0.1, "weight_decay": 0.02, "initial_accumulator_value": 2.0, "eps": 1e-6},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Adagrad, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.Adagrad, options)


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.Adagrad, options)
    plain.check_formula(OPTIMIZER, torch.optim.Adagrad, options)
