"""Long work that needs no torch, in a thread of the window's process.

Downloads and image files wait for a network or a disk, and are read by code that releases the
interpreter lock. So the window stays responsive, and the worker's process keeps training.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from backprop_viz.recording.notices.notice import Notice, notice_of
from backprop_viz.recording.requests.progress import Cancelled, Progress, Report

_POLL_MS = 50
_CLOSE_S = 1.0


class Background(QObject):
    """Runs one job at a time. All signals are emitted in the window's thread.

    ``progressed`` carries a Progress, ``finished`` the job's result, ``failed`` the exception. None
    of them is emitted after ``cancel``.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._work: _Work | None = None
        self._told: Progress | None = None
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._take)

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._work is not None

    def start(self, work: Callable[[Report], object]) -> None:
        """Start a job; no other may be running."""
        assert self._work is None
        self._work = _Work(work)
        self._told = None
        self._poll.start()

    def cancel(self) -> None:
        """Drop the job; its thread ends by itself the next time it reports progress."""
        if self._work is not None:
            self._work.cancelled.set()
            self._end()

    def close(self) -> None:
        """Cancel, and give the thread time to clean up."""
        work = self._work
        self.cancel()
        if work is not None:
            work.thread.join(_CLOSE_S)

    def _take(self) -> None:
        work = self._work
        assert work is not None
        ended = not work.thread.is_alive()
        if work.newest is not None and work.newest is not self._told:
            self._told = work.newest
            self.progressed.emit(work.newest)
        if not ended or self._work is not work:
            return
        self._end()
        if work.error is not None:
            self.failed.emit(work.error)
        else:
            self.finished.emit(work.result)

    def _end(self) -> None:
        self._poll.stop()
        self._work = None


def failure_notice(error: Exception, subject: str) -> Notice:
    """What to tell of an exception; its own words where they were written for the user."""
    notice = replace(notice_of(error), subject=subject)
    if notice.code != "failed":
        return notice
    return replace(notice, code="window_failed", values=notice.values[1:])


class _Work:
    """The job as its thread runs it; the window's thread reads ``newest``, ``result`` and
    ``error``.
    """

    def __init__(self, work: Callable[[Report], object]) -> None:
        self.cancelled = threading.Event()
        self.newest: Progress | None = None
        self.result: object = None
        self.error: Exception | None = None
        self._work = work
        # A daemon: a silent server must not keep the process alive after the window is closed.
        self.thread = threading.Thread(target=self._run, name="backprop_viz work", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self._work(self._report)
        except Exception as error:
            self.error = error

    def _report(self, progress: Progress) -> None:
        if self.cancelled.is_set():
            raise Cancelled
        self.newest = progress
