"""A worker that explains numbers of recordings which are not its own; started when first asked."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import Command
from backprop_viz.stream.messages import ExplanationAnswer, GradientChecked
from backprop_viz.stream.wire import Received

_CLOSE_S = 1.8


class ExplainingWorker:
    """Takes questions and gives answers; anything else that its worker says is dropped."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._client: WorkerClient | None = None
        self._left: list[Received] = []  # of a worker that has ended, not taken yet

    def submit(self, command: Command, recording: Recording | None = None) -> bool:
        """Have the worker carry out a command; one that has ended is replaced.

        False where torch is not installed.
        """
        if find_spec("torch") is None:
            return False
        if self._client is None or not self._client.alive:
            # A check may begin by itself before it was told that the worker had ended.
            self._left += iter(self._next, None)
            self.close()
            self._client = WorkerClient(Settings(**PRESETS["tutorial"]), self._wake)
        self._client.submit(command, recording)
        return True

    def take(self) -> Received | None:
        """The oldest answer that was not taken yet."""
        return self._left.pop(0) if self._left else self._next()

    def _next(self) -> Received | None:
        while self._client is not None and (received := self._client.take()) is not None:
            self._client.ask_for_update()
            message, recording = received
            if isinstance(message, Notice):
                ended = message.code == "worker_ended"
                return replace(message, code="explaining_ended") if ended else message, recording
            if isinstance(message, ExplanationAnswer | GradientChecked):
                return received
        return None

    @property
    def process_id(self) -> int | None:
        """The process id of the worker, None if none was asked for."""
        return None if self._client is None else self._client.process.pid

    def close(self) -> None:
        """End the worker, if there is one."""
        if self._client is not None:
            self._client.close(_CLOSE_S)
            self._client = None
