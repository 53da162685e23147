"""Which variables of a loop hold something else in each of its passes."""

import dis

from backprop_viz.capture.code.pass_variables import SetBy, pass_variables
from backprop_viz.capture.code.passes import loops_around, may_be_in_same_pass


def variables_around(source: str, names: str) -> dict[str, list[dict[str, SetBy]]]:
    """Those of the loops around each call of these functions, the inner loops first."""
    namespace: dict[str, object] = {}
    exec(source, namespace)
    code = namespace["f"].__code__  # type: ignore[attr-defined]
    found: dict[str, list[dict[str, SetBy]]] = {}
    name = ""
    for one in dis.get_instructions(code):
        if one.opname == "LOAD_GLOBAL":
            name = one.argval
        elif one.opname == "CALL":
            around = [pass_variables(code, it) for it in loops_around(code, one.offset)]
            found[name] = [{each.name: each.set_by for each in loop} for loop in around]
    return {name: found[name] for name in names}


def test_those_of_a_for_loop_are_what_it_goes_through() -> None:
    source = """
def f():
    for i in some():
        a(i)
    for j, (x, y) in some():
        b(j)
    for k in some():
        for _ in some():
            c(k)
    for held.it in some():
        d()
"""
    loop = SetBy.LOOP
    assert variables_around(source, "abcd") == {
        "a": [{"i": loop}],
        "b": [{"j": loop, "x": loop, "y": loop}],
        "c": [{"_": loop}, {"k": loop}],
        "d": [{}],
    }


def test_those_of_a_while_loop_are_what_it_counts_and_fetches() -> None:
    source = """
def f(self, batches, total):
    i = j = 0
    while i < 9:
        a()
        i += 1
    while self.step < 9:
        b()
        self.step += 1
        j = j - 1
    while test():
        x, (y, z) = next(batches)
        c(x)
        kept = y
        number = 3
"""
    assert variables_around(source, "abc") == {
        "a": [{"i": SetBy.COUNT}],
        "b": [{"self.step": SetBy.COUNT, "j": SetBy.COUNT}],
        "c": [{"x": SetBy.CALL, "y": SetBy.CALL, "z": SetBy.CALL}],
    }


def test_what_some_pass_may_leave_is_none_of_them() -> None:
    source = """
def f(self, batches, i, since):
    while test():
        if self.rests:
            continue
        i += 1
        a()
    while test():
        if self.rests:
            break
        i += 1
        b()
    while test():
        for _ in some():
            i += 1
        since += 1
        if since > 2:
            since = 0
        self.step += 1
        if self.rests:
            self.step = 0
        c()
    while test():
        try:
            batch = next(batches)
        except StopIteration:
            batch = next(batches)
        d()
"""
    found = variables_around(source, "abcd")
    assert all(loop == {} for loop in found["a"])
    assert found["b"] == [{"i": SetBy.COUNT}]
    assert found["c"] == [{}]
    assert all(loop == {"batch": SetBy.CALL} for loop in found["d"])


def test_what_is_set_in_between_is_not_kept() -> None:
    def f(i: int) -> None:
        while i < 9:
            if i:
                print("before")
            i += 1
            if i:
                print("behind")
                print("at last")

    code = f.__code__
    before, behind, last = (
        one.offset for one in dis.get_instructions(code) if one.opname == "CALL"
    )
    assert may_be_in_same_pass(code, before, behind)
    ((variable,),) = (pass_variables(code, loop) for loop in loops_around(code, before))
    assert not variable.is_kept(code, before, behind)
    assert variable.is_kept(code, behind, last)
