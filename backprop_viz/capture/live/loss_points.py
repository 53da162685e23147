"""The losses of a run, of which a device may still have some to send."""

import math
from array import array
from collections.abc import Sequence
from typing import Final, SupportsFloat

from torch import Tensor

from backprop_viz.capture.tensors.for_numpy import for_numpy
from backprop_viz.capture.tensors.from_device import coming_copy, wait_for_copies
from backprop_viz.recording.run.history import Curves

# That of an iteration of which nobody knows a loss.
NO_LOSS: Final = float("nan")


class ComingLoss:
    """A loss of one element, on its way from a device: its iteration is not to wait for it.

    Raises RuntimeError where it cannot be copied.
    """

    def __init__(self, loss: Tensor) -> None:
        self._number = coming_copy(for_numpy(loss))

    def __float__(self) -> float:
        """The number, which is waited for."""
        wait_for_copies()
        return float(self._number.item())


def sum_of(losses: Sequence[SupportsFloat]) -> SupportsFloat:
    """The sum of losses in float64; a device may still have some to send."""
    if all(isinstance(loss, float) for loss in losses):
        return sum(losses)  # type: ignore[arg-type]
    return _ComingSum(losses)


class _ComingSum:
    """The sum of losses that are on their way."""

    def __init__(self, losses: Sequence[SupportsFloat]) -> None:
        self._losses = losses

    def __float__(self) -> float:
        """Their sum in float64, which is waited for."""
        return sum(map(float, self._losses))


class LossPoints:
    """All losses, and the points of those of which the window has not been told."""

    def __init__(self) -> None:
        self._all = array("d")  # for a window that attaches later
        self._coming: list[SupportsFloat] = []
        self._untold = 0
        self._opened: Curves | None = None
        self._broken_at: int | None = None  # which of all was the first that is no finite number

    def add(self, loss: SupportsFloat, told: bool) -> None:
        """The loss of one more iteration. ``told``: of which the window is to be told."""
        self._coming.append(loss)
        if told:
            self._untold += 1
        if self._broken_at is None and isinstance(loss, float) and not math.isfinite(loss):
            self._come()

    @property
    def first_broken(self) -> tuple[float, int] | None:
        """The first loss that is NaN or infinite, as far as it is known by now.

        And how many have come after it.
        """
        if self._broken_at is None:
            return None
        after = len(self._all) + len(self._coming) - 1 - self._broken_at
        return self._all[self._broken_at], after

    def attach(self) -> None:
        """Another window is to be told of all."""
        self._come()
        self._untold, self._opened = 0, Curves.of_losses(self._all)

    @property
    def are_untold(self) -> bool:
        """Whether there is a point of which the window has not been told."""
        return self._untold > 0

    def take(self) -> tuple[list[tuple[float, float]], Curves | None]:
        """What the window has not been told: points, and all curves if it has attached."""
        self._come()
        losses = self._all[len(self._all) - self._untold :]
        opened, self._opened, self._untold = self._opened, None, 0
        return [(loss, float("nan")) for loss in losses], opened

    def _come(self) -> None:
        coming, start = self._coming, len(self._all)
        self._all.extend(map(float, coming))
        if self._broken_at is None:
            new = enumerate(zip(coming, self._all[start:], strict=True), start)
            broken = (i for i, (one, loss) in new if one is not NO_LOSS and not math.isfinite(loss))
            self._broken_at = next(broken, None)
        coming.clear()
