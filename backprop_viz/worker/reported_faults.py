"""The faults that the user was told of, until they are over."""

from dataclasses import replace

from backprop_viz.recording.notices.notice import LOSS_SUBJECT, RUN, Notice, notice_of
from backprop_viz.recording.trace.phases import PHASES, Phase
from backprop_viz.stream.commands import AlterGradient, BackwardTwice, RunSnippet
from backprop_viz.worker.channel import WorkerChannel

# How many iterations were done, and the phase.
FaultPlace = tuple[int, Phase]
# Experiments on an iteration: what was told of one is over once something else has run.
_EXPERIMENTS = tuple(kind.__name__ for kind in (AlterGradient, BackwardTwice, RunSnippet))


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

    def run_replaced(self) -> None:
        """Another run or iteration is there: withdraw what is about the one before."""
        self.went_right(RUN, LOSS_SUBJECT, *_EXPERIMENTS)

    def ran(self, iteration: int, phase: Phase) -> None:
        """A phase has run: withdraw the message about it or about an earlier one."""
        self.went_right(*_EXPERIMENTS)
        place = self._open.get(RUN)
        if place is not None and _order(place) <= _order((iteration, phase)):
            self.went_right(RUN)


def _order(place: FaultPlace) -> tuple[int, int]:
    return place[0], PHASES.index(place[1])
