"""Smooth L1, against torch's own function."""

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

from tests.analysis.losses import checks
from tests.analysis.losses.plain_loss import ONE_HOT, PlainLoss

PLAIN = PlainLoss(F.smooth_l1_loss, ONE_HOT)


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("smooth_l1", PLAIN)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("smooth_l1", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("smooth_l1", PLAIN)


def test_its_nodes_are_explained() -> None:
    checks.nodes_are_explained("smooth_l1", "SmoothL1LossBackward0")


def test_its_gradient_is_cut_at_1() -> None:
    x = torch.tensor([[-3.0, -0.5, 0.25, 4.0]], requires_grad=True)
    F.smooth_l1_loss(x, torch.zeros(1, 4)).backward()
    assert x.grad.tolist() == [[-0.25, -0.125, 0.0625, 0.25]]


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("smooth_l1", PLAIN)
