"""Holds all ranks of a training at the same place: a rank held too early goes on once."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backprop_viz.desktop.clients.attached_client import AttachedClient
from backprop_viz.stream.commands import Command, Iterate, Pause, Train
from backprop_viz.stream.messages import Update

# How long a rank that is not held yet is waited for: at least this many seconds, and iterations.
_GRACE_S, _GRACE_ITERATIONS = 0.5, 3.0


@dataclass(slots=True)
class HeldRank:
    """How a rank stands: whether the window holds it, since when, and after which iteration."""

    client: AttachedClient
    held: bool = False
    since: float = 0.0
    iteration: int = 0
    rate: float = 0.0


class RanksHeld:
    """Told of each rank's updates. A pause reaches the ranks at different moments: one may be held
    at the end of an iteration when another is in the next, where it waits for the first for ever.
    Then the first is let go on to the end of that iteration. ``wake`` is called when it is time to
    look again.
    """

    def __init__(self, clients: Sequence[object], wake: Callable[[], None]) -> None:
        self._ranks = [HeldRank(each) for each in clients if isinstance(each, AttachedClient)]
        self._wake = wake
        self._pausing = False
        self._timer: threading.Timer | None = None

    def commanded(self, command: Command) -> None:
        """The window has told all ranks something."""
        if isinstance(command, Pause | Train):
            self._pausing = isinstance(command, Pause)

    def updated(self, client: object, update: Update) -> None:
        """A rank has told how it stands."""
        for rank in self._ranks:
            if rank.client is client:
                if not update.training and not rank.held:
                    rank.since = time.monotonic()
                rank.held, rank.iteration, rank.rate = (
                    not update.training,
                    update.iteration,
                    update.rate,
                )

    def is_held(self, client: object) -> bool:
        """Whether the window holds a rank."""
        return any(rank.held for rank in self._ranks if rank.client is client)

    def look(self) -> None:
        """Let a rank that is held too early go on, once the others have had time to be held."""
        if not self._pausing or len(self._ranks) < 2:
            return
        held = [rank for rank in self._ranks if rank.held and not rank.client.ended]
        late = [rank for rank in self._ranks if not rank.held and not rank.client.ended]
        most = max((rank.iteration for rank in held), default=0)
        if not late and all(rank.iteration == most for rank in held):
            self._pausing = False
            return
        now, next_look = time.monotonic(), None
        for rank in held:
            if not late and rank.iteration == most:
                continue  # this one is where the others are to come
            grace = max(_GRACE_S, _GRACE_ITERATIONS / rank.rate if rank.rate else 0.0)
            left = rank.since + grace - now
            if left <= 0:
                rank.held = False
                rank.client.submit(Iterate())
            else:
                next_look = left if next_look is None else min(left, next_look)
        if next_look is not None:
            self.close()
            self._timer = threading.Timer(next_look + 0.01, self._wake)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
