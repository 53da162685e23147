"""Which rank a process is, as its launcher or its script tells, is told to the window."""

from pathlib import Path

import pytest

from backprop_viz.capture.live.own_rank import own_rank
from backprop_viz.stream.commands import Iterate, Train
from backprop_viz.stream.messages import RunAttached, Update
from tests.capture.live.script_runs import Scripts

_TRAINING = """
import torch
net = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
"""
_INITIALISED = """
import torch.distributed
from torch.testing._internal.distributed.fake_pg import FakeStore
torch.distributed.init_process_group("fake", store=FakeStore(), rank=1, world_size=3)
"""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("told", "rank"),
    [
        ({}, (0, 1)),
        ({"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}, (5, 8)),
        ({"LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}, (1, 4)),
        ({"RANK": "0"}, (0, 1)),
        ({"RANK": "", "WORLD_SIZE": "two"}, (0, 1)),
        ({"RANK": "2", "WORLD_SIZE": "2"}, (0, 1)),
    ],
)
def test_what_the_environment_tells(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], rank: tuple[int, int]
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert own_rank() == rank


def test_a_script_that_torchrun_started_tells_its_window_its_rank(
    scripts: Scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    (tmp_path / "train.py").write_text(_TRAINING)
    with scripts.followed(str(tmp_path / "train.py")) as window:
        first = window.next()
        assert isinstance(first, RunAttached)
        assert (first.origin.rank, first.origin.world_size) == (1, 2)


def test_a_script_that_tells_torch_its_rank_itself(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(_INITIALISED + _TRAINING)
    with scripts.followed(str(tmp_path / "train.py")) as window:
        window.held()
        window.command(Train())
        window.rest()
    told = [each.origin for each in window.messages if isinstance(each, RunAttached)]
    assert [(origin.rank, origin.world_size) for origin in told] == [(0, 1), (1, 3)]


_WAITS = """
import os, sys, time
import torch
class Net(torch.nn.Linear):
    def forward(self, x):
        while not os.path.exists(sys.argv[1]):
            time.sleep(0.01)
        return super().forward(x)
net = Net(2, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
optimizer.zero_grad()
net(torch.ones(1, 2)).sum().backward()
optimizer.step()
"""


def test_a_rank_that_waits_for_others_is_not_told_to_be_held(
    scripts: Scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    (tmp_path / "train.py").write_text(_WAITS)
    go_on = tmp_path / "go on"
    with scripts.followed(str(tmp_path / "train.py"), str(go_on)) as window:
        window.held()
        number = window.command(Iterate())
        window.until(lambda told: isinstance(told, Update) and told.command == number)
        assert window.messages[-1].training
        go_on.touch()
        assert window.held().iteration == 1


_WATCHED = """
import sys
import torch
import backprop_viz as bv
from backprop_viz.capture.live.heartbeat import line_and_call
net = torch.nn.Linear(2, 2)
with bv.watch(net, torch.optim.SGD(net.parameters(), lr=0.1), to=sys.argv[1]):
    pass
print(line_and_call(sys._getframe(), bv.load(sys.argv[1]).origin.path)[0])
"""


def test_a_scripts_lines_are_found_by_whatever_path_it_was_started(
    scripts: Scripts, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text(_WATCHED)
    (tmp_path / "runs").mkdir()
    started = tmp_path / "runs" / ".." / "train.py"
    ended = scripts.plain(started, str(tmp_path / "run.bprec"))
    assert (ended.status, ended.printed) == (0, f"{_WATCHED.count(chr(10))}\n")
