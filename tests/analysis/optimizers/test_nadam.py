from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.nadam import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.NAdam,
    {
        "betas": (0.8, 0.9),
        "eps": 1e-7,
        "weight_decay": 0.01,
        "momentum_decay": 0.01,
        "decoupled_weight_decay": True,
    },
)
CASES: list[dict[str, Any]] = [
    {},
    {"betas": (0.4, 0.9), "eps": 1e-4, "weight_decay": 0.02},
    {"momentum_decay": 0.5},
    {"weight_decay": 0.1, "decoupled_weight_decay": True, "momentum_decay": 0.1},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.NAdam, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    """torch keeps the product of the momenta in single precision, of a double parameter too."""
    plain.check_all(OPTIMIZER, torch.optim.NAdam, options, rtol=1e-6)


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.NAdam, options)
    plain.check_formula(OPTIMIZER, torch.optim.NAdam, options, 1e-6)
