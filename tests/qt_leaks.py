"""What a test must not leave behind in Qt: timers that still run, windows that still exist."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

WHOLE_EVERY = 20  # tests


class QtLeaks:
    """Knows the windows there were when it was made, and the timers it was told of since.

    The timers of those windows may run on: their windows go on, too.
    """

    def __init__(self) -> None:
        self._before = set(_windows())
        self._started: weakref.WeakSet[QTimer] = weakref.WeakSet()

    def started(self, timer: QTimer) -> None:
        """Take note of a timer."""
        self._started.add(timer)

    def found(self) -> list[str]:
        """What is left, each in words; what only a cycle of references holds is not."""
        if not self._left():
            return []
        gc.collect()
        return [_in_words(thing) for thing in self._left()]

    def _left(self) -> list[QTimer | QWidget]:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        running = [timer for timer in self._started if isValid(timer) and timer.isActive()]
        left = [timer for timer in running if self._before.isdisjoint(_those_above(timer))]
        return [*left, *(window for window in _windows() if window not in self._before)]


def _those_above(timer: QTimer) -> Iterator[QObject]:
    """What a timer goes with."""
    above = timer.parent()
    while above is not None:
        yield above
        above = above.parent()


def _windows() -> list[QWidget]:
    """All but menus: those of pyqtgraph have no parent, and go with the test's own variables."""
    return [w for w in QApplication.topLevelWidgets() if not isinstance(w, QMenu)]


def _in_words(thing: QTimer | QWidget) -> str:
    kind = "running" if isinstance(thing, QTimer) else "window"
    return f"{kind} {type(thing).__name__} '{thing.objectName()}' of {thing.parent()}"


@pytest.fixture(autouse=True)
def collected_in_this_thread(request: pytest.FixtureRequest) -> None:
    """Python's collector runs here alone while there may be Qt objects for it to destroy.

    Left to itself it runs in any thread, as in the one by which pytest-xdist reports; what
    belongs to Qt is not to be destroyed there.
    """
    if "qtbot" in request.fixturenames:
        gc.disable()
        gc.collect(2 if gc.get_count()[2] >= WHOLE_EVERY else 1)
    elif not gc.isenabled():
        gc.collect()
        gc.enable()


@pytest.fixture(autouse=True)
def nothing_left_in_qt(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A timer that still runs, or a window that still exists, when its test ends fails it."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    qt_leaks, start = QtLeaks(), QTimer.start

    def noted_start(timer: QTimer, *arguments: Any) -> None:
        qt_leaks.started(timer)
        start(timer, *arguments)

    monkeypatch.setattr(QTimer, "start", noted_start)
    yield
    found = qt_leaks.found()
    assert not found, f"left behind: {found}"
