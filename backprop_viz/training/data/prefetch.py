"""Loads the next batch in another thread while an iteration runs."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from torch import Tensor

Batch = tuple[Tensor, Tensor]

# Handing a smaller batch to another thread takes longer than loading it.
WORTHWHILE = 128


class Ahead:
    """A daemon thread that loads batches for one other thread; the first ``begin`` starts it.

    A batch must depend neither on what the other thread does meanwhile nor on the order of
    loading.
    """

    def __init__(self) -> None:
        self._begun = 0
        self._asked: SimpleQueue[tuple[int, Callable[[], Batch]]] = SimpleQueue()
        self._read: SimpleQueue[tuple[int, Batch | None]] = SimpleQueue()

    def begin(self, read: Callable[[], Batch]) -> int:
        """Call ``read`` in the thread; returns the number by which to ``take`` its result."""
        if not self._begun:
            threading.Thread(target=self._run, name="backprop_viz batches", daemon=True).start()
        self._begun += 1
        self._asked.put((self._begun, read))
        return self._begun

    def take(self, number: int) -> Batch | None:
        """Wait for the result of the call begun last, and drop all results before it.

        None if that call raised, which the caller will see when it loads the batch itself, or if
        ``number`` is not that of the last call.
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
