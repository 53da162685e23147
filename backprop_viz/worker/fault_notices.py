"""What to say of an exception."""

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.notices import Notice

# How torch says it, on Windows and elsewhere.
NO_MEMORY = ("not enough memory", "can't allocate memory")


def notice_of(error: Exception) -> Notice:
    """What to say of an exception; its own words where they were written for the user."""
    if isinstance(error, UserError):
        return Notice("refused", (str(error),))
    if isinstance(error, MemoryError) or any(words in str(error) for words in NO_MEMORY):
        return Notice("out_of_memory")
    return Notice("failed", (type(error).__name__, str(error)))
