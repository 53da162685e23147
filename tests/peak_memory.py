"""How much memory Python takes at most for a piece of work."""

import tracemalloc
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def within(limit: int, work: Callable[[], Result]) -> Result:
    """Call it, and check the bytes that Python takes for it; what it raises is raised.

    What takes too much is called again: the interpreter's table of names (of which every part of a
    path is one) grows by several MB once in many thousand new ones, maybe in its midst.
    """
    outcome, peak = _measured(work)
    if peak > limit:
        outcome, peak = _measured(work)
    assert peak <= limit
    return outcome.result()


def _measured(work: Callable[[], Result]) -> tuple[Future[Result], int]:
    outcome: Future[Result] = Future()
    tracemalloc.start()
    try:
        outcome.set_result(work())
    except Exception as error:
        outcome.set_exception(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return outcome, peak
