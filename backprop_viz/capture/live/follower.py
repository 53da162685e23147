"""Who follows a watched loop: a window, or a file."""

from typing import Protocol, SupportsFloat

from backprop_viz.capture.late_recording import LateRecording
from backprop_viz.capture.live.loop_place import LoopPlace
from backprop_viz.capture.recorder import Recorder
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.health import IterationHealth
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import RunEnded


class Follower(Protocol):
    """Who wants to know how a watched loop gets on."""

    def wants(self, iteration: int) -> bool:
        """Whether this iteration, which begins, is to be recorded."""

    def recording_begins(self, recorder: Recorder) -> None:
        """An iteration that is wanted is recorded by this."""

    def phase_ended(self, phase: Phase, recorder: Recorder) -> None:
        """A phase of an iteration that is recorded has ended; the loop waits for the answer."""

    def iteration_ended(
        self, iteration: int, loss: SupportsFloat, recorded: LateRecording | None
    ) -> None:
        """An iteration is over; what was recorded of it, if it was. The loss is NaN without one."""

    def settled(self, recorded: LateRecording) -> None:
        """Nothing more becomes of an iteration that a step has ended, and that is recorded.

        The loop may have moved its weights since it was told to be over, as ``was_moved`` says.
        """

    def scalar_logged(self, name: str, iteration: int, number: SupportsFloat) -> None:
        """The loop has logged a number, in an iteration."""

    def health_known(self, health: IterationHealth) -> None:
        """How the tensors of an iteration were, before it is told that it is over."""

    def recording_ends(self, recorded: LateRecording | None, why: UserError | None) -> None:
        """The rest of an iteration is not recorded; what was, if that is kept.

        ``why`` is told to whoever follows, if it was not before; on standard error it is said.
        """

    def recording_fails(self, why: UserError) -> None:
        """Our own code has raised: nothing more is recorded, nor told of. It is said already."""


class ScriptFollower(Follower, Protocol):
    """Who follows a script; ``place`` has the file that its loop is in."""

    place: LoopPlace

    def hold_at_start(self) -> None:
        """The first iteration is about to begin."""

    def ended(self, told: RunEnded, recording: Recording | None) -> None:
        """The script is over; the recording of an iteration that was not."""
