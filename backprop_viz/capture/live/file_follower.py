"""Follows a watched loop into a file."""

import time
from collections.abc import Callable
from os import PathLike

from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.health import IterationHealth
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.phases import Phase
from backprop_viz.recording.program import Program
from backprop_viz.recording.run_origin import RunOrigin
from backprop_viz.stream.messages import RunEnded

# Losses are written together: often enough for one who follows the file.
_LOSSES_EVERY_S = 1.0


class FileFollower:
    """Writes every ``every``-th iteration to a file, and the losses of all."""

    def __init__(
        self,
        path: str | PathLike[str],
        origin: RunOrigin,
        program: Program,
        every: int,
        *,
        bytes_per_second: float | None = None,
        bytes_in_all: int | None = None,
    ) -> None:
        """Begin the file, in place of any that is there. Raises UserError if that cannot be."""
        self._every = every
        self._writer = RecordingFileWriter(
            path, bytes_per_second=bytes_per_second, bytes_in_all=bytes_in_all
        )
        self._writer.set_run(origin, program)
        self._iterations: list[int] = []
        self._losses: list[float] = []
        self._written = time.monotonic()

    def wants(self, iteration: int) -> bool:
        """Whether an iteration that begins is to be recorded."""
        return iteration % self._every == 0

    def phase_ended(self, phase: Phase, recorder: Recorder) -> None:
        """A file holds nobody."""

    def health_known(self, health: IterationHealth) -> None:
        """Write how the tensors of an iteration were."""
        self._writer.add_health(health)

    def iteration_ended(self, iteration: int, loss: float, recording: Recording | None) -> None:
        """Write an iteration that is over."""
        self._iterations.append(iteration)
        self._losses.append(loss)
        if recording is not None:
            self._writer.add(recording)
        if time.monotonic() - self._written >= _LOSSES_EVERY_S:
            self._write_losses()

    def hold_at_start(self) -> None:
        """A file holds nobody."""

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """Write what is left, also of an iteration that is not over, and close the file."""
        if recording is not None and recording.events:
            self._writer.add(recording)
        self._write_losses()
        self._writer.close()

    def _write_losses(self) -> None:
        if self._iterations:
            self._writer.add_losses(self._iterations, self._losses)
            self._iterations, self._losses = [], []
        self._written = time.monotonic()


def into_file(
    path: str | PathLike[str], every: int
) -> Callable[[RunOrigin, Program], FileFollower]:
    """What makes a follower of a script's run that writes to a file."""
    return lambda origin, program: FileFollower(path, origin, program, every)
