"""Reads nested values from the JSON that ``worker.files.tree`` writes. Imports no torch."""

import base64
from collections.abc import Callable
from typing import Any

from backprop_viz.recording.files.raw import Raw

# What a place among the tensors holds, as a tensor or as an array.
Stored = Callable[[int], Any]


def decode(data: Any, tensor: Stored, array: Stored) -> Any:
    """The value that was written, with ``Raw`` for its dataclasses.

    Raises ValueError, TypeError, KeyError, IndexError or RecursionError for anything else.
    """
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return [decode(item, tensor, array) for item in data]
    match data:
        case {"tuple": list(items)}:
            return tuple(decode(item, tensor, array) for item in items)
        case {"dict": list(pairs)}:
            return {decode(k, tensor, array): decode(v, tensor, array) for k, v in pairs}
        case {"bytes": str(text)}:
            return base64.b64decode(text, validate=True)
        case {"tensor": int(place)}:
            return tensor(place)
        case {"array": int(place)}:
            return array(place)
        case {"record": str(name), "fields": dict(values)}:
            return Raw(name, {k: decode(v, tensor, array) for k, v in values.items()})
    raise ValueError(f"unknown kind of value: {', '.join(map(str, data))[:80]}")
