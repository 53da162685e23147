"""The process of a race, beside that of the window's run; started when first needed."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from backprop_viz.desktop.clients.wake import Wake
from backprop_viz.desktop.clients.worker_client import WorkerClient
from backprop_viz.recording.explanations.number_explanation import Fact
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.requests.race import RaceRequest
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.stream.commands import CancelRace, RunRace
from backprop_viz.stream.messages import RaceRan

_CLOSE_S = 1.8


class RaceWorker(QObject):
    """One race at a time. ``ran`` carries a RaceRan of the newest; ``ended`` why there is none."""

    ran = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ring: Callable[[], None] = Wake(self._take, self).ring
        self._client: WorkerClient | None = None
        self._request = 0
        self.destroyed.connect(self.close)

    def run(self, race: RaceRequest) -> None:
        """Run a race in place of one that runs; a process that has ended is replaced."""
        if self._client is None or not self._client.alive:
            self.close()
            self._client = WorkerClient(Settings(**PRESETS["tutorial"]), self._ring)
        self._request += 1
        self._client.submit(RunRace(self._request, race))

    def cancel(self) -> None:
        """Stop the race; ``ran`` tells as much of it as there is."""
        if self._client is not None:
            self._client.submit(CancelRace())

    @property
    def process_id(self) -> int | None:
        """The process id of the worker, None if there was no race."""
        return None if self._client is None else self._client.process.pid

    def close(self) -> None:
        """End the process, if there is one."""
        if self._client is not None:
            self._client.close(_CLOSE_S)
            self._client = None

    def _take(self) -> None:
        while self._client is not None and (received := self._client.take()) is not None:
            self._client.ask_for_update()
            message, _ = received
            if isinstance(message, RaceRan) and message.request == self._request:
                self.ran.emit(message)
            elif isinstance(message, Notice) and message.code == "worker_ended":
                self.ended.emit(Fact("worker_ended", message.values))
