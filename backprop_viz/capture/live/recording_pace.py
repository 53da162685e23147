"""Times the iterations of a loop that runs freely, and says which a window is to have."""

import math
import time
from collections import deque
from collections.abc import Callable

from backprop_viz.recording.iteration import Recording

# An iteration is recorded so often; or more rarely, so that recording takes no more than this
# share of the time.
_RECORD_EVERY_S = 0.5
_SHARE_RECORDED = 0.05
# The shortest of so many iterations is what one takes: an evaluation may be in any of them.
_LAST_PLAIN = 8


class RecordingPace:
    """Told when iterations begin and end; says which are to be recorded.

    ``every``: every so many, whatever it costs. Of several ranks (``together``) each records every
    so many iterations, by powers of two: so those that one records are recorded by all, or by all
    that have the time. ``rate``: iterations per second, by the last one; 0 while none runs.
    ``clock`` gives seconds.
    """

    def __init__(
        self,
        every: int | None,
        *,
        together: bool,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._every, self._together, self._clock = every, together, clock
        self.rate, self.rests_now = 0.0, False
        self._next_at = self._begun = self._ended = 0.0
        self._plain = deque[float](maxlen=_LAST_PLAIN)  # what those took that were not recorded
        self._stride, self._first = 1, True

    def change_to(self, every: int | None) -> None:
        """Record every so many from now on."""
        self._every = every

    def begins(self) -> None:
        """An iteration begins, or goes on after a rest."""
        self._begun, self.rests_now = self._clock(), False

    def rests(self) -> None:
        """Nothing runs for now: no cell of a notebook, nothing typed at a prompt."""
        self.rate, self.rests_now = 0.0, True

    def goes_on(self) -> None:
        """It runs, and may not have said that it begins."""
        self.rests_now = False

    def stood(self, seconds: float) -> None:
        """It was held for so long, which is neither torch's time nor the loop's."""
        self._begun += seconds

    def wants(self, iteration: int, *, keeps_up: bool) -> bool:
        """Whether the iteration that has just begun is to be recorded.

        ``keeps_up``: whether the window takes what it is sent.
        """
        if self._every is not None:
            return iteration % self._every == 0
        if self._together:
            return keeps_up and iteration % self._stride == 0
        return keeps_up and self._begun >= self._next_at

    def ended(self) -> None:
        """The iteration is over; of one that was recorded, its recording is yet to be made."""
        self._ended = self._clock()
        self.goes_on()
        took = self._ended - self._begun
        self.rate = 1 / took if took else 0.0

    def made(self, recording: Recording | None) -> None:
        """Of the iteration that is over this was made, if it was recorded.

        What recording costs is at most the time of the phases, and of making it: between them there
        may have been an evaluation, or the time between a notebook's cells.
        """
        now = self._clock()
        took = now - self._begun
        if recording is None:
            self._plain.append(took)
            return
        plain = min(self._plain, default=0.0)
        # The first takes what is done once in a process, too: it says little of the next.
        first, self._first = self._first, False
        most = 0.0 if first else sum([span.seconds for span in recording.spans]) + now - self._ended
        rests = max(_RECORD_EVERY_S, min(took - plain, most) / _SHARE_RECORDED)
        self._next_at = now + rests
        plain = plain or took
        self._stride = 2 ** math.ceil(math.log2(max(rests / plain, 1.0))) if plain else 1
