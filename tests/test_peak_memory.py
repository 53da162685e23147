import sys

import pytest

from tests.nightly import by_night
from tests.peak_memory import within


def test_what_takes_too_much_is_found_each_time() -> None:
    assert within(20_000, lambda: bytes(10_000)) == bytes(10_000)
    with pytest.raises(AssertionError):
        within(5_000, lambda: bytes(10_000))


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        within(10_000, lambda: 1 // 0)


@by_night
def test_that_the_interpreters_names_grow_is_not_the_works() -> None:
    kept: list[str] = []

    def work() -> None:
        kept.extend(sys.intern(f"a name {len(kept) + i}") for i in range(500))

    # Once in these half a million of names the table of all of them takes 7 MB and more.
    for _ in range(1000):
        within(4 << 20, work)
