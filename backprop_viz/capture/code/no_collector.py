"""Python's collector of reference cycles, off for a while."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Set once something is frozen: Python counts what is frozen one by one, which takes longer than a
# small iteration, so it is asked only while the answer is none.
_frozen = False


@contextmanager
def without_collector() -> Iterator[None]:
    """A recording makes thousands of objects and no cycles; looking for cycles takes longest."""
    global _frozen
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            _frozen = _frozen or gc.get_freeze_count() > 0
            if not _frozen:
                # What was made meanwhile counts as old at once. Else all of it is looked at next.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
