from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.rmsprop import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.RMSprop,
    {"alpha": 0.9, "eps": 1e-6, "momentum": 0.5, "weight_decay": 0.01, "centered": True},
)
CASES: list[dict[str, Any]] = [
    {},
    {"alpha": 0.3, "eps": 1e-3, "weight_decay": 0.01},
    {"momentum": 0.8},
    {"centered": True},
    {"momentum": 0.8, "centered": True, "weight_decay": 0.1},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.RMSprop, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.RMSprop, options)


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        ({}, "w ← w − lr · grad / (√v + ε)"),
        ({"centered": True}, "w ← w − lr · grad / (√(v − a²) + ε)"),
        ({"momentum": 0.5}, "w ← w − lr · b"),
    ],
)
def test_text(options: dict[str, Any], formula: str) -> None:
    shown = OPTIMIZER.formula(options)
    assert shown is not None
    assert shown.formula == formula


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1, "momentum": 0.5}
    plain.check_rule(OPTIMIZER, torch.optim.RMSprop, options)
    plain.check_formula(OPTIMIZER, torch.optim.RMSprop, options)
