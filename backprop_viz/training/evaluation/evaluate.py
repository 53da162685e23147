"""Evaluates a network: the prediction and loss of each sample, and their means."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from backprop_viz.recording.requests.samples import Scores, not_evaluated
from backprop_viz.training.data.data_sources import Samples
from backprop_viz.training.parts.losses import LossFunction

# Samples evaluated at once. Another batch size may round differently, so all use this one.
# As many as a usual batch has, so that it takes no more memory than training.
EVALUATION_BATCH = 64


class InterruptedEvaluation(Exception):  # noqa: N818 - not an error
    """``evaluate`` was told to stop before its end."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean loss and accuracy (0..1) of a part, and the scores of its samples one by one."""

    loss: float
    accuracy: float
    scores: Scores = field(repr=False, compare=False)


class Scoring:
    """Reads the first ``count`` samples of a part, a slice at each ``go_on``.

    ``target`` makes what the loss wants of labels (B,) and the index (B,) of their samples.
    The network is used as it is at each slice, in evaluation mode if its owner put it there.
    """

    def __init__(
        self,
        model: nn.Module,
        samples: Samples,
        loss: LossFunction,
        target: Callable[[Tensor, Tensor], Tensor],
        count: int | None = None,
    ) -> None:
        self._model, self._samples, self._target = model, samples, target
        self._loss_function = loss
        self._scores = not_evaluated(len(samples))
        self._loss = 0.0 if loss.entry.exists else math.nan
        self._correct = 0
        self.done = 0
        self.total = len(samples) if count is None else min(count, len(samples))

    @property
    def finished(self) -> bool:
        """Whether all samples are evaluated."""
        return self.done == self.total

    def go_on(self) -> None:
        """Read the next slice."""
        part = slice(self.done, min(self.done + EVALUATION_BATCH, self.total))
        index = torch.arange(part.start, part.stop)
        images, labels = self._samples.batch(index)
        with torch.no_grad():
            output = self._model(images)
            predicted = output.argmax(1)
            if self._loss_function.entry.exists:
                target = self._target(labels, index)
                self._loss += self._loss_function(output, target).item() * len(labels)
                self._scores.loss[part] = self._loss_function.each(output, target).numpy()
        self._correct += int((predicted == labels).sum().item())
        self._scores.predicted[part] = predicted.numpy()
        self.done = part.stop

    def evaluation(self) -> Evaluation:
        """The means over the samples evaluated so far, at least one slice."""
        return Evaluation(self._loss / self.done, self._correct / self.done, self._scores)
