"""One iteration as the tutorial writes it: five phases in their legal order."""

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from torch import Tensor, nn
from torch.optim import Optimizer

from backprop_viz.recording.trace.phases import Phase

# What runs each phase.
PHASE_CALLS = {
    Phase.ZERO_GRAD: "zero_grad",
    Phase.FORWARD: "forward",
    Phase.LOSS: "compute_loss",
    Phase.BACKWARD: "backward",
    Phase.UPDATE: "update",
}


class PhaseError(RuntimeError):
    """A phase was called out of order."""


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """A finished iteration; ``loss`` is NaN where there is none.

    ``accuracy`` is computed from ``output`` (N, classes) and ``labels`` (N,) when asked for.
    ``output`` is None where there are no labels to compare it with.
    """

    number: int
    loss: float
    output: Tensor | None = field(repr=False)
    labels: Tensor = field(repr=False)

    @property
    def accuracy(self) -> float:
        """The share (0..1) of the batch that was classified correctly before the update, or NaN."""
        if self.output is None:
            return math.nan
        predicted = self.output.argmax(1).numpy()
        # numpy compares and counts so few numbers far faster than torch.
        return np.count_nonzero(predicted == self.labels.numpy()) / len(predicted)


class FivePhases(Protocol):
    """Whoever runs the phases, as far as what records them has to know."""

    model: nn.Module
    optimizer: Optimizer | None
    clear_gradients: bool
    input_form: str
    iteration: int
    phase: Phase
    batch: tuple[Tensor, Tensor]
    output: Tensor | None
    loss: Tensor | None

    @property
    def labels(self) -> Tensor:
        """The labels (N,) int64 of the batch."""

    @property
    def given_batches(self) -> dict[int, tuple[Tensor, Tensor]]:
        """Batches given in place of the loader's, by the number of iterations done before."""

    @property
    def lr_now(self) -> float:
        """The learning rate of the update that is due."""

    def step(self) -> Phase:
        """Run the phase that is due; returns it."""

    def backward(self, retain_graph: bool = False) -> None:
        """Back-propagate from the loss."""

    def backward_again(self) -> None:
        """Back-propagate a second time from the same loss."""
