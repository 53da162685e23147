"""A loop of which one turn is recorded: it is told of no other."""

from collections.abc import Sequence

from torch import Tensor

from backprop_viz.recording.trace.phases import Phase


class OneTurn:
    """However often the loop goes on, that is of the same recording."""

    place = 0, 0

    def next_turn(self, forward_ran: bool = False, counts: bool = True) -> None:
        """It goes on."""

    def drop(self) -> None:
        """Nothing is left out."""

    def wants_next(self) -> bool:
        """The turn under way is recorded."""
        return True

    def begins_at(self, roots: Sequence[Tensor]) -> None:
        """The recording's own watch knows where a backward begins."""

    def phase_ended(self, phase: Phase) -> None:
        """Nobody waits for that."""
