import inspect
from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.adam import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-7, "weight_decay": 0.01, "amsgrad": True}
)
CASES: list[dict[str, Any]] = [
    {},
    {"betas": (0.4, 0.9), "eps": 1e-4, "weight_decay": 0.02},
    {"betas": (0.8, 0.5), "amsgrad": True},
    {"betas": (0.8, 0.5), "amsgrad": True, "weight_decay": 0.3},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.Adam, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.Adam, options)


@pytest.mark.parametrize("first", [0.3, 0.49, 0.499, 0.5, 0.501, 0.51, 0.7])
def test_the_mean_is_reckoned_from_the_nearer_end(first: float) -> None:
    """torch's lerp changes its formula at a weight of 0.5: on both sides its bits are another's."""
    plain.check_rule(OPTIMIZER, torch.optim.Adam, {"betas": (first, 0.9)})


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.Adam, options)
    plain.check_formula(OPTIMIZER, torch.optim.Adam, options)


@pytest.mark.skipif(
    "decoupled_weight_decay" not in inspect.signature(torch.optim.Adam).parameters,
    reason="older torch has no such option",
)
def test_decoupled_weight_decay() -> None:
    options = {"decoupled_weight_decay": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.Adam, options)
    plain.check_formula(OPTIMIZER, torch.optim.Adam, options)
    shown = OPTIMIZER.formula(options)
    assert shown is not None
    assert shown.told == "w ← w′ − lr · m̂ / (√v̂ + ε)   w′ = w · (1 − lr · 0.1)"
