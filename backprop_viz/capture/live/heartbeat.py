"""Tells, again and again, where one of several ranks stands; and once, what is left to tell."""

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Literal

from backprop_viz.capture.code.own_faults import OURS
from backprop_viz.recording.run.whereabouts import Whereabouts

# The function of torch that runs a backward.
_BACKWARD = "_engine_run_backward"
_BEAT_S = 2.0
# A call that hangs, as on a line, holds nobody up for longer.
_EVERY_BEAT_ENDS_S = 1.0


class Heartbeat:
    """Calls ``beat`` every so many seconds, in a thread of its own, until it is ended."""

    def __init__(self, beat: Callable[[], None], every_s: float = _BEAT_S) -> None:
        self._call, self._every_s = beat, every_s
        self._ended = threading.Event()
        self._thread = threading.Thread(
            target=self._beat, name="backprop_viz heartbeat", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Call no more, once a call that is under way is over."""
        self._ended.set()
        self._thread.join(_EVERY_BEAT_ENDS_S)

    def _beat(self) -> None:
        while not self._ended.wait(self._every_s):
            with OURS:
                self._call()


class Reminder:
    """Calls ``remind`` so many seconds after ``set``, in a thread of its own, until it is ended.

    It calls again so much later while that returns False. Else it sleeps until it is set.
    """

    def __init__(self, remind: Callable[[], bool], after_s: float = _BEAT_S) -> None:
        self._call, self._after_s = remind, after_s
        self._set, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(
            target=self._wait, name="backprop_viz reminder", daemon=True
        )
        self._thread.start()

    def set(self) -> None:
        """Have it call, unless it is to call already."""
        if not self._set.is_set():
            self._set.set()

    def end(self) -> None:
        """Call no more, once a call that is under way is over."""
        self._ended.set()
        self._set.set()
        self._thread.join(_EVERY_BEAT_ENDS_S)

    def _wait(self) -> None:
        while self._set.wait() and not self._ended.wait(self._after_s):
            self._set.clear()
            with OURS:
                if not self._call():
                    self._set.set()


class Beats:
    """A reminder, and for one of several ranks a heartbeat, that end together."""

    def __init__(self, remind: Callable[[], bool], beat: Callable[[], None] | None) -> None:
        self._reminder = Reminder(remind)
        self._heartbeat = None if beat is None else Heartbeat(beat)

    def remind(self) -> None:
        """Have what is left to tell told soon."""
        self._reminder.set()

    def end(self) -> None:
        """Call nothing more."""
        self._reminder.end()
        if self._heartbeat is not None:
            self._heartbeat.end()


def whereabouts(thread: int | None, path: str, iteration: int) -> Whereabouts:
    """Where a thread is: the line of the script, and whether it may wait for other ranks."""
    frame = None if thread is None else sys._current_frames().get(thread)
    now = time.time()
    line, doing, collective = line_and_call(frame, path)
    within = doing == "backward"
    while frame is not None and not within:
        within, frame = frame.f_code.co_name == _BACKWARD, frame.f_back
    return Whereabouts(now, now, iteration, doing, line, collective, in_backward=within)


Doing = Literal["backward", "collective", "other"]


def line_and_call(frame: FrameType | None, path: str) -> tuple[int | None, Doing, str]:
    """The script's line in a stack of frames, what runs there, and the collective's name."""
    doing: Doing = "other"
    collective = ""
    while frame is not None and frame.f_code.co_filename != path:
        module = frame.f_globals.get("__name__", "")
        if frame.f_code.co_name == _BACKWARD:
            doing = "backward"
        elif module.startswith("torch.distributed"):
            collective = collective or frame.f_code.co_name
            doing = "collective" if doing == "other" else doing
        frame = frame.f_back
    return None if frame is None else frame.f_lineno, doing, collective
