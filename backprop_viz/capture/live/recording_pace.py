"""How often a loop that runs freely is recorded for a window."""

import math

# An iteration is recorded so often; or more rarely, so that recording takes no more than this
# share of the time.
_RECORD_EVERY_S = 0.5
_SHARE_RECORDED = 0.05


class RecordingPace:
    """Told how long iterations take; says which are to be recorded.

    ``every``: every so many, whatever it costs. Of several ranks (``together``) each records every
    so many iterations, by powers of two: so those that one records are recorded by all, or by all
    that have the time.
    """

    def __init__(self, every: int | None, *, together: bool) -> None:
        self._every, self._together = every, together
        self._next_at = 0.0
        self._plain_s = 0.0  # what an iteration took that was not recorded
        self._stride = 1

    def wants(self, iteration: int, now: float, *, keeps_up: bool) -> bool:
        """Whether an iteration that begins ``now``, in seconds, is to be recorded.

        ``keeps_up``: whether the window takes what it is sent.
        """
        if self._every is not None:
            return iteration % self._every == 0
        if self._together:
            return keeps_up and iteration % self._stride == 0
        return keeps_up and now >= self._next_at

    def took(self, seconds: float, now: float, *, recorded: bool) -> None:
        """Hear how long an iteration took that is over ``now``."""
        if not recorded:
            self._plain_s = seconds
            return
        rests = max(_RECORD_EVERY_S, seconds / _SHARE_RECORDED)
        self._next_at = now + rests
        plain = self._plain_s or seconds
        self._stride = 2 ** math.ceil(math.log2(max(rests / plain, 1.0))) if plain else 1
