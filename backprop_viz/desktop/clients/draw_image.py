"""A drawing as the pad has it, which becomes a command when it is sent."""

from dataclasses import dataclass

from backprop_viz.digits.prepare import prepare
from backprop_viz.recording.trace.events import Array
from backprop_viz.stream.commands import Command, Draw


@dataclass(frozen=True, slots=True, eq=False)
class DrawImage(Command):
    """Classify a drawing (2-D, 0..1) from now on, or none.

    The thread that sends prepares it, once: that takes a millisecond or two, which the window's
    own thread has not, and 4 kB cross in place of 313.
    """

    image: Array | None

    def prepared(self) -> Draw:
        """What is sent. Raises ValueError for what is no drawing."""
        return Draw(None if self.image is None else prepare(self.image))
