"""A script that clears the gradients of several optimizers is held once all are cleared."""

from pathlib import Path
from typing import ClassVar

import pytest
import torch

from backprop_viz.capture.code.next_call import is_cleared_next, is_stepped_next
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from tests.capture.live.script_runs import Scripts

ONE_BY_ONE = """
import torch
from torch import nn

first, last = nn.Linear(3, 4), nn.Linear(4, 2)
one = torch.optim.SGD(first.parameters(), lr=0.1)
two = torch.optim.SGD(last.parameters(), lr=0.1)

for i in range(4):
    x = torch.randn(8, 3)
    one.zero_grad(); two.zero_grad()
    loss = last(first(x)).square().mean()
    loss.backward()
    one.step()
    two.step()
"""
CLEARS, STEPS = "one.zero_grad(); two.zero_grad()", "one.step()\n    two.step()"
IN_LOOPS = ONE_BY_ONE.replace(CLEARS, "for o in (one, two): o.zero_grad()").replace(
    STEPS, "for o in [one, two]: o.step()"
)
# How three are cleared, and after which of them another comes next.
WAYS = {
    "a.zero_grad(); b.zero_grad(); c.zero_grad()": [True, True, False],
    "a.zero_grad()\nb.zero_grad()\nrun()\nc.zero_grad()": [True, False, False],
    "def clear():\n    a.zero_grad()\n    b.zero_grad()\nclear()\nc.zero_grad()": [
        True,
        True,
        False,
    ],
    "def clear():\n    a.zero_grad()\nclear()\nb.zero_grad()\nc.zero_grad()": [True, True, False],
    "if run():\n    a.zero_grad()\n    b.zero_grad()\nc.zero_grad()": [True, True, False],
    "for one in (a, b, c):\n    one.zero_grad()": [True, True, False],
    "for name, one in zip('abc', all):\n    one.zero_grad()": [False] * 3,
    "for i, one in enumerate(all):\n    one.zero_grad()": [True, True, False],
    "for i in range(len(all)):\n    all[i].zero_grad()\nrun()": [True, True, False],
    "for one in named.values():\n    one.zero_grad()": [True, True, False],
    "for one in iter(all):\n    one.zero_grad()": [False] * 3,
    "for one in all:\n    one.zero_grad()\n    run()": [False] * 3,
    "while not c.told:\n    all[i].zero_grad()\n    i += 1": [False] * 3,
}


class _Cleared:
    """An optimizer that tells whether another is cleared next."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def zero_grad(self) -> None:
        known = is_cleared_next()
        self.told += [known]  # what this calls itself would come next


@pytest.mark.parametrize("source", WAYS)
def test_whether_another_is_cleared_next_is_read_in_the_source(source: str, tmp_path: Path) -> None:
    script, each = tmp_path / "train.py", [_Cleared() for _ in range(3)]
    script.write_text(source)
    names = dict(zip("abc", each, strict=True))
    given = {**names, "all": each, "named": dict(names), "run": lambda: True, "i": 0}
    exec(compile(source, str(script), "exec"), given)
    assert [told for one in each for told in one.told] == WAYS[source]


def test_a_step_comes_next_if_it_is_an_optimizers(tmp_path: Path) -> None:
    class Stepping(torch.optim.SGD):
        told: ClassVar[list[bool]] = []

        def step(self, closure: object = None) -> None:  # type: ignore[override]
            known = is_stepped_next()
            Stepping.told += [known]

    one, two = (Stepping([torch.zeros(1, requires_grad=True)], lr=0.1) for _ in range(2))
    rate = torch.optim.lr_scheduler.ConstantLR(one)
    Stepping.told.clear()
    script = tmp_path / "train.py"
    script.write_text("one.step()\ntwo.step()\nrate.step()\nrun()\nfor o in both:\n    o.step()")
    given = {"one": one, "two": two, "rate": rate, "both": [one, two], "run": lambda: None}
    exec(compile(script.read_text(), str(script), "exec"), given)
    assert Stepping.told == [True, False, True, False]


@pytest.mark.parametrize("source", [ONE_BY_ONE, IN_LOOPS], ids=["one by one", "in loops"])
def test_it_is_not_held_between_two_clearings_or_steps(
    source: str, scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(source)
    with scripts.followed(str(script)) as window:
        held, cleared = window.held(), list[int]()
        while held.iteration < 2:
            held = window.carried_out(Step())
            recording = window.recordings.get(held.iteration + 1)
            spans = () if recording is None else recording.spans
            if [span.phase for span in spans] == [Phase.ZERO_GRAD]:
                cleared.append(len(recording.events))  # type: ignore[union-attr]
                assert held.due is Phase.FORWARD
            for span in spans:
                assert span.phase is not Phase.UPDATE or span.stop - span.start == 4
        window.command(Train())
    assert cleared == [4, 4]  # once in each iteration, with the gradients of both
