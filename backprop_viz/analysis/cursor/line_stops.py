"""Where the cursor stands when a line of the program is about to run."""

from collections.abc import Sequence

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.phases import Phase


def line_stops(
    recording: Recording, breakpoints: Sequence[Breakpoint], lines: Sequence[Line]
) -> list[tuple[int, Breakpoint]]:
    """The positions at which a line with a breakpoint is about to run, with the breakpoint.

    Only of what was recorded; ``due_stop`` tells of what comes after it.
    """
    found = [
        (position, breakpoint_)
        for line, breakpoint_ in _broken(breakpoints, lines)
        for position in _cursors(recording, line)
    ]
    by_number = {b.key: b for b in breakpoints if b.kind == "line"}
    inside = ((position, by_number.get(number)) for number, position in recording.trace)
    return [*found, *((position, b) for position, b in inside if b is not None)]


def due_stop(
    due: Phase, breakpoints: Sequence[Breakpoint], lines: Sequence[Line]
) -> Breakpoint | None:
    """The breakpoint at a line that begins the phase which is about to run."""
    begins = ((line, b) for line, b in _broken(breakpoints, lines) if line.runs != "end")
    return next((b for line, b in begins if line.runs_in is due), None)


def _broken(
    breakpoints: Sequence[Breakpoint], lines: Sequence[Line]
) -> list[tuple[Line, Breakpoint]]:
    """The loop's lines that have a breakpoint, in their order."""
    by_name = {b.key: b for b in breakpoints if b.kind == "line"}
    named = (line for line in lines if line.name and line.runs)
    return [(line, by_name[line.name]) for line in named if line.name in by_name]


def _cursors(recording: Recording, line: Line) -> Sequence[int]:
    spans = [s for s in recording.spans if s.phase is line.runs_in]
    if recording.iteration % line.every:
        return ()
    if line.runs == "each":
        return [position for s in spans for position in range(s.start, s.stop)]
    return [s.start if line.runs == "start" else s.stop for s in spans]
