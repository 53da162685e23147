"""Runs Python's cyclic garbage collector in the window's thread only.

By default it runs in whichever thread allocates. In the thread that reads from the worker it would
destroy Qt objects that belong to the window's thread, and crash.

Freed memory is returned to the system afterwards: painting takes and releases a few MB each time,
and the heap would fragment and grow.
"""

import gc

from PySide6.QtCore import QObject, QTimer

from backprop_viz.recording.process_memory import give_back_memory

_INTERVAL_MS = 1000
WHOLE_EVERY = 30


class Collector(QObject):
    """Collects in the thread that made it, as long as it lives; there may be several."""

    _alive = 0
    _by_itself = True  # whether automatic collection was on before the first Collector

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if Collector._alive == 0:
            Collector._by_itself = gc.isenabled()
        gc.disable()
        Collector._alive += 1
        self._count = 0
        timer = QTimer(self, interval=_INTERVAL_MS)
        timer.timeout.connect(self._collect)
        timer.start()
        self.destroyed.connect(_one_less)

    def _collect(self) -> None:
        self._count += 1
        gc.collect(2 if self._count % WHOLE_EVERY == 0 else 1)
        give_back_memory()


def _one_less() -> None:
    Collector._alive -= 1
    if Collector._alive == 0 and Collector._by_itself:
        gc.enable()
