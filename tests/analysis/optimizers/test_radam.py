from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.radam import OPTIMIZER
from tests.analysis.optimizers import in_a_loop, plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

PLAIN = PlainOptimizer(
    torch.optim.RAdam,
    {
        "betas": (0.8, 0.9),
        "eps": 1e-7,
        "weight_decay": 0.01,
        "decoupled_weight_decay": True,
    },
)
# By default the mean square counts from the sixth update on; with a beta2 of 0.7 it never does.
CASES: list[dict[str, Any]] = [
    {},
    {"betas": (0.4, 0.9), "eps": 1e-4, "weight_decay": 0.02},
    {"betas": (0.9, 0.7)},
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
]


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.RAdam, {})


@pytest.mark.parametrize("options", CASES)
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.RAdam, options, rtol=1e-9)


def test_both_ways_of_a_step_are_taken() -> None:
    steps = plain.loop(torch.optim.RAdam, {}, torch.float32, count=8)
    symbols = [{term.symbol for term in plain.terms_of(event, group)} for event, group in steps]
    assert ["q" in each for each in symbols] == [False] * 5 + [True] * 3


def test_maximize() -> None:
    options = {"maximize": True, "weight_decay": 0.1}
    plain.check_rule(OPTIMIZER, torch.optim.RAdam, options)
    plain.check_formula(OPTIMIZER, torch.optim.RAdam, options, 1e-9)


def test_each_element_in_a_loop() -> None:
    in_a_loop.check_each_element(torch.optim.RAdam, {"weight_decay": 0.1}, iterations=8)
