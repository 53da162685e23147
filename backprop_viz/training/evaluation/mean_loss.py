"""The mean loss of some samples as a function of the weights, batch by batch."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.data_sources import Samples
from backprop_viz.training.evaluation.evaluate import EVALUATION_BATCH
from backprop_viz.training.parts.losses import LossFunction


class MeanLoss:
    """The loss of a network on the first ``count`` samples of a part, in batches as ``Scoring``.

    It takes the network over, in evaluation mode: nothing else may use that.
    Raises ArgumentError for a loss that has no value.
    """

    def __init__(
        self,
        model: nn.Module,
        samples: Samples,
        loss: LossFunction,
        target: Callable[[Tensor, Tensor], Tensor],
        count: int,
    ) -> None:
        if not loss.entry.exists:
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors", "With {0} there is no loss to evaluate: choose another loss."
                ),
                loss.entry.title,
            )
        self.model = model
        self.total = min(count, len(samples))
        self._samples, self._loss, self._target = samples, loss, target
        self._batches: dict[int, tuple[Tensor, Tensor]] = {}

    @property
    def batches(self) -> int:
        """How many batches there are."""
        return -(-self.total // EVALUATION_BATCH)

    def batch(self, number: int) -> tuple[Tensor, Tensor]:
        """Images (B, 1, 32, 32) and the loss's target of a batch; read once, then kept."""
        if number not in self._batches:
            start = number * EVALUATION_BATCH
            index = torch.arange(start, min(start + EVALUATION_BATCH, self.total))
            images, labels = self._samples.batch(index)
            self._batches[number] = (images, self._target(labels, index))
        return self._batches[number]

    def of_batch(self, number: int, weights: Mapping[str, Tensor]) -> Tensor:
        """The loss, a scalar, of a batch with other weights, by the names of the parameters."""
        images, _ = self.batch(number)
        output = functional_call(self.model, dict(weights), (images,))
        return self._loss(output, self.batch(number)[1])

    def of_outputs(self, number: int, outputs: Tensor) -> Tensor:
        """The losses (P,) float64 of a batch for which the network has given outputs (P, B, …)."""
        target = self.batch(number)[1]
        again = target.repeat(len(outputs), *(1 for _ in target.shape[1:]))
        each = self._loss.each(outputs.flatten(0, 1), again)
        return each.view(len(outputs), -1).mean(1, dtype=torch.float64)

    def size(self, number: int) -> int:
        """How many samples a batch has."""
        return len(self.batch(number)[0])
