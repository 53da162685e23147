"""Where the cursor stops at a breakpoint, in what was recorded."""

import math
from collections.abc import Callable, Sequence

from backprop_viz.analysis.cursor.breakpoints import first_stop
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Cursor, Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.phases import Phase


def is_held_anew(before: ViewState | None, live: ViewState) -> bool:
    """Whether a script has come to be held before a line, for which nothing need be recorded."""
    held = live.before_line and not live.training
    return held and (before is None or before.training or before.line != live.line)


class CursorStops:
    """The breakpoints, and the one that the cursor stopped at last; ``on_stop`` is called then."""

    def __init__(self, on_stop: Callable[[], None]) -> None:
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._on_stop = on_stop
        # The file or cell that the lines are of, and those of others.
        self._source, self._of_sources = "", dict[str, tuple[Breakpoint, ...]]()
        self._hit: tuple[Cursor, Breakpoint] | None = None

    def moved_to(self, source: str) -> bool:
        """Have a file's or cell's own breakpoints of lines; whether it is another one."""
        if source == self._source:
            return False
        self._of_sources[self._source] = tuple(b for b in self.breakpoints if b.kind == "line")
        others = tuple(b for b in self.breakpoints if b.kind != "line")
        self.breakpoints = (*others, *self._of_sources.pop(source, ()))
        self._source = source
        return True

    def hit_at(self, cursor: Cursor) -> Breakpoint | None:
        """The breakpoint that the cursor stopped at, while it is there."""
        return self._hit[1] if self._hit is not None and self._hit[0] == cursor else None

    def stop_in_new(self, live: ViewState, start: int) -> int:
        """Where the cursor rests in what is new from ``start`` on: its end, or a breakpoint."""
        recording = live.cursor.recording
        self._hit = None
        if live.before_line and not live.training:
            return self._stop_before_line(live)
        if live.training or recording.preview:
            return live.cursor.position
        breakpoints = self.breakpoints
        if recording.loss is not None and not math.isfinite(recording.loss):
            breakpoints = (*breakpoints, Breakpoint("not_finite"))
        lines = live.program.lines
        found = first_stop(recording, breakpoints, lines, start, live.due) if breakpoints else None
        return live.cursor.position if found is None else self._stopped(recording, *found)

    def _stop_before_line(self, live: ViewState) -> int:
        """Rest where a script is held before a line, which nothing recorded may tell of."""
        for breakpoint_ in self.breakpoints:
            if breakpoint_.kind == "line" and breakpoint_.key == live.line:
                return self._stopped(live.cursor.recording, live.cursor.position, breakpoint_)
        return live.cursor.position

    def next_in_recorded(
        self, cursor: Cursor, due: Phase | None, lines: Sequence[Line]
    ) -> tuple[int, Breakpoint] | None:
        """The next breakpoint after the cursor, and its position; ``due`` comes after the end."""
        if not self.breakpoints:
            return None
        recording = cursor.recording
        return first_stop(recording, self.breakpoints, lines, cursor.position, due, ran=False)

    def stop_on_the_way(
        self, cursor: Cursor, to: int, due: Phase | None, lines: Sequence[Line]
    ) -> int:
        """Where the cursor rests on its way to a position."""
        found = self.next_in_recorded(cursor, due, lines)
        self._hit = None
        if found is None or found[0] > to:
            return to
        return self._stopped(cursor.recording, *found)

    def _stopped(self, recording: Recording, position: int, breakpoint_: Breakpoint) -> int:
        self._on_stop()
        self._hit = (recording.at(position), breakpoint_)
        return position
