"""What the header of a session file says about it."""

import json
from pathlib import Path

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.atomic import size_of

# JSON takes several times its size in memory when it is read: what is large goes as tensors.
MOST_JSON = 4 * 2**20
# What the keys begin with that a container has of ours, beside its value.
ABOUT = "about."
_LONGEST = 4096  # of its texts, which are names, dates and paths; others are not ours


def header_length(path: Path, size: int) -> int | None:
    """How many bytes of JSON a file of ``size`` bytes begins with; looked at before it is read.

    None if it begins with something else, or with more than it can hold or a header may have.
    """
    with path.open("rb") as file:
        start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    fits = len(start) == 9 and start[8:] == b"{" and length <= min(size - 8, MOST_JSON)
    return length if fits else None


def read_about(path: Path) -> dict[str, str]:
    """What was written about a container; empty for any other file, and for a damaged one."""
    try:
        length = header_length(path, size_of(path))
        if length is None:
            return {}
        with path.open("rb") as file:
            metadata = json.loads(file.read(8 + length)[8:])["__metadata__"]
        return {
            key.removeprefix(ABOUT): text
            for key, text in metadata.items()
            if key.startswith(ABOUT) and isinstance(text, str) and len(text) <= _LONGEST
        }
    except (OSError, UserError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
