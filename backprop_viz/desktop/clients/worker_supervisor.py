"""The session's connection to a worker that is replaced when its process ends."""

import time
from collections import deque
from collections.abc import Callable

from backprop_viz.desktop.clients.draw_image import DrawImage
from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import (
    Command,
    ExplainDrawing,
    SetBreakpoints,
    WatchSamples,
)
from backprop_viz.stream.wire import Received

# Commands that hold until another of their kind: a new worker is sent the last of each.
STANDING = (SetBreakpoints, DrawImage, ExplainDrawing, WatchSamples)
CLOSE_S = 1.8
# No more workers than this are started automatically: they would not stay.
MOST_RESTARTS, WITHIN_S = 3, 60.0


class WorkerSupervisor:
    """As a WorkerClient; ``begin_again`` puts another worker in place of one that has ended."""

    def __init__(self, settings: Settings, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._client = WorkerClient(settings, wake)
        self._standing: dict[type[Command], Command] = {}

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """Have the worker carry out a command after those before; whether it will.

        The recording, if there is one, is sent with it.
        """
        if isinstance(command, STANDING):
            self._standing[type(command)] = command
        if self.ended:
            return False
        self._client.submit(command, recording)
        return True

    @property
    def submitted(self) -> int:
        """How many commands this worker was sent."""
        return self._client.submitted

    def ask_for_update(self) -> None:
        """Tell the worker that the window is ready for another update of training."""
        self._client.ask_for_update()

    def tell_painted(self) -> None:
        """Tell the worker that what was taken before is painted."""
        self._client.tell_painted()

    def take(self) -> Received | None:
        """The oldest message that was not taken yet, and the recording that came with it."""
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
        self._client = WorkerClient(settings, self._wake)
        for command in self._standing.values():
            self._client.submit(command)

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._client.close(CLOSE_S)


class Restarts:
    """How often a worker was replaced lately."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=MOST_RESTARTS)

    def one_more(self) -> bool:
        """Whether another replacement is allowed; if so, it is counted."""
        now = time.monotonic()
        if len(self._at) == MOST_RESTARTS and now - self._at[0] < WITHIN_S:
            return False
        self._at.append(now)
        return True
