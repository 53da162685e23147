"""The error raised when a connection is refused."""

from backprop_viz.recording.errors import UserError


class RefusedError(UserError):
    """The peer does not prove who it is, or is no script and no window of this program."""
