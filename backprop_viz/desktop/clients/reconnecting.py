"""Connects again after a connection was lost, with growing pauses, in the thread that read it."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import Literal

from backprop_viz.recording.errors import UserError
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.rank_connections import RankConnection

# The pauses before each attempt, in seconds; the last one is used from then on.
_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class NextTry:
    """Cuts a pause short: the user does not want to wait, or no longer wants the connection."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self.given_up = False

    def now(self) -> None:
        """Try again at once."""
        self._woken.set()

    def give_up(self) -> None:
        """Try no more."""
        self.given_up = True
        self._woken.set()

    def wait(self, seconds: float) -> None:
        """Wait this many seconds, or until told otherwise."""
        self._woken.wait(seconds)
        self._woken.clear()


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionLost:
    """The connection to an ``address`` is lost; it is tried again in this many seconds.

    ``attempt`` counts from 1; ``error`` says why the last one failed, None before the first.
    """

    address: str
    rank: int
    world_size: int
    attempt: int
    again_in_s: float
    error: UserError | None
    next_try: NextTry = field(default_factory=NextTry)


@dataclass(frozen=True, slots=True)
class ConnectionTried:
    """What has become of a connection that was lost: it is "back", or not tried again.

    That is because the user has "given_up", the run's process is "over", it is an "other_run" that
    listens at the ``address`` now, or another window has "taken" the connection.
    """

    address: str
    rank: int
    outcome: Literal["back", "given_up", "over", "other_run", "taken"]


def reconnected(
    lost: RankConnection, next_try: NextTry, tell: Callable[[object], None]
) -> RankConnection | None:
    """Another connection in place of one that was lost; None if given up, or the run is over."""
    error: UserError | None = None
    address, origin = lost.address, lost.origin
    for attempt, pause in enumerate(_pauses(), 1):
        if is_over(origin):
            tell(ConnectionTried(address, origin.rank, "over"))
            return None
        tell(
            ConnectionLost(address, origin.rank, origin.world_size, attempt, pause, error, next_try)
        )
        next_try.wait(pause)
        if next_try.given_up:
            break
        try:
            connection = lost.again()
        except UserError as refused:
            error = refused
            continue
        if connection.origin == origin:
            tell(ConnectionTried(address, origin.rank, "back"))
            return connection
        connection.close()
        tell(ConnectionTried(address, origin.rank, "other_run"))
        return None
    tell(ConnectionTried(address, origin.rank, "given_up"))
    return None


def _pauses() -> Iterator[float]:
    return chain(_PAUSES_S, repeat(_PAUSES_S[-1]))


def is_over(origin: RunOrigin) -> bool:
    """Whether it is known that a run's process is gone: it was one of this machine."""
    if origin.host != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(origin.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    # One that has ended, and whose parent has not asked about it.
    with suppress(OSError):
        state = Path(f"/proc/{origin.pid}/stat").read_text(errors="replace").rpartition(")")[2]
        return state.split()[0] == "Z"
    return False
