"""Writes the iterations that are kept of a run, with its losses, to a recording file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop_viz.recording.files.atomic import written_beside
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.recording.run.scalar_curves import ScalarCurve


def save_run(
    path: Path,
    recordings: Sequence[Recording],
    losses: NDArray[np.float64],
    scalars: Mapping[str, ScalarCurve],
    origin: RunOrigin | None,
    program: Program,
) -> None:
    """Write recordings, in the order of their iterations, to a file that replaces any at ``path``.

    ``losses[i]`` (n,) is the loss of iteration i + 1, recorded or not; NaN where there is none.
    Raises UserError if it cannot be written; a file that was there is then as it was.
    """
    with written_beside(path) as temporary, RecordingFileWriter(temporary) as writer:
        writer.set_run(origin, program)
        for recording in recordings:
            writer.add(recording)
        if len(losses):
            writer.add_losses([*range(1, len(losses) + 1)], losses.tolist())
        writer.add_scalars(
            [
                (name, int(iteration), float(number))
                for name, curve in scalars.items()
                for iteration, number in zip(*curve, strict=True)
            ]
        )
