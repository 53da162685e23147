"""Updates that are far too large or too small for the weights."""

from collections.abc import Iterator

import numpy as np

from backprop_viz.analysis.doubles import in_doubles
from backprop_viz.analysis.findings.reductions import loss_sum
from backprop_viz.analysis.findings.zero_starts import leaves_zero
from backprop_viz.analysis.optimizers import optimizer_of
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase

# |update| / |weight|, the median over the weight matrices; about 1e-3 is usual, so these are a
# thousand times less and more. The healthy recipes of the tests lie within 5e-6 and 0.4.
# Source: https://cs231n.github.io/neural-networks-3/#ratio
_LEAST, _MOST = 1e-6, 1.0
# Of weights that the loop moves by its own lines: what begins with those draws it by hand, too, and
# often as almost nothing, such as N(0, 0.01²): its first steps are ten times as large.
_MOST_BY_HAND = 100.0
# A schedule that has made a rate this many times smaller means its steps to be almost nothing.
_PLANNED = 1e3


def find(recording: Recording) -> Iterator[Finding]:
    """``steps_too_large``, ``steps_too_small``; ``steps_lost``, where they round to nothing.

    ``loss_summed``: they are too large, and the loss is the sum of many numbers.
    """
    ratios: dict[str, float] = {}
    steps: dict[str, int] = {}
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.UPDATE or event.parameter is None:
            continue
        (before, grad), after = event.inputs, event.outputs[0]
        if before is None or after is None or before.ndim < 2:
            continue
        if grad is not None and not grad.any() and np.array_equal(before, after):
            continue  # behind a dead layer: that says nothing of the learning rate
        with np.errstate(over="ignore"):
            moved = np.subtract(after, before)
            # Of a table such as an embedding's only those rows that the batch has moved.
            rows = moved.any(axis=tuple(range(1, moved.ndim)))
            size, step = _norm(before[rows] if rows.any() else before), _norm(moved)
        if size > 0 and np.isfinite(step):
            ratios[event.parameter] = ratios.get(event.parameter, 0.0) + step / size
            steps[event.parameter] = i
    if not ratios:
        return
    middle = float(np.median(list(ratios.values())))
    rules = {group.rule for group in recording.groups}
    by_hand = rules.isdisjoint(recording.events[i].op for i in steps.values())
    if middle > (_MOST_BY_HAND if by_hand else _MOST):
        rule = optimizer_of(recording.events[next(iter(steps.values()))].op)
        if rule is not None and rule.by_closure:
            return  # several moves, each along a direction of its own, whose length is searched for
        largest = max(ratios, key=lambda name: ratios[name])
        found = loss_sum(recording)
        if found is not None:
            made, count = found
            values = (recording.events[made].op, count, middle)
            yield Finding("loss_summed", "warning", values, largest, made)
        else:
            yield Finding("steps_too_large", "warning", (middle,), largest, steps[largest])
    elif any(_has_own_rate(recording.events[i].op, rules) for i in steps.values()):
        return
    elif middle == 0:
        yield from _steps_lost(recording)
    elif recording.options.get("lr") != 0 and (  # as a warm-up may begin
        np.median([ratio * _planned(recording, name) for name, ratio in ratios.items()]) < _LEAST
        and not leaves_zero(recording)
    ):
        smallest = min(ratios, key=lambda name: ratios[name])
        # A run that has converged looks the same in one iteration.
        yield Finding("steps_too_small", "hint", (middle,), smallest, steps[smallest])


def _has_own_rate(op: str, rules: set[str]) -> bool:
    """Whether nobody knows what an optimizer makes of its learning rate.

    D-Adaptation and Prodigy look for the rate themselves, and begin with almost nothing.
    """
    return op in rules and optimizer_of(op) is None


def _steps_lost(recording: Recording) -> Iterator[Finding]:
    """Updates that change no bit, though gradients and learning rate are not 0."""
    if recording.options.get("lr") == 0 or leaves_zero(recording):
        return
    for i, event in enumerate(recording.events):
        if event.phase is not Phase.UPDATE or event.parameter is None:
            continue
        before, grad = event.inputs
        after = event.outputs[0]
        if before is None or after is None or not np.array_equal(before, after):
            continue
        if _planned(recording, event.parameter) > _PLANNED:
            continue
        if grad is not None and grad.ndim > 1 and grad.any():
            yield Finding("steps_lost", "hint", (event.parameter,), event.parameter, i)
            return


def _planned(recording: Recording, parameter: str) -> float:
    """How many times larger than now a schedule makes the rate of a parameter; 1 without one."""
    options = recording.options_of(parameter)
    rate, *peaks = (options.get(key) for key in ("lr", "initial_lr", "max_lr"))
    if not isinstance(rate, int | float) or rate <= 0:
        return 1.0
    return max([1.0, *(peak / rate for peak in peaks if isinstance(peak, int | float))])


def _norm(array: Array) -> float:
    """The Euclidean norm; of large numbers, whose squares float32 cannot hold, in float64."""
    norm = float(np.linalg.norm(array))
    return norm if np.isfinite(norm) else float(np.linalg.norm(in_doubles(array)))
