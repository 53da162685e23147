"""The phases of an iteration as they ran: several forwards and backwards, clipping, two updates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from weakref import WeakKeyDictionary

import numpy as np

from backprop_viz.analysis.doubles import sum_of_squares
from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import PHASES, Phase, in_order
from backprop_viz.recording.trace.tensors import Array

MOVED_BY_HAND = "changed"  # weights, by no optimizer's rule
_DETACH = "detach"
_OF_A_BATCH = (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD)
_PASSES = (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD)
# The operations of events that tell of what a loop did to gradients between its phases.
CLIPS = ("clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_")


_known: "WeakKeyDictionary[Recording, tuple[PhaseRun, ...]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class PhaseRun:
    """A phase that ran once.

    ``name`` is the phase's, or "clip" or "unscale" for what was done to the gradients after it,
    or "changed" for what was done to the weights before all, as to add noise, or after a step, as
    to bound or to average them.
    What ran between two forwards and went into the second is no loss: it is named by its last
    operation, or "detach" if it detaches.
    ``number`` is its place among the runs. ``batch`` counts the micro-batches from 1;
    0 where it belongs to none. Where the optimizer calls a closure, it counts those calls instead:
    ``calls`` is how many there are, None while there may be more, 0 without a closure.
    ``apart``: several optimizers step in turn, as in a GAN, each after passes of its own.
    ``to_come``: it has not run; ``expected`` is how many events it will probably have, also where
    it is under way.
    """

    name: str
    span: PhaseSpan
    number: int
    batch: int = 0
    calls: int | None = 0
    apart: bool = False
    to_come: bool = False
    expected: int = 0

    @property
    def events(self) -> int:
        """How many events it has, or will probably have."""
        return max(self.span.stop - self.span.start, self.expected)

    @property
    def phase(self) -> Phase:
        """The phase whose events these are."""
        return self.span.phase

    def holds(self, position: int) -> bool:
        """Whether the cursor is in it or at its end."""
        return self.span.start < position <= self.span.stop


def phase_runs(recording: Recording) -> tuple[PhaseRun, ...]:
    """What ran, in order. A micro-batch is all from a forward to the backward after it."""
    known = _known.get(recording)
    if known is None:
        known = _known[recording] = _found(recording)
    return known


def _found(recording: Recording) -> tuple[PhaseRun, ...]:
    spans = recording.spans
    last = max((i for i, span in enumerate(spans) if span.phase is Phase.BACKWARD), default=0)
    moves = [i for i, span in enumerate(spans[:last]) if _moves(recording, span)]
    if not all(_moves_beside(recording, i) for i in moves):
        steps = any(s.phase is Phase.UPDATE and not _moves(recording, s) for s in spans[last:])
        return _of_closures(recording, over=steps)
    runs: list[PhaseRun] = []
    batch, inside = 0, False
    for name, span in chain.from_iterable(_parts(recording, i) for i in range(len(spans))):
        if span.phase is Phase.FORWARD and not inside:
            batch, inside = batch + 1, True
        mine = inside and (name in _OF_A_BATCH or span.phase is Phase.LOSS)
        runs.append(PhaseRun(name, span, len(runs), batch if mine else 0))
        if name == Phase.BACKWARD:
            inside = False
    updates = [run.number for run in runs if run.phase is Phase.UPDATE]
    apart = any(run.number > updates[0] for run in runs if run.batch) if updates else False
    return tuple(replace(run, apart=apart) for run in runs)


def _of_closures(recording: Recording, *, over: bool) -> tuple[PhaseRun, ...]:
    """The same where an optimizer calls a closure, and moves the weights between the calls."""
    runs: list[PhaseRun] = []
    call, done = 0, True
    for number, span in enumerate(recording.spans):
        if done and span.phase is not Phase.UPDATE:
            call, done = call + 1, False
        done = done or span.phase is Phase.BACKWARD
        steps = span.phase is Phase.UPDATE and not _moves(recording, span)
        runs.append(PhaseRun(_name(recording, span), span, number, 0 if steps else call))
    return tuple(replace(run, calls=call if over else None) for run in runs)


def between_closures(recording: Recording, event: int) -> bool:
    """Whether an event is a move of weights between two calls of an optimizer's closure."""
    runs = (run for run in phase_runs(recording) if run.span.start <= event < run.span.stop)
    return any(run.calls != 0 and _moves(recording, run.span) for run in runs)


def phases_in_order(recording: Recording, usual: Sequence[Phase] = PHASES) -> tuple[Phase, ...]:
    """The five phases as they ran first; those to come where they are in ``usual``."""
    return in_order([] if recording.preview else [span.phase for span in recording.spans], usual)


def is_repeated(runs: Sequence[PhaseRun]) -> bool:
    """Whether an iteration is more than the five phases, each once."""
    names = [run.name for run in runs]
    return len(set(names)) < len(names) or not set(names) <= set(Phase)


def _name(recording: Recording, span: PhaseSpan) -> str:
    ops = _ops(recording, span)
    if ops and ops <= set(CLIPS):
        return "clip"
    if ops == {"unscale_"}:
        return "unscale"
    if ops == {MOVED_BY_HAND} and span.phase is Phase.BACKWARD:
        return MOVED_BY_HAND  # gradients, by the loop's own lines
    return span.phase.value


def _parts(recording: Recording, number: int) -> list[tuple[str, PhaseSpan]]:
    """A span with its name; in two, where a part of the loss comes before what is detached.

    What ran between two forwards and later ones read is named by its last operation, or as the
    detaching that it does. Next to no time is that part's own.
    """
    span = recording.spans[number]
    if _moves_beside(recording, number):
        return [(MOVED_BY_HAND, span)]
    begins = _handed_on_from(recording, number)
    if begins == span.stop:
        return [(_name(recording, span), span)]
    ops = [event.op for event in recording.events[begins : span.stop]]
    name = _DETACH if _DETACH in ops else ops[-1]
    if begins == span.start:
        return [(name, span)]
    if name != _DETACH:
        return [(_name(recording, span), span)]
    after = replace(span, start=begins, seconds=0.0)
    return [(_name(recording, span), replace(span, stop=begins)), (name, after)]


def _moves_beside(recording: Recording, number: int) -> bool:
    """Whether a span is what the loop's own lines did to weights before all, or behind a step."""
    *_, before, span = [None, *recording.spans[: number + 1]]
    follows = before is not None and before.phase is span.phase is Phase.UPDATE
    beside = follows or span.phase is Phase.ZERO_GRAD
    return beside and _ops(recording, span) == {MOVED_BY_HAND}


def _handed_on_from(recording: Recording, number: int) -> int:
    """From which event on a span makes what later forwards of its batch read; its end if none.

    What a part of the loss was made of, to which backward comes by another way, is none of that.
    """
    span, *after = recording.spans[number:]
    if span.phase is not Phase.LOSS or not after or after[0].phase is not Phase.FORWARD:
        return span.stop
    of_batch = list(takewhile(lambda one: one.phase in (Phase.FORWARD, Phase.LOSS), after))
    forwards = [one for one in of_batch if one.phase is Phase.FORWARD]
    following = chain.from_iterable(recording.events[one.start : one.stop] for one in forwards)
    wanted = {tensor for event in following for tensor in event.input_ids}
    begins = span.stop
    for i in range(span.stop - 1, span.start - 1, -1):
        event = recording.events[i]
        if wanted.isdisjoint(event.output_ids):
            break
        wanted.update(event.input_ids)
        begins = i
    return begins


def _moves(recording: Recording, span: PhaseSpan) -> bool:
    """Whether weights have moved between two calls of a closure."""
    if span.phase is not Phase.UPDATE:
        return False
    ops = _ops(recording, span)
    if ops == {MOVED_BY_HAND}:
        return True
    rules = [optimizer_of(op) for op in ops - {MOVED_BY_HAND}]
    by_closure = bool(rules) and all(rule is not None and rule.by_closure for rule in rules)
    return by_closure and any(s.phase in _PASSES for s in recording.spans if s.start >= span.stop)


def _ops(recording: Recording, span: PhaseSpan) -> set[str]:
    return {e.op for e in recording.events[span.start : span.stop] if not e.is_beside_graph}


@dataclass(frozen=True, slots=True)
class Clipping:
    """What a clipping did to all gradients: their norms before and after, and the factor.

    ``factor`` is None where it was not the same for all, as when values are clipped; it is 1 where
    all were below the limit, and none was changed.
    """

    before: float
    after: float
    factor: float | None

    @property
    def is_idle(self) -> bool:
        """Whether it left every gradient as it was."""
        return self.factor == 1.0


_figures: "WeakKeyDictionary[Recording, dict[int, Clipping]]" = WeakKeyDictionary()


def clipping(recording: Recording, run: PhaseRun) -> Clipping:
    """The figures of a run that changed gradients; norms over all parameters, in float64.

    One that the clipping left as it was counts in both norms.
    """
    known = _figures.setdefault(recording, {})
    if run.number not in known:
        known[run.number] = _clipping(recording, run)
    return known[run.number]


def _clipping(recording: Recording, run: PhaseRun) -> Clipping:
    start, stop = (recording.at(position) for position in (run.span.start, run.span.stop))
    grads = [(start.grad(p.name), stop.grad(p.name)) for p in recording.parameters]
    known = [(a, b) for a, b in grads if a is not None and b is not None]
    before, after = (_norm([pair[side] for pair in known]) for side in (0, 1))
    return Clipping(before, after, common_factor(known))


def _norm(arrays: Sequence[Array]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        squares = [sum_of_squares(a) for a in arrays]
    return float(np.sqrt(sum(squares)))


def common_factor(pairs: Sequence[tuple[Array, Array]]) -> float | None:
    """The number that every gradient was multiplied by; None if there is no such number."""
    found: float | None = None
    for before, after in pairs:
        if not before.size or np.iscomplexobj(before):
            continue
        largest = int(np.abs(before).argmax())
        old, new = before.reshape(-1)[largest], after.reshape(-1)[largest]
        if not old:
            continue
        factor = float(np.float64(new) / np.float64(old))
        found = factor if found is None else found
        # The tolerance is the rounding of the gradients' own dtype.
        slack = 8 * float(np.finfo(before.dtype).eps) if before.dtype.kind == "f" else 0.0
        scaled = before.astype(np.float64) * found
        if not np.allclose(after, scaled, rtol=slack, atol=0, equal_nan=True):
            return None
    return found
