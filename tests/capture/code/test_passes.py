"""Which instructions of a function run in the same pass of its loops."""

import dis
from types import CodeType

import pytest

from backprop_viz.capture.code.passes import (
    in_same_pass,
    instruction_at,
    loops_around,
    may_be_in_same_pass,
    runs_in_each_pass,
)

SOURCE = """
def f():
    for i in some():
        a()
        if i:
            b()
        while c():
            d()
            if e():
                continue
            g()
        try:
            h()
        except ValueError:
            continue
        with k():
            l()
        if i == 3:
            m()
        else:
            n()
        if i == 5:
            o()
        p()
    for j in some():
        for k in some():
            q()
        r()
    while True:
        s()
        if t():
            break
        u()
    v()
"""


def called() -> tuple[CodeType, dict[str, int]]:
    """The code of the function, and where it calls each other one."""
    namespace: dict[str, object] = {}
    exec(SOURCE, namespace)
    code = namespace["f"].__code__  # type: ignore[attr-defined]
    places: dict[str, int] = {}
    name = ""
    for one in dis.get_instructions(code):
        if one.opname == "LOAD_GLOBAL":
            name = one.argval
        elif one.opname == "CALL":
            places.setdefault(name, one.offset)
    return code, places


@pytest.mark.parametrize(
    "pair", ["ab", "ap", "bp", "ad", "dg", "dh", "gh", "hl", "lm", "mp", "np", "op", "qr", "su"]
)
def test_what_comes_further_down_runs_in_the_same_pass(pair: str) -> None:
    code, places = called()
    before, after = (places[name] for name in pair)
    assert in_same_pass(code, before, after)
    assert not in_same_pass(code, after, before)


@pytest.mark.parametrize("pair", ["aa", "mn", "nm", "mo", "bm", "aq", "ru", "qu"])
def test_what_may_run_in_another_does_not(pair: str) -> None:
    code, places = called()
    before, after = (places[name] for name in pair)
    assert not in_same_pass(code, before, after)


@pytest.mark.parametrize("pair", ["ab", "bo", "gm", "mo", "no", "st"])
def test_what_comes_further_down_may_run_in_the_same_pass(pair: str) -> None:
    code, places = called()
    before, after = (places[name] for name in pair)
    assert may_be_in_same_pass(code, before, after)
    assert not may_be_in_same_pass(code, after, before)


@pytest.mark.parametrize("pair", ["aa", "mn", "nm"])
def test_another_branch_is_of_another_pass(pair: str) -> None:
    code, places = called()
    assert not may_be_in_same_pass(code, *(places[name] for name in pair))


def test_what_has_a_condition_does_not_run_in_each_pass() -> None:
    code, places = called()
    # What comes behind a ``continue`` has one, too.
    always = {name for name, place in places.items() if runs_in_each_pass(code, place)}
    assert set("achdqrst") <= always
    assert always.isdisjoint("bgmno")


def test_loops_are_those_of_the_source() -> None:
    code, places = called()
    around = {name: list(loops_around(code, at)) for name, at in places.items()}
    assert around["some"] == []
    assert len(around["a"]) == 1
    assert around["a"] == around["p"] == around["l"]
    assert around["q"][1:] == around["r"] != []
    assert around["g"][-1:] == around["a"] != around["g"]
    assert around["g"] == around["d"]  # also behind the continue
    assert len(around["s"]) == 1


def test_a_frame_that_calls_is_in_the_call() -> None:
    code, places = called()
    behind = next(one.offset for one in dis.get_instructions(code) if one.offset > places["a"])
    assert {instruction_at(code, at) for at in range(places["a"], behind, 2)} == {places["a"]}
