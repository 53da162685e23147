"""The session's line to a worker that is replaced when its process ends."""

import time
from collections import deque
from typing import Any

from backprop_viz.desktop.worker_client import WorkerClient
from backprop_viz.recording.notices import Notice
from backprop_viz.recording.settings import Settings
from backprop_viz.stream.messages import Answer, Update

# What holds until it is said otherwise: another worker is told the last of each.
STANDING = ("watch", "draw", "drawing_training.explain", "samples.watch")
CLOSE_S = 1.8
# More often than this a worker is not started by itself: it would not stay.
MOST_RESTARTS, WITHIN_S = 3, 60.0


class WorkerSupervisor:
    """As a Link, but ``begin_again`` puts another worker in place of one that has ended."""

    def __init__(self, settings: Settings) -> None:
        self._client = WorkerClient(settings)
        self._standing: dict[str, tuple[Any, ...]] = {}

    def submit(self, name: str, *arguments: Any) -> bool:
        """Have the worker call its method ``name`` after the commands before; whether it will."""
        if name in STANDING:
            self._standing[name] = arguments
        if self.ended:
            return False
        self._client.submit(name, *arguments)
        return True

    @property
    def submitted(self) -> int:
        """How many commands this worker was sent."""
        return self._client.submitted

    def ask_for_update(self) -> None:
        """Tell the worker that the window is ready for another frame of training."""
        self._client.ask_for_update()

    def tell_painted(self) -> None:
        """Tell the worker that what was taken before is painted."""
        self._client.tell_painted()

    def take(self) -> Update | Notice | Answer | None:
        """The oldest message that was not taken yet."""
        return self._client.take()

    @property
    def worker_pid(self) -> int:
        """The process id of the worker, which there is once it was started."""
        return self._client.process.pid

    @property
    def ended(self) -> bool:
        """Whether the worker is gone, and all that it said is taken."""
        return not self._client.alive and not self._client.has_message

    def begin_again(self, settings: Settings) -> None:
        """Start another worker; commands that were not carried out are lost."""
        self._client.close(CLOSE_S)
        self._client = WorkerClient(settings)
        for name, arguments in self._standing.items():
            self._client.submit(name, *arguments)

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._client.close(CLOSE_S)


class Restarts:
    """How often a worker was put in place of another lately."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=MOST_RESTARTS)

    def one_more(self) -> bool:
        """Whether it is to be done once more, which is then counted."""
        now = time.monotonic()
        if len(self._at) == MOST_RESTARTS and now - self._at[0] < WITHIN_S:
            return False
        self._at.append(now)
        return True
