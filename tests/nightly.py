"""What is tested by day, and what by night only."""

import os
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, TypeVar

import pytest

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

Case = TypeVar("Case")

by_night = pytest.mark.skipif(not NIGHTLY, reason="by night: takes long")


def by_day_every(nth: int, cases: Sequence[Case]) -> list[Case]:
    """All cases by night; by day every nth, which is another one in each row of a table.

    ``nth`` and the length of a row must have no common factor.
    """
    return list(cases if NIGHTLY else cases[::nth])


def by_day_each(*axes: Iterable[Any], rounds: int = 1) -> list[tuple[Any, ...]]:
    """By night all of their product; by day each value of each, together with ``rounds`` others.

    However long the axes are: what a registry holds may grow.
    """
    values = [list(axis) for axis in axes]
    if NIGHTLY:
        return list(product(*values))
    longest = max(map(len, values))
    found = [
        tuple(axis[(i + shift * k) % len(axis)] for k, axis in enumerate(values))
        for shift in range(rounds)
        for i in range(longest)
    ]
    return list(dict.fromkeys(found))
