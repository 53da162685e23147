"""Which phase of a loop comes next, by those that ran in the last iteration, or by its source."""

from collections.abc import Sequence

from torch import nn

from backprop_viz.capture.code.next_call import (
    is_cleared_next,
    is_clearing,
    is_run_further,
    is_stepped_next,
)
from backprop_viz.capture.code.step_code import step_follows
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import PHASES, Phase, in_order, phase_after


class DuePhase:
    """Told which phases end; ``phase`` is the one that is due, or under way; None: nobody knows.

    After a backward there may be another, as in an accumulation. Not in a loop of ``ours``,
    which always steps.
    """

    def __init__(self, *, ours: bool = False) -> None:
        self._ours = ours
        self.phase: Phase | None = Phase.ZERO_GRAD
        self._order = PHASES
        self._ran: list[Phase] = []
        self._ran_before: list[Phase] = []

    def begins(self) -> None:
        """An iteration begins."""
        self._ran = []

    def ended(self, phase: Phase) -> None:
        """A phase has ended, in the line that runs."""
        self._ran.append(phase)
        count = len(self._ran)
        if phase is Phase.LOSS and is_clearing():  # what ends it is under way
            self.phase = Phase.ZERO_GRAD
        elif phase is Phase.BACKWARD and is_stepped_next():
            self.phase = Phase.UPDATE
        elif self._ran_before[:count] == self._ran and count < len(self._ran_before):
            self.phase = self._ran_before[count]
        elif phase is Phase.BACKWARD and not (self._ours or step_follows()):
            self.phase = None
        else:
            self.phase = phase_after(self._ran, self._order)

    def is_over(self, model: nn.Module) -> bool:
        """Whether a phase that has ended, in the line that runs, is over with that.

        Where several optimizers clear their gradients one after another, the last one ends it. So
        it is where they step, and where several parts of the ``model`` that trains are called.
        """
        match self._ran[-1:]:
            case [Phase.ZERO_GRAD]:
                return self.phase is not Phase.ZERO_GRAD and not is_cleared_next()
            case [Phase.FORWARD]:
                return not is_run_further(model)
            case [Phase.UPDATE]:
                return not is_stepped_next()
        return True

    def iteration_ended(self, recording: Recording | None) -> None:
        """The iteration is over; of an update that ends it nobody was told."""
        last = recording.spans[-1].phase if recording is not None and recording.spans else None
        if last is Phase.UPDATE and self._ran and self._ran[-1] is not last:
            self._ran.append(last)
        self._order = in_order(self._ran, self._order)
        self._ran_before = self._ran or self._ran_before
        self.phase = self._order[0]

    def held_at_start(self) -> None:
        """It is held before its first iteration, of which nothing is recorded.

        A script's model is found by its forward, where zero_grad may have run; our loop begins.
        """
        self.phase = Phase.ZERO_GRAD if self._ours else Phase.FORWARD

    def have_run(self, phases: Sequence[Phase]) -> None:
        """These phases had run before anybody was told of them."""
        self._ran = list(phases)
        self.phase = phase_after(phases)
