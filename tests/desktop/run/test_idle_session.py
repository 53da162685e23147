"""While nothing happens, nothing runs: the worker's messages wake the window, no timer polls."""

import threading
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop, QObject, QTimer
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.clients.wake import Wake
from backprop_viz.desktop.run.session import Session
from backprop_viz.desktop.system.garbage_collector import Collector
from backprop_viz.recording.settings.run_settings import Settings

OpenSession = Callable[..., Session]
TUTORIAL = Settings(data="random", loss="mse", lr=0.01, batch_size=1)
WOKEN = (QEvent.Type.Timer, QEvent.Type.MetaCall, QEvent.Type.SockAct)


class Wakes(QObject):
    """Counts what wakes a session, or anything that belongs to it, but for the collector."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in WOKEN and self._is_its_own(watched):
            self.count += 1
        return False

    def _is_its_own(self, watched: QObject | None) -> bool:
        while watched is not None and not isinstance(watched, Collector):
            if watched is self._session:
                return True
            watched = watched.parent()
        return False


def wakes_within(session: Session, seconds: float, work: Callable[[], object]) -> int:
    """How often a session is woken in so long, in which ``work`` is done once."""
    wakes, application = Wakes(session), QCoreApplication.instance()
    assert application is not None
    application.installEventFilter(wakes)
    deadline, loop, once = QDeadlineTimer(int(1000 * seconds)), QEventLoop(), QTimer()
    once.setSingleShot(True)
    once.timeout.connect(loop.quit)
    try:
        work()
        while not deadline.hasExpired():
            once.start(deadline.remainingTime())
            loop.exec()
    finally:
        application.removeEventFilter(wakes)
    return wakes.count


def test_an_idle_session_is_not_woken(open_session: OpenSession) -> None:
    session = open_session(TUTORIAL)
    session.draw(np.eye(100, dtype=np.float32))
    session.iterate()
    assert session.wait_idle(30)
    wakes_within(session, 0.1, lambda: None)  # what is told after the last update was shown
    assert wakes_within(session, 1.0, lambda: None) == 0


def test_what_the_worker_says_wakes_it(open_session: OpenSession, qtbot: QtBot) -> None:
    """So that the test above could fail."""
    session = open_session(TUTORIAL)
    assert session.wait_idle(30)
    before = session.iteration
    assert wakes_within(session, 0.5, session.iterate) > 0
    qtbot.waitUntil(lambda: session.iteration == before + 1, timeout=60_000)


def test_many_rings_from_another_thread_are_answered_once_and_none_is_lost(qtbot: QtBot) -> None:
    owner, put_down, taken = QObject(), [], []
    wake = Wake(lambda: taken.append(len(put_down)), owner)

    def work() -> None:
        for number in range(1000):
            put_down.append(number)
            wake.ring()

    for rounds in (1, 2):  # nobody runs the event loop meanwhile, so that they pile up
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(taken) and taken[-1] == len(put_down))
        assert taken == [1000 * number for number in range(1, rounds + 1)]


def test_an_answer_that_fails_is_followed_by_another(qtbot: QtBot) -> None:
    owner, left, taken = QObject(), [1, 2, 3], []

    def answer() -> None:
        while left:
            taken.append(left.pop())
            raise RuntimeError("broken on purpose")

    wake = Wake(answer, owner)
    with qtbot.captureExceptions() as faults:
        wake.ring()
        qtbot.waitUntil(lambda: not left and len(faults) == 3)
    assert taken == [3, 2, 1]
