"""Which phase of a loop comes next, by those that ran in the last iteration."""

from collections.abc import Sequence

from backprop_viz.recording.trace.phases import PHASES, Phase, in_order, phase_after


class DuePhase:
    """Told which phases end; ``phase`` is the one that is due, or under way."""

    def __init__(self) -> None:
        self.phase = Phase.ZERO_GRAD
        self._order = PHASES
        self._ran: list[Phase] = []
        self._ran_before: list[Phase] = []

    def begins(self) -> None:
        """An iteration begins."""
        self._ran = []

    def ended(self, phase: Phase) -> None:
        """A phase has ended."""
        self._ran.append(phase)
        count = len(self._ran)
        as_before = self._ran_before[:count] == self._ran and count < len(self._ran_before)
        usual = phase_after(self._ran, self._order)
        self.phase = self._ran_before[count] if as_before else usual

    def iteration_ended(self) -> None:
        """The iteration is over."""
        self._order = in_order(self._ran, self._order)
        self._ran_before = self._ran or self._ran_before
        self.phase = self._order[0]

    def have_run(self, phases: Sequence[Phase]) -> None:
        """These phases had run before anybody was told of them."""
        self.phase = phase_after(phases)
