"""A loop that is watched in the cells of a notebook, run by IPython itself."""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import Update, UpdateWanted
from tests.capture.live.script_runs import Scripts, ScriptsWindow, ended_process
from tests.capture.live.test_notebooks import BEGIN, LAST, LOOP

WATCH = "import backprop_viz as bv\nwatch = bv.watch(net, optimizer, every=1)\n"
NO_WATCH = "pass\n"
FAILING = """\
for i in range(3):
    optimizer.zero_grad()
    out = net(torch.randn(6, 3 if i < 2 else 5))
    out.square().mean().backward()
    optimizer.step()
"""
WEIGHTS = "print([p.tolist() for p in net.parameters()])\n"

_RUN = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in sys.argv[1:]:
    shell.run_cell(cell, store_history=True)
"""
_FOLLOWED = """
import os, sys
from backprop_viz.capture.live import watching
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
watching.start_window = lambda *_: (None, *ends)
del sys.argv[1:3]
"""


class Notebook:
    """Runs cells as a notebook does, alone or with a window that the test plays."""

    def __init__(self, scripts: Scripts, folder: Path) -> None:
        self._scripts, self._more = scripts, {"IPYTHONDIR": str(folder / "ipython")}
        self.windows: list[ScriptsWindow] = []

    def printed(self, cells: Sequence[str], more: Mapping[str, str] | None = None) -> str:
        more = {**self._more, **(more or {})}
        return ended_process(self._scripts.start(_RUN, cells, more=more)).printed

    def followed(self, cells: Sequence[str]) -> ScriptsWindow:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = theirs_in, theirs_out
        given = [*map(str, ends), *cells]
        process = self._scripts.start(_FOLLOWED + _RUN, given, ends, more=self._more)
        os.close(theirs_in)
        os.close(theirs_out)
        self.windows.append(ScriptsWindow(process, ours_in, ours_out))
        return self.windows[-1]


@pytest.fixture
def notebook(scripts: Scripts, tmp_path: Path) -> Any:
    found = Notebook(scripts, tmp_path)
    yield found
    for window in found.windows:
        window.stop()


def notices(window: ScriptsWindow) -> list[Notice]:
    told = [one for one in window.messages if isinstance(one, Notice)]
    return [one for one in told if one.code != "withdrawn"]


def updated(window: ScriptsWindow, wanted: Callable[[Update], bool]) -> Update:
    found: Update = window.until(lambda told: isinstance(told, Update) and wanted(told))
    return found


def raised(window: ScriptsWindow) -> list[Recording]:
    """The recordings, until the end, of iterations that raised."""
    found: dict[int, Recording] = {}
    with suppress(EOFError):
        while True:
            window.next()
            found |= {one.serial: one for one in window.recordings.values() if one.error}
    return list(found.values())


def frames(printed: str) -> list[str]:
    """The frames of a traceback that IPython shows, its message, and all that was printed else.

    Where a module has hooks torch calls it at another line, in a function of its own.
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", printed)
    lines = [line for line in text.splitlines() if not re.match(r"\s*(-+>)?\s*\d+ |\s*$", line)]
    return [re.sub(r"\.py:\d+", "", line) for line in lines if "<locals>.inner" not in line]


def test_a_cell_that_raises_is_shown_as_without_a_window(notebook: Notebook) -> None:
    plain = notebook.printed([BEGIN, NO_WATCH, FAILING, LOOP, WEIGHTS])
    shown = frames(plain)
    assert len([line for line in shown if line.startswith("File ")]) >= 3
    assert shown[-2] == "RuntimeError: mat1 and mat2 shapes cannot be multiplied (6x5 and 3x4)"
    window = notebook.followed([BEGIN, WATCH, FAILING, LOOP, WEIGHTS])
    window.rest()
    assert frames(window.ended().printed) == shown


def test_what_a_cell_raises_is_told_with_its_line(notebook: Notebook) -> None:
    window = notebook.followed([BEGIN, WATCH, FAILING, LOOP, LAST])
    window.rest()
    (told,) = notices(window)
    assert told.code == "cell_raised"
    assert told.values[1] == "3"
    assert "mat1 and mat2 shapes" in told.values[0]
    assert "net(torch.randn(6, 3 if i < 2 else 5))" in told.details
    assert "__torch_function__" not in told.details


def test_it_is_told_until_the_loop_goes_on(notebook: Notebook) -> None:
    window = notebook.followed([BEGIN, WATCH, FAILING, "1 + 1\n", "2 + 2\n", LOOP, LAST])
    window.rest()
    told = [one for one in window.messages if isinstance(one, Notice | Update)]
    raised = next(i for i, one in enumerate(told) if isinstance(one, Notice))
    rest = told[raised + 1 :]
    withdrawn = next(i for i, one in enumerate(rest) if isinstance(one, Notice))
    assert rest[withdrawn].code == "withdrawn"
    # Of each cell between them nothing is told but that it is over.
    assert [update.between_cells for update in rest[:withdrawn]] == [True, True]
    assert rest[withdrawn - 1].iteration == 2
    assert rest[withdrawn + 1].iteration > 2  # a window that is slow hears of later ones only


def test_the_iteration_that_raised_is_left_and_the_next_cell_begins_it_anew(
    notebook: Notebook,
) -> None:
    window = notebook.followed([BEGIN, WATCH, FAILING, LOOP, LAST])
    (failed,) = raised(window)
    assert failed.iteration == 3
    assert [span.phase for span in failed.spans] == [Phase.ZERO_GRAD, Phase.FORWARD]
    # The third one that is complete has one zero_grad and one forward.
    third = window.recordings[3]
    assert [span.phase for span in third.spans] == [
        Phase.ZERO_GRAD,
        Phase.FORWARD,
        Phase.LOSS,
        Phase.BACKWARD,
        Phase.UPDATE,
    ]
    assert third.error is None
    assert max(window.recordings) == 4


def test_a_cell_that_raises_beside_the_loop_leaves_the_iteration_as_it_is(
    notebook: Notebook,
) -> None:
    cells = [
        "optimizer.zero_grad()\nloss = net(torch.randn(6, 3)).square().mean()\n",
        "los.backward()\n",
        "loss.backward()\n",
        "optimizer.step()\n",
    ]
    window = notebook.followed([BEGIN, WATCH, *cells, LAST])
    window.rest()
    assert notices(window) == []
    recording = window.recordings[1]
    assert {span.phase for span in recording.spans} == set(Phase)


def test_the_window_is_told_that_no_cell_runs(notebook: Notebook) -> None:
    window = notebook.followed([BEGIN, WATCH, LOOP, LOOP, LAST])
    window.rest()
    told = [
        (update.iteration, update.training)
        for update in window.messages
        if isinstance(update, Update) and update.between_cells
    ]
    assert (0, False) in told
    assert (2, False) in told
    assert (4, False) in told
    running = [u for u in window.messages if isinstance(u, Update) and not u.between_cells]
    assert all(update.training for update in running[:-1])  # before the last the run has ended


def test_ctrl_c_is_not_told_and_the_next_cell_begins_anew(notebook: Notebook) -> None:
    interrupted = """\
import _thread
optimizer.zero_grad()
net(torch.randn(6, 3)).square().mean().backward()
raise KeyboardInterrupt
"""
    window = notebook.followed([BEGIN, WATCH, interrupted, LOOP, LAST])
    window.rest()
    assert notices(window) == []
    assert [span.phase for span in window.recordings[1].spans].count(Phase.BACKWARD) == 1
    assert sorted(window.recordings) == [1, 2]


def test_nothing_is_called_once_the_loop_is_watched_no_longer(notebook: Notebook) -> None:
    left = "print(len(get_ipython().events.callbacks['post_run_cell']))\n"
    printed = notebook.printed([left])
    window = notebook.followed([BEGIN, WATCH, LAST, left])
    window.rest()
    assert window.ended().printed == printed


def test_how_the_user_has_cells_tracebacks_shown_stays(notebook: Notebook) -> None:
    own = "get_ipython().set_custom_exc((RuntimeError,), lambda *given, tb_offset: print('mine'))\n"
    window = notebook.followed([BEGIN, own, WATCH, FAILING, LAST])
    window.rest()
    assert window.ended().printed == "mine\n"


PHASES = ["optimizer.zero_grad()", "loss = net(x).sum()", "loss.backward()", "optimizer.step()"]
# As a person does: so long after the last iteration that one may be recorded again.
LATER = "import time; time.sleep(0.6)\n"


def test_phases_in_cells_of_their_own_are_shown_one_after_the_other(notebook: Notebook) -> None:
    watch = "import backprop_viz as bv\nwatch = bv.watch(net, optimizer)\n"
    begin = BEGIN + "x = torch.randn(6, 3)\n"
    window = notebook.followed([begin, watch, LOOP, LATER, *PHASES, LAST])
    shown: list[list[Phase]] = []
    with suppress(EOFError):
        while True:
            told, recording = window.next(), window.recordings.get(3)
            if isinstance(told, Update) and recording is not None:
                shown.append([span.phase for span in recording.spans])
    # The last is the end of the iteration, after whose cell nothing else is to be shown.
    every = list(Phase)
    assert [phases for phases, _ in groupby(shown)] == [every[:n] for n in (1, 3, 4, 5)]


# A cell is over, and the program stands there until the file is made.
BETWEEN = """\
import os, time
def stand(_):
    while not os.path.exists({go!r}):
        time.sleep(0.01)
get_ipython().events.register("post_run_cell", stand)
"""


def test_a_step_between_cells_holds_the_next_that_trains(
    notebook: Notebook, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    watch = "import backprop_viz as bv\nwatch = bv.watch(net, optimizer)\n"
    between = BETWEEN.format(go=str(go))
    window = notebook.followed([BEGIN, watch, LOOP, between, LOOP, LAST])
    updated(window, lambda told: told.iteration == 2 and told.between_cells)
    window.carried_out(Iterate())
    window.until(lambda told: isinstance(told, Notice) and told.code == "next_cell_pauses")
    go.touch()
    held = updated(window, lambda told: not told.training and not told.between_cells)
    assert held.iteration == 3
    assert window.recordings[3].under_way is None
    window.command(Train())
    window.rest()
    assert window.ended().status == 0


def test_train_between_cells_lets_the_next_run_freely(notebook: Notebook, tmp_path: Path) -> None:
    go = tmp_path / "go"
    between = BETWEEN.format(go=str(go))
    window = notebook.followed([BEGIN, WATCH, LOOP, between, LOOP, LAST])
    updated(window, lambda told: told.iteration == 2 and told.between_cells)
    window.carried_out(Step())
    window.carried_out(Train())
    go.touch()
    window.rest()
    assert window.ended().status == 0
    codes = [told.code for told in window.messages if isinstance(told, Notice)]
    assert "next_cell_pauses" in codes
    assert codes[-1] == "withdrawn"


def codes_after_raised(window: ScriptsWindow) -> list[str]:
    """What is told after what a cell has raised: of each update whether no cell runs, notices."""
    told = [one for one in window.messages if isinstance(one, Notice | Update)]
    raised = next(i for i, one in enumerate(told) if isinstance(one, Notice))
    return [
        one.code if isinstance(one, Notice) else "rests" if one.between_cells else "runs"
        for one in told[raised + 1 :]
    ]


def test_breakpoints_that_are_set_between_cells_take_back_nothing(
    notebook: Notebook, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    between = BETWEEN.format(go=str(go))
    window = notebook.followed([BEGIN, WATCH, FAILING, between, "1 + 1\n", LOOP, LAST])
    window.until(lambda told: isinstance(told, Notice) and told.code == "cell_raised")
    updated(window, lambda told: told.between_cells)
    number = window.command(SetBreakpoints(()))
    updated(window, lambda told: told.command == number)
    go.touch()
    window.rest()
    told = codes_after_raised(window)
    assert told[: told.index("withdrawn")] == ["rests", "rests", "rests"]


# A cell that says that it has begun, and runs until the file is made.
RUNNING = """\
import os, time
print("It has begun.", flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.01)
"""


def test_what_a_slow_window_is_sent_late_takes_back_nothing(
    notebook: Notebook, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    running = RUNNING.format(go=str(go))
    failing = FAILING.replace("range(3)", "range(30)").replace("i < 2", "i < 29")
    window = notebook.followed([BEGIN, WATCH, failing, running, LOOP, LAST])
    window.keeps_up = False
    window.until(lambda told: isinstance(told, Notice) and told.code == "cell_raised")
    window.wait_until_printed("It has begun.")
    window.keeps_up = True
    window.send(UpdateWanted())
    # What is sent for that has come before the answer to this.
    number = window.command(SetBreakpoints(()))
    updated(window, lambda told: told.command == number)
    assert "withdrawn" not in codes_after_raised(window)
    go.touch()
    window.rest()
    told = codes_after_raised(window)
    assert told.index("withdrawn") > told.index("rests")
    assert list(window.recordings) == sorted(window.recordings)


# What is shown below a cell: its kinds, and the page that is in a frame.
_SHOWN = """\
from html import unescape
def publish(data, metadata=None, **_):
    print(*sorted(data), data["text/plain"])
    frame = data["text/html"]
    page = unescape(frame.partition('srcdoc="')[2].partition('"')[0])
    print(page == html_of(recording.recording))
from backprop_viz.analysis.web_page.page import html_of
get_ipython().display_pub.publish = publish
"""
_NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is always a display")
def test_without_a_display_an_iteration_is_shown_below_the_cell(notebook: Notebook) -> None:
    iteration = """\
import backprop_viz as bv
with bv.record(net, optimizer) as recording:
    optimizer.zero_grad()
    net(torch.randn(6, 3)).square().mean().backward()
    optimizer.step()
"""
    cells = [BEGIN, iteration, _SHOWN, "it = bv.show(recording)\n", "it.sent()\n"]
    lines = notebook.printed(cells, _NO_DISPLAY).splitlines()
    assert lines[0].startswith("text/html text/plain <Recording of Net, iteration 1: 2 parameters")
    assert lines[1:] == ["True"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is always a display")
def test_a_notebook_without_a_display_is_told_how_to_watch(notebook: Notebook) -> None:
    printed = notebook.printed([BEGIN, WATCH, LOOP, "print(len(losses))\n"], _NO_DISPLAY)
    assert "UserError" in printed
    assert "There is no display to open a window on. bv.watch(..., to='run.bprec')" in printed
    assert printed.splitlines()[-1] == "2"
