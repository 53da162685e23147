"""Which lines of the program a frame marks, as plain data. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.records import Event, Frame, Line, Phase, Recording
from ..phases.phases import due_phase


@dataclass(frozen=True, slots=True)
class Marks:
    """``line`` is due or at the cursor; ``soft`` ones belong to it. Indices of program lines."""

    line: int | None = None
    due: bool = False
    soft: frozenset[int] = frozenset()


def marks(frame: Frame) -> Marks:
    """The line at the cursor; at the end of what was recorded, the line that is due."""
    lines, moment = frame.program.lines, frame.moment
    if frame.training:
        return Marks()  # it runs through all of them
    event = moment.event
    if moment.recording.preview or moment.at_end or event is None:
        due = due_phase(frame)
        return Marks(None if due is None else _first(lines, due), due=True)
    if event.phase is Phase.FORWARD:
        return _in_forward(lines, event)
    of_phase = [i for i, line in enumerate(lines) if line.phase is event.phase]
    soft = set(of_phase)
    if event.phase is Phase.BACKWARD:
        soft |= _made_by(lines, moment.recording, event)
    line = of_phase[-1] if of_phase else None
    return Marks(line, soft=frozenset(soft - {line}))


def broken_rows(frame: Frame) -> frozenset[int]:
    """The program's lines that have a breakpoint."""
    numbers = {b.key for b in frame.breakpoints if b.kind == "line" and b.key is not None}
    lines = enumerate(frame.program.lines)
    return frozenset(i for i, line in lines if line.source_line in numbers)


def _in_forward(lines: Sequence[Line], event: Event) -> Marks:
    call = _first(lines, Phase.FORWARD)
    inside = _source(lines, event.line)
    if inside is None:
        return Marks(call)
    return Marks(inside, soft=frozenset() if call is None else frozenset({call}))


def _made_by(lines: Sequence[Line], recording: Recording, event: Event) -> set[int]:
    """The line of the forward whose operation made the node that backward has just run."""
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
