"""Several optimizers that never step: each turn of their loop is an iteration all the same."""

from pathlib import Path
from typing import Any

import pytest

import backprop_viz as bv
from tests.capture.live.script_runs import Scripts

START = """
import torch
from torch import nn
torch.manual_seed(0)
a, b = nn.Linear(3, 4), nn.Linear(4, 1)
of_a, of_b = torch.optim.SGD(a.parameters()), torch.optim.Adam(b.parameters())
for turn in range(4):
"""
AT_FIRST = """
    of_a.zero_grad()
    of_b.zero_grad()
    loss = b(a(torch.randn(5, 3)).relu()).square().mean()
    loss.backward()
"""
AT_LAST = """
    loss = b(a(torch.randn(5, 3)).relu()).square().mean()
    loss.backward()
    print(loss.item())
    of_a.zero_grad()
    of_b.zero_grad()
    continue
"""
IN_BETWEEN = """
    of_b.zero_grad()
    made = a(torch.randn(5, 3))
    (b(made.detach()).mean() - b(torch.randn(5, 4)).mean()).backward()
    of_a.zero_grad()
    loss = -b(made).mean()
    loss.backward()
"""
END = """
    print(loss.item())
"""


@pytest.mark.parametrize("turn", [AT_FIRST, AT_LAST, IN_BETWEEN])
@pytest.mark.parametrize("every", [1, 2])
def test_each_turn_is_an_iteration(scripts: Scripts, tmp_path: Path, turn: str, every: int) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(START + turn + END)
    ended = scripts.recorded("--every", str(every), "--to", str(file), str(script))
    assert ended.status == 0
    losses = list(map(float, ended.printed.splitlines()))
    assert len(losses) == 4
    loaded: Any = bv.load(file)
    assert [recording.iteration for recording in loaded] == list(range(every, 5, every))
    assert [recording.loss for recording in loaded] == losses[every - 1 :: every]
    for recording in loaded:
        assert [finding.code for finding in recording.findings()] == ["never_stepped"]
