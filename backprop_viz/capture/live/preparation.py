"""What a script does before it trains: imports, data, models, which may take long."""

import sys
import threading
import time
from collections.abc import Callable

from backprop_viz.capture.live.heartbeat import Heartbeat, line_and_call
from backprop_viz.stream.messages import Preparing

# One that trains sooner is not told of.
_EVERY_S = 0.5


class Preparation:
    """Tells where the calling thread is in a script, twice a second until it is ``over``."""

    def __init__(self, path: str, tell: Callable[[Preparing], None], *, to_come: bool) -> None:
        """``to_come``: it trains later; else that is over already."""
        self._path, self._tell = path, tell
        self._thread, self._began = threading.get_ident(), time.monotonic()
        self._told = False
        self.is_over = not to_come
        self._heartbeat = Heartbeat(self._beat, _EVERY_S) if to_come else None

    def over(self) -> None:
        """It trains, or has ended: what is told last."""
        if not self.is_over and self._heartbeat is not None:
            self.is_over = True
            self._heartbeat.end()
            if self._told:
                self._tell(Preparing(None, self._seconds(), over=True))

    def _beat(self) -> None:
        line, _, _ = line_and_call(sys._current_frames().get(self._thread), self._path)
        self._told = True
        self._tell(Preparing(line, self._seconds()))

    def _seconds(self) -> float:
        return time.monotonic() - self._began
