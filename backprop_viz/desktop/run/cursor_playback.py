"""Moves the cursor by itself: over the events of the phase that just ran, or on and on."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from backprop_viz.recording.iteration import Cursor

# A stepped phase is shown event by event, but never for longer than this.
PLAYBACK_MS = 900
PLAYBACK_EVENT_MS = 40
EVENTS_PER_SECOND = 8.0


class PhasePlayback(QObject):
    """Moves the cursor over the events of the phase that just ran; ``show`` shows it."""

    def __init__(self, show: Callable[[Cursor], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._cursor: Cursor | None = None
        self._stop = 0
        self._step = 1
        self._timer = QTimer(self, interval=PLAYBACK_EVENT_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def active(self) -> bool:
        """Whether it runs."""
        return self._timer.isActive()

    @property
    def stop_at(self) -> int:
        """Where the cursor comes to rest."""
        return self._stop

    @property
    def event_ms(self) -> int:
        """How long each of its places is shown, in milliseconds."""
        return self._timer.interval()

    @event_ms.setter
    def event_ms(self, event_ms: int) -> None:
        self._timer.setInterval(event_ms)

    def begin(self, start: Cursor, stop: int) -> None:
        """Run from a cursor, which is shown, to the position ``stop`` of its recording."""
        self._cursor, self._stop = start, stop
        length = stop - start.position + 1
        self._step = max(1, round(length * PLAYBACK_EVENT_MS / PLAYBACK_MS))
        self._timer.start()

    def halt(self) -> None:
        """Leave the cursor where it is."""
        self._timer.stop()

    def _go_on(self) -> None:
        assert self._cursor is not None
        position = min(self._cursor.position + self._step, self._stop)
        self._cursor = self._cursor.recording.at(position)
        if position >= self._stop:
            self._timer.stop()
        self._show(self._cursor)


class Player(QObject):
    """Calls ``go`` again and again while it plays."""

    def __init__(self, go: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(go)
        self.set_speed(EVENTS_PER_SECOND)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    def play(self) -> None:
        """Begin, or go on."""
        self._timer.start()

    def halt(self) -> None:
        """Stop."""
        self._timer.stop()

    def set_speed(self, events_per_second: float) -> None:
        """How often it calls."""
        self._timer.setInterval(round(1000 / events_per_second))
