"""What a network makes of a drawing, prepared as one of its inputs."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from backprop_viz.digits.saliency import saliency
from backprop_viz.recording.requests.drawing_training import Saliency
from backprop_viz.training.state.random_state import inference


def probabilities_of(model: nn.Module, prepared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities (10,) float32 of a drawing (32, 32) that ``prepare`` has made an input."""
    seen = torch.from_numpy(prepared)
    with inference(model):
        logits = model(seen.view(1, 1, 32, 32))[0]
        probabilities: NDArray[np.float32] = torch.softmax(logits, 0).numpy()
    return probabilities


def saliency_of(
    model: nn.Module, prepared: NDArray[np.float32], digit: int | None = None
) -> Saliency:
    """Which pixels of a drawing (32, 32) speak for a digit (None: the likeliest)."""
    seen = torch.from_numpy(prepared)
    with inference(model):
        return saliency(model, seen.view(1, 1, 32, 32), digit)
