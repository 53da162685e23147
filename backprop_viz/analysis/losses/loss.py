"""What the program knows of a loss. Plain data, for torch and the window alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from backprop_viz.analysis.formula import Formula
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


class Target(StrEnum):
    """What a loss compares the output (N, C) with."""

    LABELS = "labels"  # (N,) int64
    ONE_HOT = "one_hot"  # (N, C) float32: 1 for the label, else 0
    DISTRIBUTION = "distribution"  # (N, C) float32: probabilities that favour the label
    NONE = "none"  # there is no loss: backward starts from the output


class LossOutput(StrEnum):
    """What becomes of the network's output (N, C) before the loss takes it."""

    AS_IT_IS = "as_it_is"
    LOG_SOFTMAX = "log_softmax"


_MEANING = QT_TRANSLATE_NOOP("losses", "measures how far the output is from the target.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss. ``criterion`` is its class in torch by its dotted name, "" where there is none.

    ``options`` are those that the class is given. ``formula`` is the loss L of the output x and
    the target t; ``nodes`` are the formulas of the grad_fn nodes that this loss alone makes, by
    the node's name without "Backward0". ``title``, ``tooltip`` and ``meaning`` (what the loss
    phase does, after its name) are in English, marked for translation in the context "losses".
    ``order`` is its place in menus.
    """

    name: str
    title: str
    tooltip: str
    meaning: str = _MEANING
    criterion: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    target: Target
    output: LossOutput = LossOutput.AS_IT_IS
    formula: str = ""
    nodes: Mapping[str, Formula] = field(default_factory=dict)
    order: int = 100

    @property
    def exists(self) -> bool:
        """Whether there is a loss to compute, or backward starts from the output."""
        return self.target is not Target.NONE
