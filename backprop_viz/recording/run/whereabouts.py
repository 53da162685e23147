"""Where one of several ranks is, told again and again: also while it hangs or waits."""

from dataclasses import dataclass
from typing import Literal

from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a rank was at ``time``, and has been since ``since`` (both as time.time() gives them).

    ``iteration`` is the one under way. ``doing``: it is in a "backward", or in another
    "collective", where ranks wait for each other; ``line`` is the script's, ``collective`` the
    function's name. ``in_backward``: it is inside a backward, if only in a hook of the script's.
    ``phase`` and ``after``: what has run last, a layer, a parameter or an operation, where the
    iteration is recorded. DistributedDataParallel sends gradients in ``buckets`` (0: not known),
    one after the other: number ``bucket``, from 0, is the first in which a gradient is missing,
    and ``sends`` are its parameters; ``buckets``: none is missing. ``error`` is the exception that
    ended the script, "" for none.
    """

    time: float
    since: float
    iteration: int
    doing: Literal["backward", "collective", "other"] = "other"
    line: int | None = None
    collective: str = ""
    phase: Phase | None = None
    after: str = ""
    bucket: int = 0
    buckets: int = 0
    sends: tuple[str, ...] = ()
    error: str = ""
    in_backward: bool = False
