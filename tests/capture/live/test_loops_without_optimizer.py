"""A script that moves its weights by hand costs little where that is not recorded."""

from pathlib import Path

from tests.capture.live.script_runs import Scripts

# How often Python enters the package in four backwards, after which nothing is moved.
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


def test_nothing_of_ours_runs_until_the_optimizer_of_a_script_is_made(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT + "print(calls)\n" + LATER)
    plain = scripts.plain(script)
    assert plain.status == 0
    assert plain.printed.splitlines()[1] == "0"
    assert scripts.recorded("--to", str(tmp_path / "run.bprec"), str(script)) == plain


# The same of its turns 22 to 24, of which none is recorded, nor is the one after.
COUNTED = """
import sys
import torch
from torch import nn
net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
calls = {}
def called(frame, event, _):
    if event == "call" and "/backprop_viz/capture/" in frame.f_code.co_filename:
        calls[turn] = calls.get(turn, 0) + 1
for turn in range(24):
    if turn == 21:
        sys.setprofile(called)
    net.zero_grad()
    loss = net(torch.ones(8, 4)).square().mean()
    loss.backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= 0.1 * parameter.grad
sys.setprofile(None)
print(max(calls.values(), default=0))
"""


def test_a_turn_that_is_not_recorded_costs_what_hooks_around_its_backward_do(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "train.py", str(tmp_path / "run.bprec")
    script.write_text(COUNTED)
    assert scripts.plain(script).printed == "0\n"
    ended = scripts.recorded("--every", "10", "--to", file, str(script))
    assert 0 < int(ended.printed) <= 50
