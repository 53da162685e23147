"""Losses of earlier iterations that a script holds in a list, each with its graph."""

import gc
from collections import deque
from collections.abc import Iterable

from torch import Tensor

from backprop_viz.capture.graph.graphs import grad_fn_of
from backprop_viz.capture.tensors.weak import WeakTensor, weak

# One that a variable still has, or a few for a mean, keep no memory that grows.
_FROM = 3
_REMEMBERED = 1000
# Looking through all of Python's objects takes tens of milliseconds: seldom.
_LOOKS_EVERY = 8


class HeldLosses:
    """Remembers what backwards began at, and keeps none of it alive."""

    def __init__(self) -> None:
        # Each with the number of the first node of its iteration.
        self._losses: deque[tuple[int, WeakTensor]] = deque(maxlen=_REMEMBERED)
        self._held, self._asked = 0, 0

    def note(self, loss: Tensor, iteration: int) -> None:
        """A backward begins at it; the iteration's nodes begin at that number."""
        self._losses.append((iteration, weak(loss)))

    def held(self, iteration: int) -> int:
        """Of how many earlier iterations one list or dictionary holds losses."""
        # What nobody holds any more does not come back.
        there = [one for one in self._losses if one[1]() is not None]
        self._losses = deque(there, _REMEMBERED)
        alive = [
            (loss, began)
            for began, reference in self._losses
            if began < iteration
            and (loss := reference()) is not None
            and grad_fn_of(loss) is not None
        ]
        if len({began for _, began in alive}) < _FROM:
            self._held = self._asked = 0
            return 0
        if self._asked % _LOOKS_EVERY == 0:
            # What is recorded holds a loss too, but each recording its own.
            known = {id(loss): began for loss, began in alive}
            holders = gc.get_referrers(alive[0][0])
            held = ({known.get(id(one)) for one in _members(each)} for each in holders)
            counts = [len(iterations - {None}) for iterations in held]
            self._held = max((count for count in counts if count >= _FROM), default=0)
        self._asked += 1
        return self._held


def _members(holder: object) -> Iterable[object]:
    if isinstance(holder, list | deque):
        return tuple(holder)
    # The variables of a script are as many as it has names: they do not grow.
    if not isinstance(holder, dict) or "__builtins__" in holder:
        return ()
    return tuple(holder.values())
