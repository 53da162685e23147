"""The recordings that a window has not been sent yet, or may have to be sent again."""

from collections import deque

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.recording_cache import memory_of
from backprop_viz.stream.messages import LeftOut

# So many bytes of recordings are held for a window that is slow, or away.
_MOST_BYTES = 2**26


class Backlog:
    """Holds recordings of finished iterations, in ascending order; the oldest go first.

    ``keeps_sent``: also those that were sent, for a window whose connection was lost with them.
    """

    def __init__(self, *, keeps_sent: bool, most_bytes: int = _MOST_BYTES) -> None:
        self.keeps_sent, self._most = keeps_sent, most_bytes
        self._held: deque[tuple[Recording, int]] = deque()
        self._bytes = 0
        self._sent_to = 0  # the newest iteration that was sent
        self._thinned: list[int] = []  # all iterations that are held no longer
        self._untold: list[int] = []  # of these, the ones that nobody was sent

    def add(self, recording: Recording) -> None:
        """Hold the recording of an iteration that is over; drop the oldest for it."""
        size = memory_of(recording)
        self._held.append((recording, size))
        self._bytes += size
        while self._bytes > self._most and len(self._held) > 1:
            oldest = self._drop().iteration
            self._thinned.append(oldest)
            if oldest > self._sent_to:
                self._untold.append(oldest)

    def amend(self, recording: Recording) -> None:
        """The newest has grown, and is to be sent once more if it was."""
        if self._held and self._held[-1][0].iteration == recording.iteration:
            self._bytes -= self._held.pop()[1]
        self._sent_to = min(self._sent_to, recording.iteration - 1)
        self.add(recording)

    def next(self) -> Recording | None:
        """The oldest recording that was not sent, which counts as sent then."""
        if not self.keeps_sent:
            while self._held and self._held[0][0].iteration <= self._sent_to:
                self._drop()
        for recording, _ in self._held:
            if recording.iteration > self._sent_to:
                self._sent_to = recording.iteration
                return recording
        return None

    def resume_after(self, iteration: int) -> int:
        """Send again what is newer than an iteration; 0: to a window that has nothing yet.

        Returns how many recordings that are.
        """
        self._sent_to = iteration
        self._untold = [i for i in self._thinned if iteration and i > iteration]
        return sum(recording.iteration > iteration for recording, _ in self._held)

    def left_out(self) -> LeftOut | None:
        """What was dropped since this was asked before, without having been sent."""
        found, self._untold = self._untold, []
        return LeftOut(found[0], found[-1], len(found)) if found else None

    def _drop(self) -> Recording:
        recording, size = self._held.popleft()
        self._bytes -= size
        return recording
