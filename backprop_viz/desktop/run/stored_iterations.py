"""Iterations that a file has, each read when it is asked for."""

from collections.abc import Callable

from backprop_viz.analysis.comparison import Baseline
from backprop_viz.desktop.run.followed_run import FollowedRun
from backprop_viz.recording.iteration import Recording


class StoredIterations:
    """Which iterations are being read, and the one that is shown as soon as it is there."""

    def __init__(self, read: Callable[[int], None]) -> None:
        self._read = read
        self._reading: set[int] = set()
        self._when_read: tuple[int, Callable[[Recording], None]] | None = None

    @property
    def reading(self) -> bool:
        """Whether an iteration is being read."""
        return bool(self._reading)

    def show(self, run: FollowedRun, iteration: int, show: Callable[[Recording], None]) -> None:
        """Show an iteration of a run, at once if it is in memory; else when it has been read."""
        recording = self.recording_of(run, iteration)
        if recording is not None:
            show(recording)
        elif iteration in self._reading:
            self._when_read = (iteration, show)

    def show_nothing(self) -> None:
        """Something else is shown: what is being read is only kept."""
        self._when_read = None

    def forget_read(self) -> None:
        """Another run is shown: what is being read is not of that one."""
        self._reading.clear()

    def recording_of(self, run: FollowedRun, iteration: int | None) -> Recording | None:
        """The recording of an iteration; None while it is read, or if there is none."""
        if iteration is None:
            return None
        recording = run.cache.get(iteration)
        if recording is None and iteration in run.stored and iteration not in self._reading:
            self._reading.add(iteration)
            self._read(iteration)
        return recording

    def compared_with(
        self, run: FollowedRun, recording: Recording, baseline: Baseline
    ) -> Recording | None:
        """What a recording is compared with; None while it is read, or if it is not kept."""
        if recording.preview:
            return None
        if baseline == "previous":
            return self.recording_of(run, run.next_to(recording.iteration, -1))
        if baseline == "experiment":
            return run.before_experiment(recording)
        return self.recording_of(run, baseline)

    def take(self, run: FollowedRun, iteration: int, recording: Recording | None) -> bool:
        """Keep an iteration that was read, None if it is damaged; whether it is shown now."""
        self._reading.discard(iteration)
        wanted, show = self._when_read or (None, None)
        if recording is None:
            run.stored = tuple(i for i in run.stored if i != iteration)
            return False
        run.cache.keep(recording)
        if show is None or wanted != iteration:
            return False
        show(recording)
        return True
