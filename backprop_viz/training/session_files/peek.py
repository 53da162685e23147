"""The settings that a session file names, read from its head alone and without torch."""

import json
from pathlib import Path
from typing import Any

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.files.about import header_length
from backprop_viz.recording.files.atomic import size_of
from backprop_viz.recording.files.raw import Raw
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.training.session_files.settings_schema import SETTINGS, settings_now


def peek_settings(path: str) -> Settings | None:
    """The settings of the run in a file; None where they cannot be read.

    They are shown until the file is read. Neither its checksum nor the rest of it is looked at.
    """
    try:
        file = Path(path)
        length = header_length(file, size_of(file))
        if length is None:
            return None
        with file.open("rb") as opened:
            head = json.loads(opened.read(8 + length)[8:])
        manifest = json.loads(head["__metadata__"]["manifest"])
        stored = dict(manifest["value"]["dict"])["settings"]["fields"]
        raw = Raw("Settings", settings_now({name: _plain(v) for name, v in stored.items()}))
        settings: Settings = SETTINGS.read(raw)
    except (OSError, UserError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return settings


def _plain(value: Any) -> Any:
    """A value as ``tree.Encoder`` wrote it; numbers, texts, tuples and dicts are all there are."""
    match value:
        case {"tuple": list(items)}:
            return tuple(_plain(item) for item in items)
        case {"dict": list(pairs)}:
            return {_plain(key): _plain(item) for key, item in pairs}
        case None | bool() | int() | float() | str():
            return value
    raise ValueError("no plain value")
