"""The losses: one file each, found by itself. To add one, add a file with a ``LOSS``."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from backprop_viz.analysis.losses.loss import Loss
from backprop_viz.recording.errors import ArgumentError
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

__all__ = ["LOSSES", "WITHOUT_LOSS", "Loss", "loss"]


def _found() -> Mapping[str, Loss]:
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    entries = [module.LOSS for module in modules if hasattr(module, "LOSS")]
    return {entry.name: entry for entry in sorted(entries, key=lambda e: (e.order, e.name))}


LOSSES = _found()
# The choice not to have one.
WITHOUT_LOSS = next(entry for entry in LOSSES.values() if not entry.exists)


def loss(name: str) -> Loss:
    """The loss of that name. Raises ArgumentError for a name that no loss has."""
    if name not in LOSSES:
        raise ArgumentError(
            QT_TRANSLATE_NOOP("errors", "loss must be one of {0}, not {1}."),
            ", ".join(LOSSES),
            repr(name),
        )
    return LOSSES[name]
