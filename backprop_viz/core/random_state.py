"""torch's global random state, kept apart from everybody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class RandomState:
    """A random state of its owner's: torch's own within ``with``, as it was found afterwards.

    What draws random numbers inside goes on from where it stopped the last time.
    """

    def __init__(self, seed: int) -> None:
        self.now = torch.Generator().manual_seed(seed).get_state()

    def __enter__(self) -> None:
        self._outside = torch.default_generator.get_state()
        torch.default_generator.set_state(self.now)

    def __exit__(self, *_: object) -> None:
        self.now = torch.default_generator.get_state()
        torch.default_generator.set_state(self._outside)


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
