"""What is tested by day, and what by night only."""

import os
from collections.abc import Sequence
from typing import TypeVar

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

Case = TypeVar("Case")


def by_day_every(nth: int, cases: Sequence[Case]) -> list[Case]:
    """All cases by night; by day every nth, which is another one in each row of a table.

    ``nth`` and the length of a row must have no common factor.
    """
    return list(cases if NIGHTLY else cases[::nth])
