"""The window's part of a session file, read without torch.

The worker writes the whole file, so that there is one writer, one checksum and one rename, and the
file is there as a whole or not at all: the window's part goes to it with the command to save. But
it does not come back through the worker: the window reads its own part where the file lies.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from backprop_viz.recording.files.about import header_length
from backprop_viz.recording.files.atomic import size_of, stamp_of
from backprop_viz.recording.files.tree import decode
from backprop_viz.recording.files.window_schema import EARLIER, WINDOW
from backprop_viz.recording.run.window_part import StoredWindow, WindowPart
from backprop_viz.recording.trace.events import Array
from backprop_viz.training.session_files.upgrade import upgraded

# safetensors' names of what numpy has; the window's arrays are of these.
_DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "I64": np.dtype("<i8"),
}


def read_window_part(path: str, stamp: str) -> WindowPart:
    """What the window added to a session that the worker has just read, and found to be whole.

    ``stamp`` is the file's as the worker read it: of another one that has taken its place since,
    and of one that cannot be read any more, the part is empty.
    """
    try:
        part = _read(Path(path))
        same = stamp != "" and stamp_of(Path(path)) == stamp
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return WindowPart()
    return part if same else WindowPart()


def _read(path: Path) -> WindowPart:
    length = header_length(path, size_of(path))
    if length is None:
        raise ValueError("no header")
    with path.open("rb") as file:
        head = json.loads(file.read(8 + length)[8:])
        stored = dict(json.loads(head["__metadata__"]["manifest"])["value"]["dict"])

        def array(place: int) -> Array:
            about = head[str(place)]
            dtype, shape = _DTYPES[about["dtype"]], tuple(about["shape"])
            file.seek(8 + length + about["data_offsets"][0])
            data = _exactly(file, dtype.itemsize * math.prod(shape))
            return np.frombuffer(data, dtype).reshape(shape)

        fields = {
            name: decode(stored[name], _no_tensor, array)
            for name in ("window", "earlier")
            if name in stored
        }
    fields = upgraded(fields)
    window: StoredWindow = WINDOW.read(fields["window"])  # type: ignore[assignment]
    return WindowPart(window, EARLIER.read(fields["earlier"]))


def _exactly(file: Any, size: int) -> bytes:
    data: bytes = file.read(size)
    if len(data) < size:
        raise ValueError("cut short")
    return data


def _no_tensor(place: int) -> Any:
    raise ValueError("the window has no tensors of torch's")
