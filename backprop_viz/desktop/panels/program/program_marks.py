"""Which lines of the program are marked at a cursor, as plain data without Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_viz.desktop.panels.phases.phases import due_phase
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.events import Event
from backprop_viz.recording.trace.phases import Phase


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked rows: ``line`` is next or at the cursor, ``soft`` ones belong to it."""

    line: int | None = None
    due: bool = False
    soft: frozenset[int] = frozenset()
    phase: Phase | None = None  # that the line is in, where the line itself does not tell


def marks(view_state: ViewState) -> Marks:
    """The line of the last event or, at its breakpoint and at the end, the next line."""
    lines, cursor = view_state.program.lines, view_state.cursor
    if view_state.training:
        return Marks()  # training runs through all lines
    if view_state.hit is not None and view_state.hit.kind == "line":
        row = row_of(lines, view_state.hit)
        if row is not None:
            return Marks(row, due=True)
    event = cursor.event
    if view_state.origin is not None:
        return _in_script(view_state)
    if cursor.recording.preview or cursor.at_end or event is None:
        due = due_phase(view_state)
        return Marks(None if due is None else _first(lines, due), due=True)
    if event.phase is Phase.FORWARD:
        return _in_forward(lines, event)
    line = next((i for i, line in enumerate(lines) if line.name == event.phase.value), None)
    soft = {i for i, found in enumerate(lines) if found.phase is event.phase and _around(found)}
    if event.phase is Phase.BACKWARD:
        soft |= _made_by(lines, cursor.recording, event)
    return Marks(line, soft=frozenset(soft - {line}))


def _in_script(view_state: ViewState) -> Marks:
    """The line that a script stands at; in what has run, the one that an event is from.

    At the start of what has run it is that of the first event, which is next. Of an event from
    another file it is the line that led there. Of a node of backward the line that made it is
    marked too. What a step by hand computes is told when the script is past it.
    """
    lines, cursor = view_state.program.lines, view_state.cursor
    kept = view_state.kept_iterations
    newest = not kept.iterations or kept.shown >= kept.iterations[-1]
    event, events = cursor.event, cursor.recording.events
    told_late = event is not None and event.is_beside_graph
    if cursor.at_end and newest and view_state.line is not None and not told_late:
        ended = event.phase if event is not None else None
        return Marks(_source(lines, view_state.line), due=True, phase=ended)
    if event is None and not events:
        return Marks(_source(lines, view_state.line) if newest else None, due=True)
    if event is None:
        return Marks(_row_of_event(view_state, 0), due=True, phase=events[0].phase)
    row = _row_of_event(view_state, cursor.position - 1)
    made = (
        _source(lines, _line_of(view_state, other))
        for other in events
        if other.node == event.node is not None and other.phase in (Phase.FORWARD, Phase.LOSS)
    )
    soft = frozenset(at for at in made if at is not None and at != row)
    return Marks(row, soft=soft, phase=event.phase)


def _row_of_event(view_state: ViewState, number: int) -> int | None:
    """The row of the script's line that an event is from, or that led to the file it is from."""
    recording = view_state.cursor.recording
    began = [line for line, at in recording.trace if at <= number]
    line = _line_of(view_state, recording.events[number]) or (began[-1] if began else None)
    return _source(view_state.program.lines, line)


def _line_of(view_state: ViewState, event: Event) -> int | None:
    """The line of the script that an event is from; None if it is from another file."""
    path = "" if view_state.origin is None else view_state.origin.path
    path = view_state.program.path or path
    return event.place[1] if event.place is not None and event.place[0] == path else None


def row_of(lines: Sequence[Line], breakpoint_: Breakpoint) -> int | None:
    """The row of a breakpoint's line; None if this program has no such line."""
    wanted = breakpoint_.key
    found = (i for i, line in enumerate(lines) if wanted is not None and line.key == wanted)
    return next(found, None)


def broken_rows(view_state: ViewState) -> frozenset[int]:
    """The rows that have a breakpoint."""
    lines = view_state.program.lines
    rows = (row_of(lines, b) for b in view_state.breakpoints if b.kind == "line")
    return frozenset(row for row in rows if row is not None)


def _around(line: Line) -> bool:
    """Whether a line belongs to a phase's events; the schedule's line comes after the update."""
    return line.runs != "end"


def _in_forward(lines: Sequence[Line], event: Event) -> Marks:
    call = _first(lines, Phase.FORWARD)
    inside = _source(lines, event.line)
    if inside is None:
        return Marks(call)
    return Marks(inside, soft=frozenset() if call is None else frozenset({call}))


def _made_by(lines: Sequence[Line], recording: Recording, event: Event) -> set[int]:
    """The forward line whose operation made the node that backward has just run."""
    for made in recording.events:
        if made.phase is Phase.FORWARD and made.node == event.node and event.node is not None:
            line = _source(lines, made.line)
            return set() if line is None else {line}
    return set()


def _first(lines: Sequence[Line], phase: Phase) -> int | None:
    return next((i for i, line in enumerate(lines) if line.phase is phase), None)


def _source(lines: Sequence[Line], number: int | None) -> int | None:
    if number is None:
        return None
    return next((i for i, line in enumerate(lines) if line.source_line == number), None)
