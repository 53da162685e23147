"""KL divergence from smoothed labels, against torch's own functions."""

from pathlib import Path

import torch.nn.functional as F  # noqa: N812

from tests.analysis.losses import checks
from tests.analysis.losses.plain_loss import DISTRIBUTION, PlainLoss

PLAIN = PlainLoss(
    lambda out, p: F.kl_div(F.log_softmax(out, dim=1), p, reduction="batchmean"), DISTRIBUTION
)


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("kl_divergence", PLAIN)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("kl_divergence", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("kl_divergence", PLAIN)


def test_its_nodes_are_explained() -> None:
    nodes = ("DivBackward0", "SumBackward0", "SubBackward0", "MulBackward0", "LogSoftmaxBackward0")
    checks.nodes_are_explained("kl_divergence", *nodes)


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("kl_divergence", PLAIN)
