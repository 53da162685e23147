"""Random numbers that a call drew inside: torch draws them again from the recorded state."""

from collections.abc import Callable, Sequence

from backprop_viz.analysis.operations.recorded_call import NotRecorded
from backprop_viz.recording.trace.calls import Call
from backprop_viz.recording.trace.events import Array

# The masks of a call's dropouts, one after the other: for their shapes, and the share dropped.
DrawMasks = Callable[[Call, Sequence[tuple[int, ...]], float], list[Array]]
# Empty where there is no torch.
drawers: list[DrawMasks] = []


def let_draw(drawer: DrawMasks) -> None:
    """Where there is torch: how masks are drawn again."""
    drawers[:] = [drawer]


def dropout_masks(call: Call, shapes: Sequence[tuple[int, ...]], p: float) -> list[Array]:
    """The masks, 0 or 1 / (1 − p). Raises NotRecorded without torch, or without the state."""
    if not drawers or call.random is None:
        raise NotRecorded
    return drawers[0](call, shapes, p)
