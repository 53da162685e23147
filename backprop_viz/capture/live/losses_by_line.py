"""The losses of a loop whose backwards run on several lines, or several times on one."""

from torch import Tensor

from backprop_viz.capture.code.calling_frames import is_stepping
from backprop_viz.capture.code.user_lines import own_line
from backprop_viz.recording.run.scalar_curves import loss_name
from backprop_viz.recording.trace.torch_error import CodePlace

# So many first iterations tell whether there are several lines: else a loop is not asked for them.
_FIRST = 32
# A curve's name, the iteration, and the losses that are its point together.
LossesOfLine = tuple[str, int, list[Tensor]]


class LossesByLine:
    """The losses of iterations by the line that called backward.

    Those of one line are of one objective, as those of micro-batches are: together they gave the
    gradient that the next step is made along. What was before a step is no part of the next one.
    """

    def __init__(self) -> None:
        self._of: dict[CodePlace | None, list[Tensor]] = {}
        self._stepped_along: set[CodePlace | None] = set()
        self._names: dict[CodePlace, str] = {}
        self._untold: list[tuple[int, dict[CodePlace | None, list[Tensor]]]] = []
        self._asks, self._several = True, False
        self._steps = is_stepping()  # a model may be found by what a closure calls

    def begins_at(self, loss: Tensor) -> None:
        """A backward begins at this."""
        place = own_line() if self._asks else None
        losses = self._of.get(place)
        if losses is None or self._steps or place in self._stepped_along:
            self._of[place] = [loss]
            self._stepped_along.discard(place)
        else:
            losses.append(loss)

    def step_begins(self) -> None:
        """An optimizer steps; one that calls a closure asks for its loss anew with each call."""
        self._steps = True

    def step_ended(self) -> None:
        """It has stepped."""
        self._steps = False
        self._stepped_along.update(self._of)

    def iteration_ended(self, iteration: int) -> list[LossesOfLine]:
        """What is to be told once an iteration is over: nothing unless there are several."""
        of = self._of.copy()
        self.forget()
        if self._several:
            return self._named(iteration, of)
        self._untold.append((iteration, of))
        lines = {place for _, each in self._untold for place in each}
        self._several = len(lines) > 1 or any(len(losses) > 1 for losses in of.values())
        self._asks = self._several or (self._asks and len(self._untold) < _FIRST)
        told = []
        if self._several:
            told = [each for known in self._untold for each in self._named(*known)]
        if self._several or not self._asks:
            self._untold.clear()
        return told

    def _named(
        self, iteration: int, of: dict[CodePlace | None, list[Tensor]]
    ) -> list[LossesOfLine]:
        return [
            (self._names.get(place) or self._name(place, summed=len(losses) > 1), iteration, losses)
            for place, losses in of.items()
            if place is not None
        ]

    def forget(self) -> None:
        """The iteration is none."""
        self._of.clear()
        self._stepped_along.clear()
        self._steps = False

    def _name(self, place: CodePlace, *, summed: bool) -> str:
        """The name of a line's curve, which it keeps; another file's line of that number has one
        of its own.
        """
        taken = self._names.values()
        names = (loss_name(place[1], summed, nr) for nr in range(1, len(taken) + 2))
        self._names[place] = name = next(name for name in names if name not in taken)
        return name
