from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.adamw import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.AdamW, {"betas": (0.85, 0.9), "eps": 1e-6, "weight_decay": 0.1, "amsgrad": True}
)
CASES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.0},
    {"betas": (0.4, 0.9), "eps": 1e-4, "weight_decay": 0.2},
    {"betas": (0.8, 0.5), "amsgrad": True},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.AdamW, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.AdamW, options)


def test_the_decay_is_not_adams() -> None:
    shown = OPTIMIZER.formula({})
    assert shown is not None
    assert shown.lines[0] == "w′ = w · (1 − lr · 0.01)"
    assert shown.formula == "w ← w′ − lr · m̂ / (√v̂ + ε)"


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.AdamW, options)
    plain.check_formula(OPTIMIZER, torch.optim.AdamW, options)
