"""Cross-entropy, against torch's own function."""

from pathlib import Path

import torch.nn.functional as F  # noqa: N812

from tests.analysis.losses import checks
from tests.analysis.losses.plain_loss import LABELS, PlainLoss

PLAIN = PlainLoss(F.cross_entropy, LABELS)


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("cross_entropy", PLAIN)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("cross_entropy", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("cross_entropy", PLAIN)


def test_its_nodes_are_explained() -> None:
    checks.nodes_are_explained("cross_entropy", "NllLossBackward0", "LogSoftmaxBackward0")


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("cross_entropy", PLAIN)
