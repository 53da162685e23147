"""Negative log-likelihood of a log-softmax output, against torch's own functions."""

from pathlib import Path

import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from tests.analysis.losses import checks


def of_labels(out: Tensor, y: Tensor) -> Tensor:
    return F.nll_loss(F.log_softmax(out, dim=1), y)


def of_targets(out: Tensor, y: Tensor) -> Tensor:
    return of_labels(out, y.argmax(1))


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("nll", of_labels, of_targets)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("nll", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("nll", of_labels)


def test_its_nodes_are_explained() -> None:
    checks.nodes_are_explained("nll", "NllLossBackward0", "LogSoftmaxBackward0")


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("nll", of_labels)
