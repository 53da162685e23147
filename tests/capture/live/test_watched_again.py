"""bv.watch once more: what is watched already, or made anew by a cell, keeps its window."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live import watching
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.messages import RunEnded, Update
from tests.capture.live.script_runs import Scripts, ScriptsWindow
from tests.capture.live.test_cells import Notebook
from tests.capture.live.test_notebooks import BEGIN, LAST, LOOP

# Windows after the first are no test's; how many were opened is printed.
COUNTED = """\
import os
from backprop_viz.capture.live import watching
first, opened = watching.start_window, []
def start(*_):
    opened.append(1)
    if len(opened) == 1:
        return first()
    incoming, _ = os.pipe()
    return None, os.fdopen(incoming, "rb"), open(os.devnull, "wb")
watching.start_window = start
"""
# No window is a test's.
COUNTED_ALL = COUNTED.replace("len(opened) == 1", "False")
WATCH = "import backprop_viz as bv\nwatch = bv.watch(net, optimizer, every=1)\n"
OPENED = "print('opened', len(opened))\n"


@pytest.fixture
def notebook(scripts: Scripts, tmp_path: Path) -> Iterator[Notebook]:
    found = Notebook(scripts, tmp_path)
    yield found
    for window in found.windows:
        window.stop()


def shown(window: ScriptsWindow) -> tuple[list[float], list[tuple[str, ...]], int]:
    """The losses that the window is told, how it is told of another watch, and how many ends."""
    window.rest()
    updates = [told for told in window.messages if isinstance(told, Update)]
    again = [told.values for told in window.messages if isinstance(told, Notice)]
    ends = [told for told in window.messages if isinstance(told, RunEnded)]
    return [loss for update in updates for loss, _ in update.points], again, len(ends)


@pytest.mark.parametrize(
    "cells",
    [[BEGIN, WATCH, LOOP, WATCH, LOOP], [BEGIN, WATCH, LOOP, BEGIN + WATCH, LOOP]],
    ids=["the same model", "a model made anew"],
)
def test_a_cell_that_runs_again_keeps_its_window(notebook: Notebook, cells: list[str]) -> None:
    plain: dict[str, Any] = {}
    losses: list[float] = []
    for cell in cells:
        exec(cell.replace(WATCH, ""), plain)
        if cell is LOOP:
            losses += plain["losses"][-2:]
    window = notebook.followed([COUNTED, *cells, OPENED, LAST])
    told, again, ends = shown(window)
    assert window.ended().printed == "opened 1\n"
    assert told == losses
    assert (again, ends) == ([("3",)], 1)
    assert sorted(window.recordings) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "other",
    [
        "net2 = Net()\nwatch2 = bv.watch(net2)\n",
        "old = net\nnet = Net()\nwatch2 = bv.watch(net)\n",
        "nets = [net]\nnet = Net()\nwatch2 = bv.watch(net)\n",
    ],
)
def test_two_models_that_are_there_have_two_windows(notebook: Notebook, other: str) -> None:
    window = notebook.followed([COUNTED, BEGIN, WATCH, other, OPENED, "watch2.close()\n", LAST])
    assert shown(window)[1:] == ([], 1)
    assert window.ended().printed == "opened 2\n"


def test_a_window_that_was_closed_is_opened_anew(notebook: Notebook) -> None:
    waits = "import threading\nwhile 'live reader' in str(threading.enumerate()): pass\n"
    window = notebook.followed([COUNTED, BEGIN, WATCH, waits, WATCH, OPENED, "watch.close()\n"])
    window.next()
    window.close()
    assert window.ended().printed == "opened 2\n"


REFS = "from weakref import ref\nrefs = [ref(net), ref(optimizer), ref(net.first.weight)]\n"
ALIVE = "print([one() is not None for one in refs])\n"


@pytest.mark.parametrize(
    "watch", [WATCH, WATCH.replace(", every=1", ", to='run.bprec'"), "watch = 1\n"]
)
@pytest.mark.parametrize(
    "closed", ["", "watch = watch and watch.close()\n"], ids=["open", "closed"]
)
def test_what_a_cell_drops_is_held_no_longer(
    notebook: Notebook, tmp_path: Path, watch: str, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if watch.startswith("watch"):
        closed = ""
    cells = [watch, LOOP, REFS, closed, "del net, optimizer, loss\n", "import gc; gc.collect()\n"]
    printed = notebook.printed([COUNTED_ALL, BEGIN, *cells, ALIVE])
    assert printed.splitlines()[-1] == "[False, False, False]"


def test_what_is_dropped_but_held_elsewhere_is_watched_on(notebook: Notebook) -> None:
    trainer = """\
class Trainer:
    def __init__(self):
        self.parts = net, optimizer
trainer = Trainer()
"""
    loop = LOOP.replace("optimizer", "trainer.parts[1]").replace("net(", "trainer.parts[0](")
    cells = [trainer, "del net, optimizer\n", "pass\n", loop, "print(repr(watch))\n", LAST]
    window = notebook.followed([COUNTED, BEGIN, WATCH, LOOP, *cells])
    told, again, _ = shown(window)
    assert (len(told), again) == (4, [])
    assert window.ended().printed == "<WatchedLoop: iterations 4>\n"


def test_a_script_that_watches_a_model_again_has_one_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[IO[bytes]] = []

    def start(*_: object) -> tuple[None, IO[bytes], IO[bytes]]:
        incoming, wakes = os.pipe()
        opened.append(os.fdopen(wakes, "wb"))
        return None, os.fdopen(incoming, "rb"), open(os.devnull, "wb")

    monkeypatch.setattr(watching, "start_window", start)
    model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loops = [bv.watch(model, optimizer)]
    model(torch.randn(3, 2)).sum().backward()
    optimizer.step()
    loops += [bv.watch(model, optimizer), bv.watch(other)]
    assert [repr(loop) for loop in loops] == [
        "<WatchedLoop, closed: iterations 1>",
        "<WatchedLoop: iterations 1>",
        "<WatchedLoop: iterations 0>",
    ]
    weight = torch.ones(3, requires_grad=True)
    loops += [bv.watch([weight]), bv.watch([weight])]
    for loop in loops:
        loop.close()
    assert len(opened) == 3
    for end in opened:
        with suppress(OSError):
            end.close()
