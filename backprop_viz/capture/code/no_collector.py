"""Python's collector of reference cycles, off for a while."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """A recording makes thousands of objects and no cycles; looking for cycles takes longest."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            if not gc.get_freeze_count():
                # What was made meanwhile counts as old at once. Else all of it is looked at next.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
