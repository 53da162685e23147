"""Python's cyclic collector, kept in the window's thread.

Left to itself it runs in whichever thread allocates; in the one that reads from the worker it
would destroy Qt objects that belong to this thread, and crash.

What is free afterwards goes back to the system: a window that paints takes and leaves a few MB at
each frame, and the holes between what stays would be kept, and grow.
"""

import gc

from PySide6.QtCore import QObject, QTimer

from backprop_viz.recording.process_memory import give_back_memory

_INTERVAL_MS = 1000
WHOLE_EVERY = 30


class Collector(QObject):
    """Collects in the thread it was made in, as long as it is alive; several may be."""

    _alive = 0
    _by_itself = True  # whether Python's ran by itself before the first of them

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
