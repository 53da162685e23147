"""Each process begins with what takes long, in turns with what is short, and nothing is lost."""

from tests.long_first import shared_out


def test_each_process_begins_with_its_share_of_the_long_ones() -> None:
    modules = [
        (["a1", "a2", "a3", "a4"], 0.1),
        (["b1"], 9.0),
        (["c1", "c2"], 2.0),
        (["d1", "d2", "d3", "d4", "d5"], 0.2),
        (["e1"], 8.0),
    ]
    order = shared_out(modules, 2)
    first, second = order[:6], order[6:]
    assert sorted(order) == sorted(name for names, _ in modules for name in names)
    assert first[0] == "b1"
    # A module's tests stay together, but where a share ends in the middle of them.
    assert first[1:] == ["d1", "d2", "d3", "d4", "d5"]
    assert second == ["e1", "a1", "a2", "a3", "a4", "c1", "c2"]


def test_long_and_short_ones_take_turns_and_what_is_between_comes_last() -> None:
    modules = [([n], cost) for n, cost in enumerate([4.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0])]
    assert shared_out(modules, 1) == [0, 6, 5, 4, 3, 1, 2]


def test_shares_are_as_large_as_those_that_pytest_xdist_gives() -> None:
    order = shared_out([([1], 5.0), ([2], 4.0), ([3], 3.0), ([4, 5, 6, 7, 8], 0.1)], 3)
    assert (order[0], order[2], order[5]) == (1, 2, 3)  # 8 tests: 2, 3 and 3
