"""A log_softmax is found that runs over another axis than the classes, and no other."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.analysis.findings.broken_loops import iterations

Loss = Callable[[Tensor], Tensor]
SAMPLES, CLASSES, STEPS = 9, 3, 4
LABELS = torch.arange(SAMPLES * STEPS).reshape(SAMPLES, STEPS) % CLASSES


def rows(out: Tensor) -> Tensor:
    """(samples, classes, steps) as a language model has it: (samples, steps, classes)."""
    return out.transpose(1, 2)


BROKEN: dict[str, Loss] = {
    "steps": lambda out: F.nll_loss(out.log_softmax(-1), LABELS),
    "batch": lambda out: F.nll_loss(F.log_softmax(out, 0), LABELS),
    "log": lambda out: F.nll_loss(out.softmax(2).log(), LABELS),
    "turned": lambda out: F.nll_loss(rows(out).log_softmax(1).transpose(1, 2), LABELS),
    "flat": lambda out: F.nll_loss(
        rows(out).log_softmax(1).reshape(-1, CLASSES), LABELS.reshape(-1)
    ),
    "flat_at_once": lambda out: F.nll_loss(
        rows(out).reshape(-1, CLASSES).log_softmax(0), LABELS.reshape(-1)
    ),
    "shifted": lambda out: F.nll_loss(
        rows(out).log_softmax(1)[:, 1:].reshape(-1, CLASSES), LABELS[:, 1:].reshape(-1)
    ),
    "cross_entropy": lambda out: F.cross_entropy(out.log_softmax(2), LABELS),
    "seen_wrong": lambda out: F.nll_loss(
        rows(out).log_softmax(-1).reshape(SAMPLES, CLASSES, STEPS), LABELS
    ),
}
HEALTHY: dict[str, Loss] = {
    "classes": lambda out: F.nll_loss(out.log_softmax(1), LABELS),
    "counted_back": lambda out: F.nll_loss(out.log_softmax(-2), LABELS),
    "turned": lambda out: F.nll_loss(rows(out).log_softmax(-1).transpose(1, 2), LABELS),
    "flat": lambda out: F.nll_loss(
        rows(out).log_softmax(-1).reshape(-1, CLASSES), LABELS.reshape(-1)
    ),
    "shifted": lambda out: F.nll_loss(
        rows(out).log_softmax(-1)[:, 1:].reshape(-1, CLASSES), LABELS[:, 1:].reshape(-1)
    ),
    "half": lambda out: F.nll_loss(out.bfloat16().log_softmax(1).float(), LABELS),
    "one_left_out": lambda out: F.nll_loss(out.log_softmax(1)[:, 1:], LABELS.clamp(max=1)),
    "attention": lambda out: F.cross_entropy(out.softmax(-1) @ out.mT @ out, LABELS),
    "raw": lambda out: F.cross_entropy(out, LABELS),
}


def codes(loss: Loss) -> set[str]:
    net = nn.Conv1d(5, CLASSES, 1)
    with torch.no_grad():
        net.weight.mul_(4)
    recording = iterations(net, torch.randn(SAMPLES, 5, STEPS), loss=loss)
    return {finding.code for finding in recording.findings()}


@pytest.mark.parametrize("name", BROKEN)
def test_a_softmax_over_another_axis_is_found(name: str) -> None:
    assert "softmax_not_over_classes" in codes(BROKEN[name])


@pytest.mark.parametrize("name", HEALTHY)
def test_one_over_the_classes_is_not(name: str) -> None:
    assert "softmax_not_over_classes" not in codes(HEALTHY[name])
