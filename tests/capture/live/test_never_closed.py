"""A watch that a script never closes: its file has the last turn, too."""

from pathlib import Path

import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

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
