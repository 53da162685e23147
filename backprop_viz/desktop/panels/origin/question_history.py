"""The numbers that were asked about, gone through as the pages of a browser."""

from dataclasses import dataclass

from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording

# So many are remembered.
MOST = 100


@dataclass(frozen=True, slots=True)
class AskedNumber:
    """A number, and the recording that it is of.

    ``of_drawing``: that of the saliency of the drawing, which is no iteration. With ``then`` it is
    the difference: the number less that one.
    """

    recording: Recording
    number: Number
    of_drawing: bool = False
    then: "AskedNumber | None" = None

    @property
    def backwards(self) -> int:
        """How many backwards are added up in it: that of a ``.grad`` may hold several."""
        event = self.number.event
        if event is None or self.recording.events[event].op != "AccumulateGrad":
            return 1
        return self.recording.backwards


class QuestionHistory:
    """What was asked, and how far one has gone back in it."""

    def __init__(self) -> None:
        self._asked: list[AskedNumber | ToldNumber] = []
        self._at = -1

    @property
    def shown(self) -> AskedNumber | ToldNumber | None:
        """What is shown."""
        return self._asked[self._at] if self._asked else None

    @property
    def current(self) -> AskedNumber | None:
        """The number of a recording that is shown; None where it is of none."""
        return self.shown if isinstance(self.shown, AskedNumber) else None

    @property
    def can_go_back(self) -> bool:
        """Whether something was asked before."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one has gone back from something."""
        return self._at < len(self._asked) - 1

    def ask(self, asked: AskedNumber | ToldNumber) -> None:
        """Go to a number; what one has gone back from is dropped. The same again is no step."""
        if asked == self.shown:
            return
        self._asked = [*self._asked[: self._at + 1], asked][-MOST:]
        self._at = len(self._asked) - 1

    def replace(self, asked: AskedNumber) -> None:
        """Have another number in place of the one that is shown."""
        self._asked[self._at] = asked

    def clear(self) -> None:
        """Forget what was asked."""
        self._asked, self._at = [], -1

    def go(self, step: int) -> bool:
        """Go back (-1) or forward (1); whether there was something to go to."""
        if not 0 <= self._at + step < len(self._asked):
            return False
        self._at += step
        return True
