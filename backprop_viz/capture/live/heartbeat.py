"""Tells a window of several ranks, again and again, that a rank is there and where it stands."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Literal

from backprop_viz.stream.messages import StillThere

_EVERY_S = 2.0


class Heartbeat:
    """Calls ``send`` every two seconds, in a thread of its own, until the process ends.

    ``thread`` tells which thread trains; ``path`` is the script's.
    """

    def __init__(
        self, send: Callable[[object], None], thread: Callable[[], int], path: str
    ) -> None:
        self._send, self._trains, self._path = send, thread, path
        self._ended = threading.Event()
        thread_ = threading.Thread(target=self._beat, name="backprop_viz heartbeat", daemon=True)
        thread_.start()

    def end(self) -> None:
        """Tell no more."""
        self._ended.set()

    def _beat(self) -> None:
        while not self._ended.wait(_EVERY_S):
            self._send(whereabouts(sys._current_frames().get(self._trains()), self._path))


def whereabouts(frame: FrameType | None, path: str) -> StillThere:
    """Where a thread is: the line of the script, and whether it may wait for other ranks."""
    doing: Literal["backward", "collective", "other"] = "other"
    while frame is not None and frame.f_code.co_filename != path:
        module = frame.f_globals.get("__name__", "")
        if frame.f_code.co_name == "_engine_run_backward":
            doing = "backward"
        elif doing == "other" and module.startswith("torch.distributed"):
            doing = "collective"
        frame = frame.f_back
    return StillThere(None if frame is None else frame.f_lineno, doing)
