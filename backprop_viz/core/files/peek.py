"""The settings that a session file names, read from its head alone and without torch."""

import json
from pathlib import Path
from typing import Any

from ..records import Settings
from .about import header_length


def peek_settings(path: str) -> Settings | None:
    """What the run in a file is made from, None where that cannot be told.

    For showing until the file is read: whether it is whole and right is not looked at.
    """
    try:
        file = Path(path)
        length = header_length(file, file.stat().st_size)
        if length is None:
            return None
        with file.open("rb") as opened:
            head = json.loads(opened.read(8 + length)[8:])
        manifest = json.loads(head["__metadata__"]["manifest"])
        stored = dict(manifest["value"]["dict"])["settings"]["fields"]
        settings = Settings(**{name: _plain(value) for name, value in stored.items()})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = ("data", "loss", "optimizer", "schedule", "input_form")
    numbers = ("lr", "batch_size", "seed")
    right = all(isinstance(getattr(settings, name), str) for name in texts)
    right &= all(type(getattr(settings, name)) in (int, float) for name in numbers)
    options = (settings.optimizer_options, settings.schedule_options)
    right &= all(isinstance(given, dict) for given in options)
    right = right and type(settings.optimizer_options.get("momentum", 0)) in (int, float)
    return settings if right else None


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
