from typing import Any

import pytest
import torch

from backprop_viz.analysis.optimizers.nesterov import OPTIMIZER
from tests.analysis.optimizers import plain
from tests.analysis.optimizers.plain_optimizer import PlainOptimizer

GIVEN = {"momentum": 0.9, "nesterov": True}
PLAIN = PlainOptimizer(torch.optim.SGD, {"momentum": 0.7, "weight_decay": 0.02}, GIVEN)


def test_the_entry_is_torchs() -> None:
    plain.check_entry(OPTIMIZER, torch.optim.SGD, GIVEN)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"weight_decay": 0.1}])
def test_rule_and_formula(options: dict[str, Any]) -> None:
    plain.check_all(OPTIMIZER, torch.optim.SGD, options, GIVEN)


def test_what_is_told_in_one_line() -> None:
    shown = OPTIMIZER.formula({"momentum": 0.95, "weight_decay": 5e-4, "maximize": True})
    assert shown is not None
    assert shown.told == "w ← w − lr · (g + 0.95 · v)   g = −grad + 0.0005 · w"
