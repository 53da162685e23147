"""A loop in other cells of a notebook than that of ``bv.watch``: the window is told of it."""

import os
import time
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.run.program import Program
from backprop_viz.stream.commands import Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import Update
from tests.capture.live.script_runs import Scripts, ScriptsWindow

BEGIN = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)

    def forward(self, x):
        return torch.tanh(self.first(x))

torch.manual_seed(5)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
losses = []
"""
WATCH = "import backprop_viz as bv\nwatch = bv.watch(net, optimizer, every=1)\n"
LOOP = """\
# A loop beside nothing.
for _ in range(2):
    optimizer.zero_grad()
    loss = net(torch.randn(6, 3)).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""
FUNCTION = """\
def step(x):
    optimizer.zero_grad()
    loss = net(x).sum()
    loss.backward()
    optimizer.step()
    return loss.item()

losses.append(step(torch.randn(6, 3)))
"""
LAST = "watch.close()\n"
CELLS = BEGIN, WATCH, LOOP, FUNCTION, LOOP, LAST

# As IPython runs cells: in the main module, which has no file, under names that linecache knows.
NOTEBOOK = """
import linecache, os, sys
from backprop_viz.capture.live import watching
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
watching.start_window = lambda *_: (None, *ends)
vars(sys.modules["__main__"]).pop("__file__", None)
for cell in sys.argv[3:]:
    name = f"/tmp/ipykernel_1/{abs(hash(cell))}.py"
    linecache.cache[name] = len(cell), None, cell.splitlines(keepends=True), name
    try:
        exec(compile(cell, name, "exec"), vars(sys.modules["__main__"]))
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.fixture
def notebook(scripts: Scripts) -> Any:
    windows: list[ScriptsWindow] = []

    def begin(cells: tuple[str, ...], folder: Path) -> ScriptsWindow:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = theirs_in, theirs_out
        process = scripts.start(NOTEBOOK, [*map(str, ends), *cells], ends, folder)
        os.close(theirs_in)
        os.close(theirs_out)
        windows.append(ScriptsWindow(process, ours_in, ours_out))
        return windows[-1]

    yield begin
    for window in windows:
        window.stop()


def text_of(program: Program) -> str:
    return "".join(f"{line.text}\n" for line in program.lines)


def test_the_window_follows_the_loop_from_cell_to_cell(notebook: Any, tmp_path: Path) -> None:
    plain: dict[str, Any] = {}
    for cell in (BEGIN, LOOP, FUNCTION, LOOP):
        exec(cell, plain)
    window = notebook(CELLS, tmp_path)
    window.rest()
    updates = [told for told in window.messages if isinstance(told, Update)]
    assert list(chain.from_iterable(u.points for u in updates)) != []
    assert [loss for u in updates for loss, _ in u.points] == plain["losses"]
    told = [u.program for u in updates if u.program is not None]
    assert [(text_of(cell), cell.since) for cell in told] == [
        (WATCH, 0),
        (LOOP, 1),
        (FUNCTION, 3),
        (LOOP, 4),
    ]
    assert told[1].path == told[3].path != told[2].path
    # The lines that are recorded are those of the cell that the iteration ran in.
    for iteration, cell in ((2, LOOP), (3, FUNCTION), (5, LOOP)):
        lines = cell.splitlines()
        seen = {lines[number - 1].strip() for number, _ in window.recordings[iteration].trace}
        assert {"optimizer.zero_grad()", "loss.backward()", "optimizer.step()"} <= seen


def test_a_breakpoint_of_a_line_is_its_cells(notebook: Any, tmp_path: Path) -> None:
    waits = f"import sys, torch\nwhile not __import__('os').path.exists('go'): pass\n{LOOP}"
    window = notebook((BEGIN, WATCH, waits, FUNCTION, LAST), tmp_path)
    window.next()
    window.command(SetBreakpoints((Breakpoint("line", 2), Breakpoint("loss_above", None, -1.0))))
    window.until(lambda told: isinstance(told, Update) and told.command == 1)
    (tmp_path / "go").touch()
    held = window.held()  # at the loss, and in no line: line 2 was that of bv.watch
    assert not held.before_line
    window.command(SetBreakpoints((Breakpoint("line", 7),)))
    held = window.carried_out(Step())
    while not held.before_line:
        held = window.carried_out(Step())
    assert waits.splitlines()[held.line - 1].strip() == "loss.backward()"


def test_ctrl_c_in_a_cell_that_is_held_is_told_and_the_next_cell_goes_on(
    notebook: Any, tmp_path: Path
) -> None:
    waits = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
    window = notebook((BEGIN, WATCH, waits, LOOP, waits.replace("go", "on"), LOOP, LAST), tmp_path)
    window.next()
    window.command(SetBreakpoints((Breakpoint("loss_above", None, -1.0),)))
    window.until(lambda told: isinstance(told, Update) and told.command == 1)
    (tmp_path / "go").touch()
    window.held()
    window.interrupt("")
    told = window.until(lambda told: isinstance(told, Update) and told.training)
    assert told.line is None
    window.command(SetBreakpoints(()))
    window.until(lambda told: isinstance(told, Update) and told.command == 2)
    (tmp_path / "on").touch()
    window.carried_out(Step())  # still phase by phase
    window.command(Train())
    window.rest()
    ended = window.ended()
    assert (ended.status, ended.printed) == (0, "interrupted\n")


def test_a_loop_that_was_held_is_told_of_when_it_is_held_again(
    notebook: Any, tmp_path: Path
) -> None:
    window = notebook((BEGIN, WATCH, LOOP.replace("range(2)", "range(400)"), LAST), tmp_path)
    window.until(lambda told: isinstance(told, Update) and told.iteration > 0)
    window.command(Pause())
    window.held()
    for _ in range(3):
        time.sleep(0.15)  # it is held for so long: longer than a loop that runs says nothing
        carried_out = partial(is_update_after, window.command(Iterate()))
        assert not window.until(carried_out).training


def is_update_after(command: int, told: object) -> bool:
    return isinstance(told, Update) and told.command == command
