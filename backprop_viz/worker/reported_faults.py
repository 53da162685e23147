"""The faults that the user was told of, until they are over."""

from dataclasses import replace

from backprop_viz.recording.notices import RUN, Notice, notice_of
from backprop_viz.recording.phases import PHASES, Phase
from backprop_viz.worker.channel import WorkerChannel

# How many iterations were done, and the phase.
FaultPlace = tuple[int, Phase]


class ReportedFaults:
    """Tells the user of faults, and withdraws the message when its subject goes right.

    A subject is a command's name, or RUN or LOSS.
    """

    def __init__(self, channel: WorkerChannel) -> None:
        self._channel = channel
        self._open: dict[str, FaultPlace | None] = {}
        self.count = 0

    def tell(self, notice: Notice, subject: str, place: FaultPlace | None = None) -> None:
        """Tell the user; ``place`` is where the run was, if a phase of it failed."""
        self.count += 1
        self._open[subject] = place
        self._channel.tell(replace(notice, subject=subject))

    def is_told(self, subject: str) -> bool:
        """Whether this was told, and not withdrawn since."""
        return subject in self._open

    def note(self, error: BaseException) -> None:
        """Log a fault without a message to the user."""
        notice = notice_of(error)
        if notice.details:
            self._channel.tell(replace(notice, code="noted"))

    def went_right(self, *subjects: str) -> None:
        """Withdraw the messages about these subjects."""
        for subject in subjects:
            if subject in self._open:
                del self._open[subject]
                self._channel.tell(Notice("withdrawn", (), subject))

    def ran(self, iteration: int, phase: Phase) -> None:
        """A phase has run: withdraw the message about it or about an earlier one."""
        place = self._open.get(RUN)
        if place is not None and _order(place) <= _order((iteration, phase)):
            self.went_right(RUN)


def _order(place: FaultPlace) -> tuple[int, int]:
    return place[0], PHASES.index(place[1])
