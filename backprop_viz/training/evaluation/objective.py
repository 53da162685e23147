"""What a network learns: the loss of its outputs, against what the data has for targets."""

from collections.abc import Callable

from torch import Tensor, nn

from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.requests.samples import SamplePart
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP
from backprop_viz.training.data.data_sources import DataSource, Samples
from backprop_viz.training.evaluation.evaluate import Evaluation, InterruptedEvaluation, Scoring
from backprop_viz.training.evaluation.mean_loss import MeanLoss
from backprop_viz.training.parts.losses import LossFunction


class Objective:
    """A loss on a data set. Where a network is asked for, it is to be in evaluation mode."""

    def __init__(self, loss: LossFunction, source: DataSource) -> None:
        self.loss = loss
        self._source = source

    @property
    def learns_labels(self) -> bool:
        """Whether the data has labels, and no targets of its own in their place."""
        return self._source.targets is None

    def target(self, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """The target of the loss for these labels.

        ``index`` (N,) are the labels' samples; None stands for the whole batch.
        """
        own = self._source.targets
        if own is None:
            return self.loss.target_of_labels(labels, len(self._source.classes))
        return self.loss.target_of_targets(own if index is None else own[index])

    def expect_labels(self) -> None:
        """Raise ArgumentError if no label enters the loss, so that no label can be learnt."""
        if not self.learns_labels:
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors", "Random data has no labels to train on: choose other data."
                )
            )
        if self.loss.criterion is None:
            raise ArgumentError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "With {0} there is no label, so the network cannot train on a drawing: "
                    "choose another loss.",
                ),
                self.loss.entry.title,
            )

    def samples(self, part: SamplePart) -> Samples:
        """The samples of the training set or of the validation set."""
        return self._source.train if part == "train" else self._source.validation

    def scoring(self, model: nn.Module, part: SamplePart, count: int | None = None) -> Scoring:
        """Scores a part, or its first ``count`` samples, with a network."""
        return Scoring(model, self.samples(part), self.loss, self.target, count)

    def mean_loss(self, model: nn.Module, part: SamplePart, count: int) -> MeanLoss:
        """The loss of a part's first ``count`` samples with a network, which it takes over."""
        return MeanLoss(model, self.samples(part), self.loss, self.target, count)

    def evaluate(self, model: nn.Module, interrupted: Callable[[], bool]) -> Evaluation:
        """Mean loss and accuracy on the validation set.

        Raises InterruptedEvaluation as soon as ``interrupted()`` is true.
        """
        scoring = self.scoring(model, "validation")
        while not scoring.finished:
            if interrupted():
                raise InterruptedEvaluation
            scoring.go_on()
        return scoring.evaluation()
