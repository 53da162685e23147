"""Random numbers that a call drew inside: torch draws them again from the recorded state."""

from collections.abc import Sequence
from typing import Protocol

from backprop_viz.analysis.operations.recorded_call import NotRecorded
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Array


class Drawer(Protocol):
    """Draws what a call drew, where there is torch."""

    def masks(self, call: Call, shapes: Sequence[tuple[int, ...]], p: float) -> list[Array]:
        """The masks of a call's dropouts, one after the other, of which a share ``p`` is 0."""
        ...

    def gumbels(self, call: Call, like: Array) -> Array:
        """Gumbel noise of the shape and dtype of an array."""
        ...


# Empty where there is no torch.
drawers: list[Drawer] = []


def let_draw(drawer: Drawer) -> None:
    """Where there is torch: how numbers are drawn again."""
    drawers[:] = [drawer]


def dropout_masks(call: Call, shapes: Sequence[tuple[int, ...]], p: float) -> list[Array]:
    """The masks, 0 or 1 / (1 − p). Raises NotRecorded without torch, or without the state."""
    return _drawer(call).masks(call, shapes, p)


def gumbel_noise(call: Call, like: Array) -> Array:
    """−ln of exponential numbers, as ``gumbel_softmax`` adds them. Raises NotRecorded as above."""
    return _drawer(call).gumbels(call, like)


def _drawer(call: Call) -> Drawer:
    if not drawers or call.random is None:
        raise NotRecorded
    return drawers[0]
