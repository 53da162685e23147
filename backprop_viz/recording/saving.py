"""Who writes a recording to a file: what does it imports the recording, and is put in here."""

from collections.abc import Callable
from typing import Any

# Takes a Recording, whose module imports this one, and a path.
_Save = Callable[[Any, Any], None]
_save: list[_Save] = []


def set_save(save: _Save) -> None:
    """Put in what writes a recording to the file at a path."""
    _save[:] = [save]


def save_to(recording: Any, path: Any) -> None:
    """Write a recording to a file. Raises RuntimeError where nothing can."""
    if not _save:
        raise RuntimeError("Recordings are saved by backprop_viz as a whole: import backprop_viz.")
    _save[0](recording, path)
