"""What becomes of all parameters at once, of which the events are made when somebody looks.

The log holds these, so they do not hold the log.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from backprop_viz.capture.logs.event_log import EventLog, EventRow
from backprop_viz.capture.tensors.from_device import wait_for_copies
from backprop_viz.capture.tensors.late_copies import Copy, LateCopies
from backprop_viz.capture.tensors.memory import LEFT_OUT, NotCopied
from backprop_viz.capture.watches.optimizer_states import States
from backprop_viz.recording.trace.events import Array
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.recording.trace.torch_error import CodePlace

# The operation of an event that tells of a change whose cause was not seen.
CHANGED = "changed"
# That of an update w − lr·grad without an optimizer.
MOVED_BY_GRADIENT = "sub_"
_FEW = 32
_PLAIN: dict[str, Any] = {
    "node": None,
    "line": None,
    "tracked": True,
    "call": None,
    "module": None,
    "grad_enabled": True,
}


class Cleared:
    """A zero_grad. ``names`` are those of all parameters; ``left`` of those left out what is left.

    ``before`` and ``now`` are the ``.grad`` of the rest, in order. What it has left as it was is
    another optimizer's, and no event tells of it; unless it was not ``called`` at all. Nor of
    ``others``, which it does not clear, where they are as they were: nothing, or zeros.
    """

    def __init__(
        self,
        names: Sequence[str],
        left: Mapping[str, Copy],
        before: LateCopies,
        now: LateCopies,
        place: CodePlace | None,
        called: bool,
        others: Collection[str] = (),
    ) -> None:
        self._left, self._before, self._now, self._place = left, before, now, place
        there = [number for number in range(len(now)) if called and not now.is_none(number)]
        same = {number for number in there if now.is_as(before, number) and _has_any(now[number])}
        kept = [name for name in names if name not in left]
        for number, name in enumerate(kept):
            if name in others and now.is_as(before, number):
                same.add(number)
        told_not = {kept[number] for number in same}
        self._names = [name for name in names if name not in told_not]
        self._kept = [number for number in range(len(kept)) if number not in same]

    def __len__(self) -> int:
        return len(self._names)

    def nbytes(self) -> int:
        """The bytes that are held, at most."""
        return self._before.nbytes + self._now.nbytes

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        before, after, place = self._before, self._now, self._place
        kept = iter([(before[number], after[number]) for number in self._kept])
        for name in self._names:
            left = self._left
            grad, now = (LEFT_OUT, left[name]) if name in left else next(kept)
            told = Phase.ZERO_GRAD, "zero_grad", (grad,), (now,)
            yield log.row(*told, parameter=name, place=place, **_PLAIN)


def _has_any(grad: Copy) -> bool:
    """Whether a gradient has another number than 0."""
    wait_for_copies()
    return isinstance(grad, np.ndarray) and bool(grad.any())


# What has become of a parameter: its number among those kept, None of one left out; its name; the
# rule of the optimizer that moved it; and what is told: of the parameter, or of its ``.grad``, or
# of the last of a step's moves, where each is told of.
Change = tuple[int | None, str, str, Literal["parameter", "grad", "move"]]


class Updated:
    """A step of optimizers, or by hand: the parameters, their ``.grad`` and the states.

    Each before and after it. ``around``: the states of those whose moves are told of one by one.
    """

    def __init__(
        self,
        changes: Sequence[Change],
        values: tuple[LateCopies, LateCopies],
        grads: tuple[LateCopies, LateCopies],
        states: tuple[States, States],
        place: CodePlace | None,
        around: Mapping[str, Mapping[str, tuple[Array | None, Array]]],
    ) -> None:
        self._around = around
        self._changes, self._values, self._grads = changes, values, grads
        self._states, self._place = states, place

    def nbytes(self) -> int:
        """The bytes that are held, at most."""
        held = *self._values, *self._grads, *self._states
        return sum([one.nbytes for one in held])

    def made(self, log: EventLog) -> Iterator[EventRow]:
        """The events, of the log that they are to be in."""
        states = [one.by_parameter() for one in self._states]
        (was, now), (grads, grads_now) = self._values, self._grads
        for number, name, op, what in self._changes:
            told = {"parameter": name, "place": self._place, **_PLAIN}
            if number is None:
                left = LEFT_OUT, LEFT_OUT
                yield log.row(Phase.UPDATE, op, left, (LEFT_OUT,), **told)
            elif what == "grad":
                read, made = grads[number], grads_now[number]
                yield log.row(Phase.BACKWARD, op, (read,), (made,), **told)
            else:
                value = was[number]
                state: dict[str, tuple[int | None, int]] = {}
                if what == "move" and (old := log.id(value)) is not None:
                    state = {"w": (None, old)}  # the step ended without another move
                    for key, (before, after) in self._around.get(name, {}).items():
                        state[key] = log.id(before), log.tensors.add(after)
                elif op != CHANGED and what == "parameter":
                    earlier, later = (one.get(name, {}) for one in states)
                    for key, array in later.items():
                        state[key] = log.id(earlier.get(key)), log.tensors.add(array)
                both = value, grads[number]
                yield log.row(Phase.UPDATE, op, both, (now[number],), state_ids=state, **told)


def differ(one: Copy, other: Copy) -> bool:
    """Whether two copies differ in a bit."""
    if one is other or isinstance(one, NotCopied) or isinstance(other, NotCopied):
        return False
    if one is None or other is None:
        return True
    wait_for_copies()
    return one.dtype != other.dtype or one.shape != other.shape or one.tobytes() != other.tobytes()


def are_steps(value: Copy, grad: Copy, now: Copy, rate: float) -> bool:
    """Whether a weight is what it was less ``rate`` times its gradient, to the last bit.

    ``w.add_(grad, alpha=-rate)`` rounds but once.
    """
    wait_for_copies()
    if not (isinstance(value, np.ndarray) and isinstance(now, np.ndarray)):
        return False
    if not isinstance(grad, np.ndarray):
        return False
    return any(_are_moved(value, grad, now, rate, by) for by in (_rounded_twice, _rounded_once))


def _are_moved(
    value: Array, grad: Array, now: Array, rate: float, by: Callable[[Array, Array, float], Array]
) -> bool:
    for some in (slice(_FEW), slice(None)):  # a few tell most rates from it
        was, of, to = (one.reshape(-1)[some] for one in (value, grad, now))
        with np.errstate(all="ignore"):
            if not np.array_equal(by(was, of, rate), to, equal_nan=True):
                return False
    return True


def _rounded_twice(value: Array, grad: Array, rate: float) -> Array:
    moved: Array = value - grad * value.dtype.type(rate)
    return moved


def _rounded_once(value: Array, grad: Array, rate: float) -> Array:
    if value.dtype != np.float32:
        return _rounded_twice(value, grad, rate)
    exact = value.astype(np.float64) - grad.astype(np.float64) * np.float64(np.float32(rate))
    return exact.astype(np.float32)
