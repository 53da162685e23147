"""A script that moves its weights by hand runs as it does without us."""

from pathlib import Path

import pytest

from tests.capture.live.script_runs import Scripts

# How often Python enters the package in four turns.
SCRIPT = """
import sys
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
calls = 0
def called(frame, event, _):
    global calls
    calls += event == "call" and "/backprop_viz/capture/" in frame.f_code.co_filename
sys.setprofile(called)
for _ in range(4):
    net.zero_grad()
    loss = net(torch.ones(8, 4)).square().mean()
    loss.backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= 0.1 * parameter.grad
sys.setprofile(None)
print(loss.item())
"""
LATER = """
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = net(torch.ones(8, 4)).square().mean()
    loss.backward()
    optimizer.step()
    print(loss.item())
"""


@pytest.mark.parametrize("later", ["", LATER])
def test_nothing_of_ours_runs_until_there_is_an_optimizer(
    scripts: Scripts, tmp_path: Path, later: str
) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT + "print(calls)\n" + later)
    plain = scripts.plain(script)
    assert plain.status == 0
    assert plain.printed.splitlines()[1] == "0"
    ended = scripts.recorded("--to", str(tmp_path / "run.bprec"), str(script))
    assert ended.status == 0
    told = ended.printed.splitlines()
    lines = plain.printed.splitlines()
    assert told[: len(lines)] == lines
    assert len(told) - len(lines) == (0 if later else 1)
