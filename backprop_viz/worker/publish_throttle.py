"""Decides how often free training is shown and evaluated, and measures its rate."""

UPDATES_PER_SECOND = 30
# Seconds between recorded iterations; recording costs about a hundredth of training.
RECORDING_S = 1.0
# Evaluations come after 1, 2, 4, 8 ... seconds, then at this interval, in seconds.
EVALUATION_S = 30.0
# The weight of the newest number in the average rate.
NEWEST = 0.2


class PublishThrottle:
    """Times are those of ``time.perf_counter``, in seconds; ``rate`` is iterations per second."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._begun = self._evaluate_at = self._record_at = self._updated = 0.0
        # When the last recording was made, and in which iteration.
        self._recorded = (0.0, 0)

    def begin(self, now: float, iteration: int) -> None:
        """Training begins, or goes on."""
        self._begun = self._evaluate_at = self._record_at = now
        self._recorded = (now, iteration)

    def stop(self) -> None:
        """Training does not run."""
        self.rate = 0.0

    def evaluation_due(self, now: float) -> bool:
        """Whether it is time to evaluate: often at first, when the curve moves."""
        due = now >= self._evaluate_at
        if due:
            self._evaluate_at = now + min(EVALUATION_S, max(1.0, now - self._begun))
        return due

    def recording_due(self, now: float, iteration: int) -> bool:
        """Whether to record this iteration for the window; never two in a row."""
        return now >= self._record_at and iteration > self._recorded[1] + 1

    def update_due(self, now: float) -> bool:
        """Whether to send how far training is, which without a recording costs next to nothing."""
        due = now - max(self._recorded[0], self._updated) >= 1 / UPDATES_PER_SECOND
        if due:
            self._updated = now
        return due

    def recorded(self, now: float, iteration: int) -> None:
        """The iteration that began at ``now`` as the next one was recorded."""
        since, before = self._recorded
        newest = (iteration - before) / (now - since)
        self.rate = (1 - NEWEST) * self.rate + NEWEST * newest if self.rate else newest
        self._recorded = (now, iteration)
        self._record_at = now + RECORDING_S
