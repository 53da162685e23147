"""What the worker told the user that went wrong, until it has gone right."""

from dataclasses import replace

from backprop_viz.recording.notices import RUN, Notice, notice_of
from backprop_viz.recording.phases import PHASES, Phase
from backprop_viz.worker.channel import WorkerChannel

# How many iterations were done, and the phase.
FaultPlace = tuple[int, Phase]


class ReportedFaults:
    """Tells what goes wrong, and withdraws it when its subject goes right.

    A subject is a command's name, or one of those above.
    """

    def __init__(self, channel: WorkerChannel) -> None:
        self._channel = channel
        self._open: dict[str, FaultPlace | None] = {}
        self.count = 0

    def tell(self, notice: Notice, subject: str, place: FaultPlace | None = None) -> None:
        """Have the user told; ``place`` is where the run was, if that is what did not go on."""
        self.count += 1
        self._open[subject] = place
        self._channel.tell(replace(notice, subject=subject))

    def is_told(self, subject: str) -> bool:
        """Whether this was told, and not withdrawn since."""
        return subject in self._open

    def note(self, error: Exception) -> None:
        """Have a fault logged that the user need not know of."""
        notice = notice_of(error)
        if notice.details:
            self._channel.tell(replace(notice, code="noted"))

    def went_right(self, *subjects: str) -> None:
        """Withdraw what was told of these."""
        for subject in subjects:
            if subject in self._open:
                del self._open[subject]
                self._channel.tell(Notice("withdrawn", (), subject))

    def ran(self, iteration: int, phase: Phase) -> None:
        """A phase has run, after so many iterations: what was told of it, or of one before."""
        place = self._open.get(RUN)
        if place is not None and _order(place) <= _order((iteration, phase)):
            self.went_right(RUN)


def _order(place: FaultPlace) -> tuple[int, int]:
    return place[0], PHASES.index(place[1])
