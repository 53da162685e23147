"""What an optimizer is in plain torch. Each optimizer's own test states it, as ``PLAIN``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, optim

from backprop_viz.analysis.optimizers import OPTIMIZERS
from tests.plain import stated

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlainOptimizer:
    """torch's class, what it is always given, and of each option another value than the usual."""

    kind: Any
    unusual: Options
    given: Options = field(default_factory=dict)

    def made(self, weights: Iterable[Tensor], lr: float, options: Options) -> optim.Optimizer:
        made: optim.Optimizer = self.kind(weights, lr=lr, **{**self.given, **options})
        return made


def plain_optimizer(name: str) -> PlainOptimizer | None:
    """The optimizer of that name; None for weights that are changed by hand."""
    found: PlainOptimizer | None = stated("analysis/optimizers", name, PlainOptimizer)
    return found


def unusual_options() -> dict[str, dict[str, Any]]:
    """Of each optimizer in the registry, by name, every option at another value than the usual."""
    found = {name: plain_optimizer(name) for name in OPTIMIZERS}
    return {name: dict(plain.unusual) if plain else {} for name, plain in found.items()}
