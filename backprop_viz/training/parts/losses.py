"""The losses in torch: what an entry of the registry stands for, and the Python that it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from backprop_viz.analysis.losses import Loss
from backprop_viz.analysis.losses.loss import LossOutput, Target

# The share of the probability that a target distribution spreads over all classes.
SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class _Form:
    """One kind of target: how torch makes it, and the same as program text.

    ``of_labels`` takes labels (N,) and the number of classes; ``of_targets`` the data's own
    targets (N, C). The texts are of ``{y}``.
    """

    of_labels: Callable[[Tensor, int], Tensor]
    labels_text: str
    of_targets: Callable[[Tensor], Tensor]
    targets_text: str


_FORMS: Mapping[Target, _Form] = {
    Target.LABELS: _Form(lambda y, classes: y, "{y}", lambda y: y.argmax(1), "{y}.argmax(1)"),
    Target.ONE_HOT: _Form(
        lambda y, classes: F.one_hot(y, classes).float(),
        "F.one_hot({y}, {classes}).float()",
        lambda y: y,
        "{y}",
    ),
    Target.DISTRIBUTION: _Form(
        lambda y, classes: F.one_hot(y, classes) * (1 - SPREAD) + SPREAD / classes,
        f"F.one_hot({{y}}, {{classes}}) * {1 - SPREAD} + {SPREAD} / {{classes}}",
        lambda y: y.softmax(1),
        "{y}.softmax(1)",
    ),
}
# A batch has labels even where there is no loss.
_FORMS = {**_FORMS, Target.NONE: _FORMS[Target.LABELS]}

_OUTPUTS: Mapping[LossOutput, tuple[Callable[[Tensor], Tensor], str]] = {
    LossOutput.AS_IT_IS: (lambda out: out, "{out}"),
    LossOutput.LOG_SOFTMAX: (lambda out: F.log_softmax(out, -1), "F.log_softmax({out}, -1)"),
}


class LossFunction:
    """The loss of an entry, of logits (N, C); ``criterion`` is torch's, None if there is none."""

    def __init__(self, entry: Loss) -> None:
        self.entry = entry
        self.criterion = _criterion(entry, {}) if entry.exists else None
        self._each = _criterion(entry, {"reduction": "none"}) if entry.exists else None
        self._prepare = _OUTPUTS[entry.output][0]

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss, a scalar."""
        assert self.criterion is not None
        loss: Tensor = self.criterion(self._prepare(output), target)
        return loss

    def each(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss (N,) of each sample, as if it were the whole batch."""
        assert self._each is not None
        numbers = self._each(self._prepare(output), target).reshape(len(output), -1)
        # There is one number a sample, or one a class; "batchmean" sums these, and divides by N.
        summed = self.entry.options.get("reduction") == "batchmean"
        losses: Tensor = numbers.sum(1) if summed else numbers.mean(1)
        return losses

    def target_of_labels(self, labels: Tensor, classes: int) -> Tensor:
        """The target for labels (N,) int64."""
        return _FORMS[self.entry.target].of_labels(labels, classes)

    def target_of_targets(self, targets: Tensor) -> Tensor:
        """The target for the data's own targets (N, C) float32."""
        return _FORMS[self.entry.target].of_targets(targets)


def _criterion(entry: Loss, options: Mapping[str, str]) -> nn.Module:
    made: nn.Module = resolve_name(entry.criterion)(**{**entry.options, **options})
    return made


# -- program text --------------------------------------------------------------------------------


def criterion_text(entry: Loss) -> str:
    """``criterion = nn.MSELoss()``; "" where there is no loss."""
    if not entry.exists:
        return ""
    options = ", ".join(f"{name}={value!r}" for name, value in entry.options.items())
    return f"criterion = {entry.criterion.removeprefix('torch.')}({options})"


def call_text(entry: Loss, y: str, classes: int | None) -> str:
    """``loss = criterion(out, y)``: ``classes`` is None where ``y`` is in the loss's own form."""
    target = y
    if classes is not None:
        target = _FORMS[entry.target].labels_text.format(y=y, classes=classes)
    return f"loss = criterion({_OUTPUTS[entry.output][1].format(out='out')}, {target})"


def targets_text(entry: Loss, y: str) -> str:
    """What makes the loss's target of the data's own targets ``y``."""
    return _FORMS[entry.target].targets_text.format(y=y)
