"""What the window adds to a session file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.history import Curves

# The curves of runs before this one, by name.
EarlierRuns = tuple[tuple[str, Curves], ...]


class StoredMark(TypedDict, total=False):
    """A stroke of a drawing, ``points`` (n, 3) and ``erases``; or a picture, ``greys``."""

    points: NDArray[np.float64]
    erases: bool
    greys: bytes


class StoredWindow(TypedDict, total=False):
    """How the window stands: what ``WINDOW`` of the session files' schema declares."""

    strokes: list[StoredMark]
    label: int | None
    is_batch: bool
    breakpoints: tuple[Breakpoint, ...]
    layout: Mapping[str, Sequence[int]]
    pen: int
    sample: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowPart:
    """The window's part of a session: how it stands, and the curves of earlier runs."""

    window: StoredWindow = field(default_factory=StoredWindow)
    earlier: EarlierRuns = ()
