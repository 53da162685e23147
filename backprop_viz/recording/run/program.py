"""The Python that is run, as lines to mark."""

from dataclasses import dataclass
from typing import Literal

from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the program; ``phase`` for those of the loop, ``source_line`` for the forward's.

    ``name`` is what a line of the loop is known by, however it reads: the one in which a phase's
    events happen has the phase's. ``runs``: at the "start" of its phase, before "each" of its
    events, at its "end", or "traced" as the recording's ``trace`` tells; "" for a line that never
    runs. One of ``every`` other than 1 only runs in iterations that this divides.
    """

    text: str
    phase: Phase | None = None
    source_line: int | None = None
    name: str = ""
    runs: Literal["", "start", "each", "end", "traced"] = ""
    every: int = 1

    @property
    def key(self) -> str | int | None:
        """What a breakpoint knows it by."""
        return self.name or self.source_line

    @property
    def runs_in(self) -> Phase:
        """The phase that it runs in: what is before the first belongs to that."""
        return self.phase or (Phase.ZERO_GRAD if self.name else Phase.FORWARD)


@dataclass(frozen=True, slots=True)
class Program:
    """The Python that is run, as lines to mark.

    ``network`` is the source of the network's class, ``printed`` what ``print(net)`` prints.
    ``path`` is the notebook's cell or the other file that the lines are of, "" for the file of the
    run's origin; the loop runs there since the iteration ``since``.
    """

    lines: tuple[Line, ...]
    network: str = ""
    printed: str = ""
    path: str = ""
    since: int = 0
