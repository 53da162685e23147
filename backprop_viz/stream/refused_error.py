"""The error raised when a connection is refused."""

from backprop_viz.recording.errors import UserError


class RefusedError(UserError):
    """The peer does not prove who it is, or is neither a script nor a window of this program."""
