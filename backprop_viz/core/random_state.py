"""torch's global random state, kept apart from everybody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class RandomState:
    """A random state of its owner's: torch's own within ``own``, as it was found afterwards."""

    def __init__(self, seed: int) -> None:
        self.now = torch.Generator().manual_seed(seed).get_state()

    @contextmanager
    def own(self) -> Iterator[None]:
        """What draws random numbers inside goes on from where it stopped the last time."""
        outside = torch.get_rng_state()
        torch.set_rng_state(self.now)
        try:
            yield
        finally:
            self.now = torch.get_rng_state()
            torch.set_rng_state(outside)


@contextmanager
def inference(model: nn.Module) -> Iterator[None]:
    """The network in evaluation mode, leaving no trace on training."""
    training = model.training
    outside = torch.get_rng_state()
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
        torch.set_rng_state(outside)
