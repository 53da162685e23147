"""What has changed in session files since the oldest version that can be read."""

import struct
from typing import Any


def upgraded(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a run as the newest files have them; they may be anything still."""
    window = fields.get("window")
    if not isinstance(window, dict) or not isinstance(window.get("layout"), dict):
        return fields
    layout = dict(window["layout"])
    for name, state in window["layout"].items():
        if isinstance(state, bytes):  # a splitter was once kept as Qt has it
            layout[name] = splitter_sizes(state) or []
    return {**fields, "window": {**window, "layout": layout}}


def splitter_sizes(state: bytes) -> list[int] | None:
    """The sizes in what ``QSplitter.saveState`` gave, without Qt; None if they are not there."""
    if len(state) < 12:
        return None
    magic, version, count = struct.unpack_from(">iiI", state)
    if magic != 0xFF or version > 1 or count > 16 or len(state) < 12 + 4 * count:
        return None
    return list(struct.unpack_from(f">{count}i", state, 12))
