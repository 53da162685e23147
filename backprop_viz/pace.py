"""How often free training is shown and evaluated, and how fast it is."""

UPDATES_PER_SECOND = 30
# Recording iterations for the window may take this share of the time of training.
RECORDING_SHARE = 0.005
SLOWEST_S = 1.0
# At first it is evaluated after 1, 2, 4, 8 ... seconds, then no less often than this.
EVALUATION_S = 30.0
# Of an average that moves, what the newest number counts.
NEWEST = 0.2
# An iteration that takes longer than so many usual ones counts as if it took that long: the
# machine slept, or did something else.
MOST = 2.0


class Pace:
    """Times are those of ``time.perf_counter``, in seconds; ``rate`` is iterations per second."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._begun = self._evaluate_at = self._updated = 0.0
        # When the last recording was made, and in which iteration.
        self._recorded = (0.0, 0)
        self._recording_s = self._free_s = 0.0

    def begin(self, now: float, iteration: int) -> None:
        """Training begins, or goes on."""
        self._begun = self._evaluate_at = now
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
        since, recorded = self._recorded
        interval = (self._recording_s - self._free_s) / RECORDING_SHARE
        waited = now - since >= max(1 / UPDATES_PER_SECOND, min(SLOWEST_S, interval))
        return waited and iteration > recorded + 1

    def update_due(self, now: float) -> bool:
        """Whether to send how far training is, which without a recording costs next to nothing."""
        due = now - max(self._recorded[0], self._updated) >= 1 / UPDATES_PER_SECOND
        if due:
            self._updated = now
        return due

    def ran_free(self, seconds: float) -> None:
        """An iteration took so long that was not recorded."""
        self._free_s = _usual(self._free_s, seconds)

    def recorded(self, now: float, seconds: float, iteration: int) -> None:
        """One that was recorded and sent took so long; it began at ``now`` as the next one."""
        since, before = self._recorded
        self.rate = _average(self.rate, (iteration - before) / (now - since))
        self._recording_s = _usual(self._recording_s, seconds)
        self._recorded = (now, iteration)


def _average(before: float, newest: float) -> float:
    return (1 - NEWEST) * before + NEWEST * newest if before else newest


def _usual(before: float, newest: float) -> float:
    return _average(before, min(newest, MOST * before) if before else newest)
