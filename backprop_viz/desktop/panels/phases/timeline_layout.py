"""The geometry of events on the timeline. No Qt here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backprop_viz.analysis.cursor.breakpoints import layer_ends, nodes_broken
from backprop_viz.analysis.cursor.line_stops import line_stops
from backprop_viz.analysis.phase_runs import PhaseRun, phases_in_order
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.phases import PHASES, Phase

_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A phase on the bar: events ``start`` to ``start + count``, from ``left``, ``width`` wide."""

    phase: Phase
    start: int
    count: int
    left: float
    width: float
    recorded: bool
    name: str = ""

    @property
    def title(self) -> str:
        """What is written below it."""
        return self.name or self.phase.value


def expected_counts(recording: Recording, known: Mapping[Phase, int]) -> dict[Phase, int]:
    """How many events each phase has or, before it has run, probably will have."""
    parameters = max(len(recording.parameters), 1)
    guess = {
        Phase.ZERO_GRAD: parameters,
        Phase.FORWARD: parameters,
        Phase.LOSS: 1,
        Phase.BACKWARD: len(recording.graph.nodes) or 2 * parameters,
        Phase.UPDATE: parameters,
    }
    guess |= known
    for span in recording.spans:
        count = span.stop - span.start
        guess[span.phase] = count if span.ended else max(count, guess[span.phase])
    return guess


def lay_out(
    recording: Recording,
    counts: Mapping[Phase, int],
    left: float,
    width: float,
    usual: Sequence[Phase] = PHASES,
    runs: Sequence[PhaseRun] = (),
) -> tuple[Segment, ...]:
    """Five segments from ``left``, with widths by their counts, none too small to see.

    Where phases ran several times, one for each of these ``runs``. Those to come are as ``usual``.
    """
    if runs:
        return _lay_out_runs(runs, left, width)
    least = min(30.0, width / 8)
    spare = max(width - len(PHASES) * least - (len(PHASES) - 1) * _GAP, 0.0)
    total = sum(counts.values()) or 1
    segments = []
    for phase in phases_in_order(recording, usual):
        span = None if recording.preview else recording.span(phase)
        size = least + spare * counts[phase] / total
        start = span.start if span else len(recording.events)
        segments.append(Segment(phase, start, counts[phase], left, size, span is not None))
        left += size + _GAP
    return tuple(segments)


def _lay_out_runs(runs: Sequence[PhaseRun], left: float, width: float) -> tuple[Segment, ...]:
    least = min(10.0, width / (2 * len(runs)))
    spare = max(width - len(runs) * least - (len(runs) - 1) * _GAP, 0.0)
    total = sum(run.events for run in runs) or 1
    segments = []
    for run in runs:
        size = least + spare * run.events / total
        there = not run.to_come
        start = run.span.start
        segments.append(Segment(run.phase, start, run.events, left, size, there, run.name))
        left += size + _GAP
    return tuple(segments)


def x_of(segments: Sequence[Segment], position: int) -> float:
    """The x coordinate of the cursor after ``position`` events."""
    at = segments[0].left
    for segment in segments:
        if segment.recorded and segment.count and position > segment.start:
            part = min(position - segment.start, segment.count) / segment.count
            at = segment.left + segment.width * part
    return at


def cursor_at(segments: Sequence[Segment], x: float) -> int:
    """The position whose x coordinate is nearest to ``x``."""
    places = [(abs(segments[0].left - x), 0)]
    for segment in segments:
        if segment.recorded and segment.count:
            part = min(max((x - segment.left) / segment.width, 0.0), 1.0)
            position = segment.start + round(part * segment.count)
            places.append((abs(x_of(segments, position) - x), position))
    return min(places)[1]


def event_at(segments: Sequence[Segment], x: float) -> int | None:
    """The index of the event drawn at ``x``."""
    for segment in segments:
        if segment.recorded and 0 <= x - segment.left < segment.width and segment.count:
            return segment.start + int((x - segment.left) / segment.width * segment.count)
    return None


def stops_at(
    recording: Recording, breakpoints: Sequence[Breakpoint], lines: Sequence[Line] = ()
) -> tuple[int, ...]:
    """The events that have a breakpoint: by layer, node or parameter, or the first of a line.

    ``lines`` are those of the program.
    """
    nodes = nodes_broken(recording, breakpoints)
    names = {b.key for b in breakpoints if b.kind == "parameter"}
    layers = {b.key for b in breakpoints if b.kind == "layer"}
    before = {position for position, _ in line_stops(recording, breakpoints, lines)}
    if recording.preview or not (before or nodes or names or layers):
        return ()
    computed = layer_ends(recording)
    return tuple(
        i
        for i, event in enumerate(recording.events)
        if i in before
        or computed.get(i) in layers
        or (event.phase is Phase.BACKWARD and event.node in nodes)
        or (event.phase is Phase.BACKWARD and event.parameter in names)
    )
