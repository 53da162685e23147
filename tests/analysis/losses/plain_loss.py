"""What a loss is in plain torch. Each loss's own test states it, as ``PLAIN``."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tests.plain import stated


@dataclass(frozen=True, slots=True)
class PlainTarget:
    """What a loss compares with: made of labels (N,), or of the data's own targets (N, 10)."""

    of_labels: Callable[[Tensor], Tensor]
    of_targets: Callable[[Tensor], Tensor]


LABELS = PlainTarget(lambda y: y, lambda t: t.argmax(1))
ONE_HOT = PlainTarget(lambda y: torch.eye(10)[y], lambda t: t)
DISTRIBUTION = PlainTarget(lambda y: torch.eye(10)[y] * 0.9 + 0.01, lambda t: t.softmax(1))


@dataclass(frozen=True, slots=True)
class PlainLoss:
    """torch's own functions, of the output (N, 10) as the network gives it, and the target."""

    of: Callable[[Tensor, Tensor], Tensor]
    target: PlainTarget

    def of_labels(self, out: Tensor, labels: Tensor) -> Tensor:
        return self.of(out, self.target.of_labels(labels))

    def of_targets(self, out: Tensor, targets: Tensor) -> Tensor:
        return self.of(out, self.target.of_targets(targets))


def plain_loss(name: str) -> PlainLoss | None:
    """The loss of that name; None where there is none, and backward starts from the output."""
    found: PlainLoss | None = stated("analysis/losses", name, PlainLoss)
    return found
