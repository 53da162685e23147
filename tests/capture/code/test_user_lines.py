"""The lines that a recording tells of are those of the code that ran."""

import runpy
from pathlib import Path

import torch

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
    def forward(self, x):
        for _ in range(3):
            x = self.inner(x).tanh()
        return helped(
            x,
        )

def helped(x):
    return x * 2
"""
# Of each operation: the line of forward, and the innermost line of the file.
LINES = [*[(11, 11)] * 6, (12, 17)]


def test_alike_codes_of_two_files_have_their_own_lines(tmp_path: Path) -> None:
    for name in "one.py", "other.py", "one.py":
        file = tmp_path / name
        file.write_text(NET)
        net = runpy.run_path(str(file))["Net"]()
        with bv.record(net) as recording:
            net(torch.ones(1, 2)).sum().backward()
        forward = [e for e in recording.events if e.phase is Phase.FORWARD]
        expected = [(line, (str(file), place)) for line, place in LINES]
        assert [(event.line, event.place) for event in forward] == expected
