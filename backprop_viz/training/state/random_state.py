"""A random state of the trainer's own, swapped in for torch's global one while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class RandomState:
    """A random state that is torch's global one inside ``with``; the one before comes back after.

    Each ``with`` goes on where the last one stopped.
    """

    def __init__(self, seed: int) -> None:
        # None while it is torch's global state.
        self._apart: Tensor | None = torch.Generator().manual_seed(seed).get_state()

    def be_torchs_own(self) -> None:
        """Stay torch's global state from now on, which saves the time of swapping."""
        torch.default_generator.set_state(self.now)
        self._apart = None

    def be_apart(self) -> None:
        """Be torch's global state no longer, and go on from where it stands."""
        self._apart = self.now

    @property
    def now(self) -> Tensor:
        """The state as it is now; setting it goes back to an earlier one."""
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
