"""Mean squared error, against torch's own function."""

from pathlib import Path

import torch.nn.functional as F  # noqa: N812

from tests.analysis.losses import checks
from tests.analysis.losses.plain_loss import ONE_HOT, PlainLoss

PLAIN = PlainLoss(F.mse_loss, ONE_HOT)


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("mse", PLAIN)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("mse", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("mse", PLAIN)


def test_its_nodes_are_explained() -> None:
    checks.nodes_are_explained("mse", "MseLossBackward0")


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("mse", PLAIN)
