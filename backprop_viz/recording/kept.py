"""What a session keeps of a recorded iteration: not its numbers, which are computed again."""

from dataclasses import dataclass

from backprop_viz.recording.trace.events import GradientIntervention


@dataclass(frozen=True, slots=True)
class Kept:
    """How the recording of an iteration was made, so that it can be made again.

    ``samples``, ``intervention`` and ``backwards`` are those of the ``Recording``.
    """

    iteration: int
    samples: int | None = None
    intervention: GradientIntervention | None = None
    backwards: int = 1
