"""The phases that an iteration under way has still to run, by those of the iteration before."""

from collections.abc import Iterator
from dataclasses import replace

from backprop_viz.analysis.phase_runs import PhaseRun, phase_runs
from backprop_viz.recording.iteration import Recording


def expected_runs(recording: Recording, before: Recording) -> tuple[PhaseRun, ...]:
    """What ran, then what is to come if the loop goes on as in the whole iteration ``before``.

    Nothing is to come where the loop took another way, or where an optimizer calls a closure,
    which it does as often as it needs to.
    """
    ran, usual = phase_runs(recording), phase_runs(before)
    same_way = [run.name for run in ran] == [run.name for run in usual[: len(ran)]]
    if not same_way or any(run.calls != 0 for run in usual):
        return ran
    return tuple(_expected(ran, usual, len(recording.events)))


def _expected(
    ran: tuple[PhaseRun, ...], usual: tuple[PhaseRun, ...], end: int
) -> Iterator[PhaseRun]:
    for number, known in enumerate(usual):
        if number < len(ran):
            run = replace(ran[number], apart=known.apart)
            yield run if run.span.ended else replace(run, expected=known.events)
        else:
            span = replace(known.span, start=end, stop=end, seconds=0.0, ended=False)
            yield replace(known, span=span, number=number, to_come=True, expected=known.events)
