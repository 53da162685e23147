import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from backprop_viz.desktop.system import garbage_collector
from backprop_viz.desktop.system.garbage_collector import Collector


class Cycle:
    """Only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_goes_in_the_collectors_thread_and_its_memory_to_the_system(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[threading.Thread] = []
    monkeypatch.setattr(
        garbage_collector, "give_back_memory", lambda: given.append(threading.current_thread())
    )
    before = gc.isenabled()
    owner = QObject()
    Collector(owner)
    try:
        assert not gc.isenabled()
        freed: list[threading.Thread] = []
        weakref.finalize(Cycle(), lambda: freed.append(threading.current_thread()))
        qtbot.waitUntil(lambda: len(freed) > 0 and len(given) > 0)
        assert {*freed, *given} == {threading.current_thread()}
    finally:
        owner.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gc.isenabled() is before
