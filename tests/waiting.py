"""Waits for a session for as long as something comes of it, however slow the machine is."""

import time
from collections.abc import Callable

from backprop_viz.desktop.run.session import Session

# A worker that has said nothing for so long has stopped.
_SILENT_S = 60.0
# What lives is heard of all the time, also where nothing gets on: no wait is longer than this.
_LONGEST_S = 300.0


def until(session: Session, holds: Callable[[], bool]) -> None:
    """Run the event loop until something holds; fails where no update has come for a minute."""
    before, began = session.view_state, time.monotonic()
    while not session.wait_until(holds, _SILENT_S):
        assert session.view_state is not before, "the worker has stopped"
        assert time.monotonic() - began < _LONGEST_S, "it does not come to hold"
        before = session.view_state


def until_idle(session: Session) -> None:
    """As ``until``, for all that was asked of the worker."""
    before = session.view_state
    while not session.wait_idle(_SILENT_S):
        assert session.view_state is not before, "the worker has stopped"
        before = session.view_state
