"""torch's global random state, kept apart from everybody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class RandomState:
    """A random state of its owner's: torch's own within ``with``, as it was found afterwards.

    What draws random numbers inside goes on from where it stopped the last time.
    """

    def __init__(self, seed: int) -> None:
        # None while it is torch's own.
        self._apart: Tensor | None = torch.Generator().manual_seed(seed).get_state()

    def be_torchs_own(self) -> None:
        """Be torch's state from now on, where nobody else draws: no time goes into changing it."""
        torch.default_generator.set_state(self.now)
        self._apart = None

    @property
    def now(self) -> Tensor:
        """The state, to begin from again."""
        return torch.default_generator.get_state() if self._apart is None else self._apart

    @now.setter
    def now(self, state: Tensor) -> None:
        if self._apart is None:
            torch.default_generator.set_state(state)
        else:
            self._apart = state

    def __enter__(self) -> None:
        if self._apart is not None:
            self._outside = torch.default_generator.get_state()
            torch.default_generator.set_state(self._apart)

    def __exit__(self, *_: object) -> None:
        if self._apart is not None:
            self._apart = torch.default_generator.get_state()
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
