"""A watch that a script never closes: its file has the last turn, too."""

import os
from pathlib import Path

import pytest

import backprop_viz as bv
from backprop_viz.stream.messages import RunEnded
from tests.capture.live.script_runs import Scripts, ScriptsWindow

BY_HAND = """
import torch
import backprop_viz as bv
torch.manual_seed(0)
w, x = torch.randn(4, 3, requires_grad=True), torch.randn(20, 4)
bv.watch([w], to=PATH)
for i in range(3):
    loss = (x @ w).square().mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
        ENDS
    print(loss.item())
"""
SEVERAL = """
import torch
from torch import nn
import backprop_viz as bv
torch.manual_seed(0)
d, g = nn.Linear(4, 1), nn.Linear(2, 4)
for_d, for_g = torch.optim.SGD(d.parameters(), lr=0.1), torch.optim.SGD(g.parameters(), lr=0.1)
bv.watch([d, g], [for_d, for_g], to=PATH)
for i in range(3):
    d.zero_grad()
    loss = d(g(torch.randn(5, 2)).detach()).square().mean()
    loss.backward()
    for_d.step()
    if i % 2 == 0:
        g.zero_grad()
        loss = d(g(torch.randn(5, 2))).mean()
        loss.backward()
        for_g.step()
        ENDS
    print(loss.item())
"""


@pytest.mark.parametrize("source", [BY_HAND, SEVERAL])
@pytest.mark.parametrize("raises", [False, True])
def test_the_file_has_the_last_turn_unless_that_raised(
    scripts: Scripts, tmp_path: Path, source: str, raises: bool
) -> None:
    script, path = tmp_path / "train.py", tmp_path / "run.bprec"
    ends = "if i == 2: raise ValueError" if raises else "pass"
    script.write_text(source.replace("PATH", repr(str(path))).replace("ENDS", ends))
    printed = scripts.plain(script).printed.partition("Traceback")[0]
    losses = list(map(float, printed.split()))
    assert len(losses) == 3 - raises
    assert [one.loss for one in bv.load(path)] == losses


IN_WINDOW = """
import os, sys
from backprop_viz.capture.live import watching
ends = os.fdopen(int(sys.argv[1]), "rb"), os.fdopen(int(sys.argv[2]), "wb")
watching.start_window = lambda *_: (None, *ends)
"""
# As after an error that was typed at the prompt.
AT_PROMPT = "\nsys.ps1, sys.last_value = '>>> ', NameError('a typing error')\n"


@pytest.mark.parametrize("end", ["", AT_PROMPT])
def test_a_window_is_told_that_the_process_has_ended(scripts: Scripts, end: str) -> None:
    source = BY_HAND.replace("to=PATH", "every=1").replace("ENDS", "pass")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    ends = theirs_in, theirs_out
    process = scripts.start(IN_WINDOW + source + end, [*map(str, ends)], ends)
    for theirs in ends:
        os.close(theirs)
    window = ScriptsWindow(process, ours_in, ours_out)
    try:
        window.rest()
        assert window.ended().status == 0
    finally:
        window.stop()
    assert window.messages[-1] == RunEnded(0)
