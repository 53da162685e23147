"""On which device a loop trains."""

from torch import nn


def device_of(*models: nn.Module) -> str:
    """The device of the models' first parameter, as torch writes it; "cpu" if there is none."""
    return next((str(p.device) for model in models for p in model.parameters()), "cpu")
