"""Where in a recording a breakpoint holds."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backprop_viz.analysis.cursor.line_stops import due_stop, line_stops
from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Line
from backprop_viz.recording.trace.events import Array, Event
from backprop_viz.recording.trace.graph import Graph
from backprop_viz.recording.trace.phases import Phase

PLACES = frozenset(("line", "layer", "node", "parameter"))
GRADIENT_CONDITIONS = frozenset(
    ("norm_above", "norm_below", "not_finite", "grad_zero", "grad_none")
)


def first_hit(
    recording: Recording, breakpoints: Sequence[Breakpoint], start: int = 0
) -> tuple[int, Breakpoint] | None:
    """The first event from ``start`` on after which a breakpoint holds, and that breakpoint.

    Lines are not among them: ``first_stop`` knows of all.
    """
    computed = layer_ends(recording)
    nodes = nodes_broken(recording, breakpoints)
    for i in range(start, len(recording.events)):
        event = recording.events[i]
        for breakpoint_ in breakpoints:
            layer = breakpoint_.kind == "layer" and computed.get(i) == breakpoint_.key
            node = event.phase is Phase.BACKWARD and nodes.get(event.node) == breakpoint_
            if (
                layer
                or node
                or holds(breakpoint_, recording.events, i, recording.loss)
                or _left_none(breakpoint_, recording, i)
                or _told_above(breakpoint_, recording, i)
            ):
                return i, breakpoint_
    return None


def first_stop(
    recording: Recording,
    breakpoints: Sequence[Breakpoint],
    lines: Sequence[Line],
    start: int,
    due: Phase | None,
    *,
    ran: bool = True,
) -> tuple[int, Breakpoint] | None:
    """The first position after ``start`` to stop at, and the breakpoint there.

    It is before a line of the program ``lines``, but after anything else that holds. ``due`` is the
    phase that begins where the recording ends, None if nobody knows. With ``ran`` the events from
    ``start`` on have just been run: the network's lines that begin there were not looked at yet.
    """
    found = first_hit(recording, breakpoints, start)
    stops = [] if found is None else [(found[0] + 1, found[1])]
    fresh = ran and any(s.phase is Phase.FORWARD and s.start == start for s in recording.spans)
    for position, breakpoint_ in line_stops(recording, breakpoints, lines):
        inside = isinstance(breakpoint_.key, int)
        if position > start or (fresh and inside and position == start):
            stops.append((position, breakpoint_))
    waits = None if due is None else due_stop(due, breakpoints, lines)
    if waits is not None:
        stops.append((len(recording.events), waits))
    return min(stops, key=lambda stop: stop[0], default=None)


def nodes_broken(
    recording: Recording, breakpoints: Sequence[Breakpoint]
) -> dict[int | None, Breakpoint]:
    """The breakpoints at nodes of this iteration's graph, by the node's id in it."""
    places = ((b, recording.graph.find(b.key)) for b in breakpoints if b.kind == "node")
    return {node.id: b for b, node in places if node is not None}


def by_key(breakpoints: Sequence[Breakpoint], graph: Graph) -> tuple[Breakpoint, ...]:
    """Breakpoints at nodes by key, where they were by number, as in sessions of older versions.

    The number is that in the graph of the loss; one that it has not never stopped anything.
    """
    kept: list[Breakpoint] = []
    for breakpoint_ in breakpoints:
        if breakpoint_.kind != "node" or not isinstance(breakpoint_.key, int):
            kept.append(breakpoint_)
        elif (node := graph.find(breakpoint_.key)) is not None:
            kept.append(replace(breakpoint_, key=node.key))
    return tuple(kept)


def layer_ends(recording: Recording) -> dict[int, str]:
    """The name of each layer, by the index of its last operation."""
    layers = (layer for ran in recording.passes for layer in ran.layers.layers)
    return {layer.operations[-1]: layer.name for layer in layers if layer.operations}


def holds(breakpoint_: Breakpoint, events: Sequence[Event], index: int, loss: float | None) -> bool:
    """Whether the event of this index is what a breakpoint waits for."""
    event = events[index]
    kind, key, value = breakpoint_.kind, breakpoint_.key, breakpoint_.value
    if kind == "not_finite":
        return _arises(events, index)
    if kind == "loss_above":
        made = event.outputs[-1] if event.phase is Phase.LOSS and event.outputs else None
        if made is None or made.size != 1 or loss is None or value is None:
            return False  # a step on the way to the loss
        return loss > value and float(made.flat[0]) == loss
    accumulated = event.phase is Phase.BACKWARD and event.parameter is not None
    if not accumulated or key not in (None, event.parameter):
        return False
    grad = event.outputs[0]
    if kind == "parameter":
        return True
    if grad is None or kind == "grad_none":
        return False
    return norm_holds(breakpoint_, math.sqrt(sum_of_squares(grad)))


def norm_holds(breakpoint_: Breakpoint, norm: float | None) -> bool:
    """Whether a condition on a gradient holds for this norm; None stands for no gradient."""
    kind, value = breakpoint_.kind, breakpoint_.value
    if norm is None:
        return kind == "grad_none"
    if kind in ("norm_above", "norm_below") and value is not None:
        # NaN is above any limit: it is what such a condition is set to catch.
        return not norm <= value if kind == "norm_above" else norm < value
    return (kind == "grad_zero" and norm == 0) or (kind == "not_finite" and not math.isfinite(norm))


def _left_none(breakpoint_: Breakpoint, recording: Recording, i: int) -> bool:
    """Whether event ``i`` ends backward and a ``.grad`` that the breakpoint is about is None."""
    ends = (s.stop - 1 for s in recording.spans if s.ended and s.phase is Phase.BACKWARD)
    if breakpoint_.kind != "grad_none" or i not in ends:
        return False
    cursor = recording.at(i + 1)
    return any(
        cursor.grad(p.name) is None
        for p in recording.parameters
        if breakpoint_.key in (None, p.name)
    )


def _told_above(breakpoint_: Breakpoint, recording: Recording, i: int) -> bool:
    """Whether event ``i`` ends the backward of a loss above, which forward itself has computed.

    That it is the loss is known by then.
    """
    loss, value = recording.loss, breakpoint_.value
    if breakpoint_.kind != "loss_above" or loss is None or value is None or not loss > value:
        return False
    end, ran = None, set[Phase]()
    for span in recording.spans:
        if span.phase is Phase.BACKWARD and ran:
            end, ran = (span.stop - 1 if span.ended and Phase.LOSS not in ran else None), set()
        elif span.phase in (Phase.FORWARD, Phase.LOSS):
            ran.add(span.phase)
    return i == end


def _arises(events: Sequence[Event], index: int) -> bool:
    """Whether NaN or Inf is new with an event: it makes one, or is the first to read one.

    What is computed from it further on is not: a run would be held at each operation.
    """
    event = events[index]
    made = _strange(event.outputs)
    if not made:
        return False
    read = _strange(event.inputs)
    if event.phase not in (Phase.FORWARD, Phase.LOSS):
        # A node also reads what forward has made, which is not among its inputs.
        return bool(made - read - _strange([a for one in events[:index] for a in one.outputs]))
    if "NaN" in made - read or not read:
        return True
    given = {t for t, a in zip(event.input_ids, event.inputs, strict=True) if _strange((a,))}
    before = (t for one in events[:index] for t in (*one.input_ids, *one.output_ids))
    return given.isdisjoint(before)


def _strange(arrays: Sequence[Array | None]) -> set[str]:
    """Which of NaN and Inf there are in the arrays of floats."""
    floats = [a for a in arrays if a is not None and a.dtype.kind in "fc"]
    broken = [a for a in floats if not np.isfinite(a).all()]
    kinds = {"NaN": np.isnan, "Inf": np.isinf}
    return {name for name, test in kinds.items() if any(bool(test(a).any()) for a in broken)}
