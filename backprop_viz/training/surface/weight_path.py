"""The weights that a run has gone through, thinned out as it grows."""

import time
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import nn

_Weights = NDArray[np.float32]
# So many are kept of the whole run, fewer where they would take more memory than this.
MOST_ON_PATH = 48
_MOST_BYTES = 24_000_000
# Of the last iterations each one is kept, so that the last steps can be seen. Where more than fifty
# a second go by, some are: to copy the weights of each would slow training down by a tenth.
_NEWEST = 8
_APART_S = 0.02


class WeightPath:
    """Flat weights by the number of iterations done: every one, then every second, fourth, ..."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._copied_at = -_APART_S
        self._kept: dict[int, _Weights] = {}
        self._newest: deque[tuple[int, _Weights]] = deque(maxlen=_NEWEST)
        self._stride = 1

    def begin(self, iteration: int, model: nn.Module) -> None:
        """Another run begins, or is followed from here on."""
        self._kept.clear()
        self._newest.clear()
        self._stride = 1
        self._kept[iteration] = _flat(model)

    def rewind(self, iteration: int, model: nn.Module) -> None:
        """The run goes on from the end of an iteration: later weights are dropped."""
        self._kept = {i: weights for i, weights in self._kept.items() if i < iteration}
        self._newest = deque((p for p in self._newest if p[0] < iteration), maxlen=_NEWEST)
        self._newest.append((iteration, _flat(model)))

    def add(self, iteration: int, model: nn.Module) -> None:
        """An iteration is finished."""
        now, on_path = self._clock(), iteration % self._stride == 0
        if not on_path and now - self._copied_at < _APART_S:
            return
        self._copied_at = now
        weights = _flat(model)
        self._newest.append((iteration, weights))
        if on_path:
            self._kept[iteration] = weights
        if len(self._kept) > max(3, min(MOST_ON_PATH, _MOST_BYTES // max(1, weights.nbytes))):
            self._stride *= 2
            first = min(self._kept)
            self._kept = {
                i: kept for i, kept in self._kept.items() if i % self._stride == 0 or i == first
            }

    def points(self, iteration: int, now: _Weights) -> tuple[NDArray[np.int64], _Weights]:
        """The iterations (k,) in their order, and the weights (k, n) after them; the last are
        those now.
        """
        found = {**self._kept, **dict(self._newest), iteration: now}
        iterations = sorted(i for i in found if i <= iteration)
        return np.array(iterations, np.int64), np.stack([found[i] for i in iterations])


def _flat(model: nn.Module) -> _Weights:
    found = [p.detach().numpy().ravel() for p in model.parameters()]
    return np.concatenate(found).astype(np.float32, copy=False)
