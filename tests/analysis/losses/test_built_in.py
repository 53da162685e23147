"""Cross-entropy, mean squared error, and no loss at all."""

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

import backprop_viz as bv
from backprop_viz.analysis.losses import LOSSES, WITHOUT_LOSS
from tests.analysis.losses import checks

PLAIN = {
    "cross_entropy": (F.cross_entropy, lambda out, y: F.cross_entropy(out, y.argmax(1))),
    "mse": (lambda out, y: F.mse_loss(out, torch.eye(10)[y]), F.mse_loss),
}


@pytest.mark.parametrize("name", PLAIN)
def test_it_equals_a_plain_loop(name: str) -> None:
    checks.equals_a_plain_loop(name, *PLAIN[name])


@pytest.mark.parametrize("name", PLAIN)
def test_its_program_and_its_script_run(name: str, tmp_path: Path) -> None:
    checks.program_and_script_run(name, tmp_path)


@pytest.mark.parametrize("name", PLAIN)
def test_every_sample_is_judged(name: str) -> None:
    checks.every_sample_is_judged(name, PLAIN[name][0])


@pytest.mark.parametrize("name", PLAIN)
def test_its_formula_is_the_loss(name: str) -> None:
    checks.formula_is_the_loss(name, PLAIN[name][0])


def test_their_nodes_are_explained() -> None:
    checks.nodes_are_explained("cross_entropy", "NllLossBackward0", "LogSoftmaxBackward0")
    checks.nodes_are_explained("mse", "MseLossBackward0")


def test_without_a_loss_there_is_nothing_to_compute() -> None:
    assert WITHOUT_LOSS.name == "output_gradient"
    assert math.isnan(bv.Trainer("random", WITHOUT_LOSS.name, batch_size=1).iterate().loss)


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"cross_entropy, mse.*not 'hinge'") as refused:
        bv.Trainer("random", "hinge")
    assert all(name in str(refused.value) for name in LOSSES)
