from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.sgd import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(torch.optim.SGD, {"momentum": 0.8, "dampening": 0.1, "weight_decay": 0.01})
CASES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.01},
    {"momentum": 0.9},
    {"momentum": 0.9, "dampening": 0.4},
    {"momentum": 0.7, "dampening": 0.3, "weight_decay": 1e-3},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.SGD, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.SGD, options)


def test_maximize() -> None:
    options = {"momentum": 0.9, "maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.SGD, options)
    plain.check_formula(OPTIMIZER, torch.optim.SGD, options)


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({}, "w ← w − lr · grad"),
        ({"weight_decay": 0.01}, "g = grad + 0.01 · w\nw ← w − lr · g"),
        ({"momentum": 0.9}, "v ← 0.9 · v + grad\nw ← w − lr · v"),
        (
            {"momentum": 0.8, "dampening": 0.25},
            "v ← grad where t = 1, else 0.8 · v + 0.75 · grad\nw ← w − lr · v",
        ),
    ],
)
def test_text(options: dict[str, Any], whole: str) -> None:
    shown = OPTIMIZER.formula(options)
    assert shown is not None
    assert shown.whole == whole
