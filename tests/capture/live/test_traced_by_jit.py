"""torch.jit.trace notes in a watched loop what it notes in a plain one."""

from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import SCRIPTS, Scripts

SCRIPT = SCRIPTS / "traced_by_jit.py"


def test_a_script_prints_the_same_graphs(scripts: Scripts, tmp_path: Path) -> None:
    plain, path = scripts.plain(SCRIPT), tmp_path / "run.bprec"
    assert plain.status == 0
    assert scripts.recorded("--to", str(path), str(SCRIPT)) == plain
    recordings = list(bv.load(path))
    assert len(recordings) == 3
    for recording in recordings:
        ran = [event.op for event in recording.events if event.phase is Phase.FORWARD]
        assert ran == ["linear", "relu", "linear"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_where_an_iteration_is_recorded() -> None:
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with bv.record(net, optimizer) as recording:
        loss = net(torch.ones(2, 3)).sum()
        traced = torch.jit.trace(net, torch.ones(2, 3))
        loss.backward()
        optimizer.step()
    assert len([event for event in recording.events if event.phase is Phase.FORWARD]) == 1
    assert torch.equal(traced(torch.ones(2, 3)), net(torch.ones(2, 3)))
