"""The variables of a frame are read, and none of them is kept."""

import sys
from weakref import ref

from backprop_viz.capture.code.frame_variables import variables_of


class Kept:
    pass


def read() -> dict[str, object]:
    return variables_of(sys._getframe(1))


# An ``assert`` of pytest's calls ``locals()`` itself: what is looked at is in functions without.
def looked_at_twice() -> tuple[dict[str, object], dict[str, object], int]:
    one = 1
    first = read()
    one = 2
    return first, read(), one


def looked_at_and_let_go() -> tuple[bool, bool]:
    kept = Kept()
    weak = ref(kept)
    seen = read()["kept"] is kept
    del kept
    return seen, weak() is None


def test_they_are_as_they_are_now() -> None:
    first, second, _ = looked_at_twice()
    assert first == {"one": 1}
    assert second == {"one": 2, "first": first}


def test_none_is_kept() -> None:
    assert looked_at_and_let_go() == (True, True)


def test_what_locals_has_given_stays_as_it_was() -> None:
    first = 1
    config = locals()
    before = dict(config)
    second = 2
    read()
    assert config == before
    assert (first, second) == (1, 2)


def test_those_of_a_module_are_left_where_they_are() -> None:
    names: dict[str, object] = {"read": read}
    exec("x = 1; found = read()", names)
    assert names["x"] == 1
    assert names["found"]["x"] == 1  # type: ignore[index]
