"""The phases that an iteration under way has still to run, by those of the iteration before."""

from collections.abc import Iterator
from dataclasses import replace

from backprop_viz.analysis.phase_runs import PhaseRun, phase_runs
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase


def expected_runs(recording: Recording, before: Recording) -> tuple[PhaseRun, ...]:
    """What ran, then what is to come if the loop goes on as in the whole iteration ``before``.

    Nothing is to come where the loop took another way, or where an optimizer calls a closure,
    which it does as often as it needs to.
    """
    ran, usual = phase_runs(recording), phase_runs(before)
    known = _same_way(ran, usual)
    if known is None or any(run.calls != 0 for run in usual):
        return ran
    return tuple(_expected(recording, known, usual))


def _same_way(ran: tuple[PhaseRun, ...], usual: tuple[PhaseRun, ...]) -> list[int | None] | None:
    """The place of each run among the usual ones; None where the loop took another way.

    A zero_grad at the end of a loop comes first in all iterations but the first one. What is
    computed beside the loss, as an accuracy, is left out of an iteration that is over.
    """
    places: list[int | None] = []
    place = 0
    for run in ran:
        rest = usual[place:]
        if run.phase is Phase.ZERO_GRAD and not (rest and rest[0].phase is Phase.ZERO_GRAD):
            places.append(None)
            continue
        if run.phase is not Phase.ZERO_GRAD and rest and rest[0].phase is Phase.ZERO_GRAD:
            place += 1
        is_second = place > 0 and usual[place - 1].phase is Phase.LOSS
        if is_second and run.phase is not Phase.LOSS and _is_loss(usual[place:]):
            place += 1  # what was detached beside the loss: it is told once a forward has read it
        if run.phase is Phase.LOSS and usual[place:] and usual[place].phase is not Phase.LOSS:
            places.append(None)
            continue
        if place == len(usual) or usual[place].phase is not run.phase:
            return None
        places.append(place)
        place += 1
    return places


def _is_loss(runs: tuple[PhaseRun, ...]) -> bool:
    return bool(runs) and runs[0].phase is Phase.LOSS


def _expected(
    recording: Recording, known: list[int | None], usual: tuple[PhaseRun, ...]
) -> Iterator[PhaseRun]:
    last, end, ran = -1, len(recording.events), phase_runs(recording)
    for run, place in zip(ran, known, strict=True):
        if place is None:
            beside = run.phase is Phase.LOSS and run.events
            yield replace(run, name=recording.events[run.span.stop - 1].op) if beside else run
            continue
        last, like = place, usual[place]
        # What is no loss in the end is known for that once backward has run.
        named = replace(run, name=like.name, apart=like.apart)
        yield named if run.span.ended else replace(named, expected=like.events)
    for number, like in enumerate(usual[last + 1 :], len(ran)):
        span = replace(like.span, start=end, stop=end, seconds=0.0, ended=False)
        yield replace(like, span=span, number=number, to_come=True, expected=like.events)
