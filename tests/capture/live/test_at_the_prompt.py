"""A loop that is watched at python's own prompt, in a python that reads what the test types."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import Iterate, Train
from backprop_viz.stream.messages import RunEnded, Update
from tests.capture.live.script_runs import ScriptsWindow
from tests.nightly import by_night

BEGIN = """
import os, sys, torch
from torch import nn
import backprop_viz as bv
from backprop_viz.capture.live import watching
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
watching.start_window = lambda *_: (None, *ends)
net = nn.Linear(3, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
watch = bv.watch(net, optimizer)
"""
LOOP = """
for i in range(4):
    optimizer.zero_grad()
    net(torch.ones(5, 3)).square().mean().backward()
    optimizer.step()

"""


@pytest.fixture
def prompt(tmp_path: Path) -> Iterator[ScriptsWindow]:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    ends = theirs_in, theirs_out
    begin = tmp_path / "begin.py"
    begin.write_text(BEGIN)
    process = subprocess.Popen(
        [sys.executable, "-i", str(begin), *map(str, ends)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        pass_fds=ends,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    for end in ends:
        os.close(end)
    window = ScriptsWindow(process, ours_in, ours_out)
    yield window
    window.stop()


@by_night
def test_a_loop_that_has_ended_at_the_prompt_rests_and_is_held_when_it_goes_on(
    prompt: ScriptsWindow,
) -> None:
    def update(wanted: bool, iteration: int) -> Update:
        told: Update = prompt.until(
            lambda told: (
                isinstance(told, Update)
                and told.between_cells is wanted
                and told.iteration >= iteration
            )
        )
        return told

    def type_in(text: str) -> None:
        prompt.process.stdin.write(text.encode())

    type_in(LOOP)
    rests = update(True, 4)
    assert (rests.training, rests.rate) == (False, 0.0)
    assert prompt.recordings
    # What is typed and trains is no rest, however long it takes.
    type_in("import time; [time.sleep(0.1) for i in range(50)][0]" + LOOP)
    assert update(False, 5).training
    assert update(True, 8).iteration == 8
    prompt.command(Iterate())
    prompt.until(lambda told: isinstance(told, Notice) and told.code == "next_cell_pauses")
    type_in(LOOP)
    held = prompt.until(
        lambda told: isinstance(told, Update) and not told.training and not told.between_cells
    )
    assert held.iteration == 10
    prompt.command(Train())
    prompt.process.stdin.close()
    prompt.rest()
    assert prompt.messages[-1] == RunEnded(0)
