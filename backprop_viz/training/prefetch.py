"""The next batch, read by another thread while an iteration runs."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from torch import Tensor

Batch = tuple[Tensor, Tensor]

# To have a smaller batch read takes longer than to read it.
WORTHWHILE = 128


class Ahead:
    """A daemon thread that reads for one other thread; the first ``begin`` starts it.

    What it reads must not depend on what the other does meanwhile, nor on the order of reading.
    """

    def __init__(self) -> None:
        self._begun = 0
        self._asked: SimpleQueue[tuple[int, Callable[[], Batch]]] = SimpleQueue()
        self._read: SimpleQueue[tuple[int, Batch | None]] = SimpleQueue()

    def begin(self, read: Callable[[], Batch]) -> int:
        """Have this called; returns the number to ``take`` what it gives by."""
        if not self._begun:
            threading.Thread(target=self._run, name="backprop_viz batches", daemon=True).start()
        self._begun += 1
        self._asked.put((self._begun, read))
        return self._begun

    def take(self, number: int) -> Batch | None:
        """What the last one begun gives, once and waiting for it; drops all before.

        None if it raised, to be met again where it is called the usual way; or if ``number`` is
        another's.
        """
        if number != self._begun:
            return None
        while True:
            done, batch = self._read.get()
            if done == number:
                return batch

    def _run(self) -> None:
        while True:
            number, read = self._asked.get()
            try:
                batch = read()
            except Exception:
                batch = None
            self._read.put((number, batch))
            del batch, read  # not kept until the next one comes
