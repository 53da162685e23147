"""Huber loss, against torch's own function."""

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812

from tests.analysis.losses import checks
from tests.analysis.losses.plain_loss import ONE_HOT, PlainLoss

PLAIN = PlainLoss(lambda out, t: F.huber_loss(out, t, delta=0.5), ONE_HOT)


def test_it_equals_a_plain_loop() -> None:
    checks.equals_a_plain_loop("huber", PLAIN)


def test_its_program_and_its_script_run(tmp_path: Path) -> None:
    checks.program_and_script_run("huber", tmp_path)


def test_every_sample_is_judged() -> None:
    checks.every_sample_is_judged("huber", PLAIN)


def test_its_nodes_are_explained() -> None:
    checks.nodes_are_explained("huber", "HuberLossBackward0")


def test_its_gradient_is_cut_at_a_half() -> None:
    x = torch.tensor([[-3.0, -0.25, 0.5, 4.0]], requires_grad=True)
    PLAIN.of(x, torch.zeros(1, 4)).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[-0.125, -0.0625, 0.125, 0.125]]


def test_its_formula_is_the_loss() -> None:
    checks.formula_is_the_loss("huber", PLAIN)
