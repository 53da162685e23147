"""A loop that is written to a file while it goes on."""

import os
import threading
from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live.file_follower import into_file
from backprop_viz.recording.files.recording_file_writer import RecordingFileWriter
from backprop_viz.recording.run.program import Program
from backprop_viz.recording.run.run_origin import RunOrigin
from backprop_viz.stream.messages import RunEnded
from tests.capture.live.script_runs import Scripts
from tests.recording.files.wrapped_streams import Disk, wrap_streams

UNCLOSED = """
import sys
import torch
from torch import nn
import backprop_viz as bv

torch.manual_seed(0)
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
watch = bv.watch(net, optimizer, to=sys.argv[1])
for _ in range(5):
    optimizer.zero_grad()
    net(torch.randn(4, 3)).square().mean().backward()
    optimizer.step()
"""


def losses_of(path: Path | None, steps: int, bytes_in_all: int | None = None) -> list[float]:
    """The losses of a loop, watched into a file or not."""
    torch.manual_seed(0)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watch = None if path is None else bv.watch(net, optimizer, to=path, bytes_in_all=bytes_in_all)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = net(torch.randn(4, 3)).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if watch is not None:
        watch.close()
    return losses


def test_the_loop_does_not_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    add = RecordingFileWriter.add

    def slowly(self: RecordingFileWriter, recording: bv.Recording) -> bool:
        assert goes_on.wait(60)
        return add(self, recording)

    monkeypatch.setattr(RecordingFileWriter, "add", slowly)
    monkeypatch.setattr("backprop_viz.capture.live.file_follower.WRITTEN_AT_ONCE", 1)
    torch.manual_seed(0)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    path = tmp_path / "run.bprec"
    watch = bv.watch(net, optimizer, to=path)
    for _ in range(3):  # it would never end here if it waited
        net(torch.randn(4, 3)).square().mean().backward()
        optimizer.step()
    goes_on.set()
    watch.close()
    assert [recording.iteration for recording in bv.load(path)] == [1, 2, 3]


def test_so_much_waits_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out for it: the loop waits."""
    monkeypatch.setattr("backprop_viz.capture.live.file_follower.MOST_WAITING", 1)
    monkeypatch.setattr("backprop_viz.capture.live.file_follower.WRITTEN_AT_ONCE", 1)
    path = tmp_path / "run.bprec"
    assert losses_of(path, 6) == losses_of(None, 6)
    assert [recording.iteration for recording in bv.load(path)] == [1, 2, 3, 4, 5, 6]


def test_a_full_disk_ends_the_recording_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written, disk = 0, Disk()
    wrap_streams(monkeypatch, "wb", disk.file)
    add = RecordingFileWriter.add

    def until_full(self: RecordingFileWriter, recording: bv.Recording) -> bool:
        nonlocal written
        written += 1
        disk.left = 0 if written > 2 else None
        try:
            return add(self, recording)
        finally:
            disk.left = None

    monkeypatch.setattr(RecordingFileWriter, "add", until_full)
    path = tmp_path / "run.bprec"
    assert losses_of(path, 8) == losses_of(None, 8)
    assert [recording.iteration for recording in bv.load(path)] == [1, 2]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("backprop_viz: recording has ended: The disk is full")


def test_a_bound_that_keeps_no_iteration_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.bprec"
    assert losses_of(path, 4, bytes_in_all=1500) == losses_of(None, 4)
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("backprop_viz: run.bprec has no iteration: each takes more than")
    file = bv.load(path)
    with pytest.raises(IndexError, match=r"no whole recording; .* \.losses 4"):
        file[-1]


def test_a_loop_that_nobody_closes_is_whole_when_the_program_ends(
    tmp_path: Path, scripts: Scripts
) -> None:
    script, path = tmp_path / "unclosed.py", tmp_path / "run.bprec"
    script.write_text(UNCLOSED)
    assert scripts.plain(script, str(path)).status == 0
    file = bv.load(path)
    assert [recording.iteration for recording in file] == [1, 2, 3, 4, 5]
    assert not file.cut_short


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_writes_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    path = tmp_path / "run.bprec"
    watch = bv.watch(net, optimizer, to=path)
    child = os.fork()
    if child == 0:  # as a DataLoader's worker that lets go of all that it inherited
        watch.close()
        del watch
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    net(torch.randn(4, 3)).square().mean().backward()
    optimizer.step()
    watch.close()
    file = bv.load(path)
    assert [recording.iteration for recording in file] == [1]
    assert file.damaged_bytes == 0


def test_each_rank_of_a_script_has_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        follow = into_file(tmp_path / "run.bprec", 1)
        origin = RunOrigin("script", "train.py", rank=rank, world_size=2)
        follow(origin, Program(())).ended(RunEnded(0), None)
    origins = [bv.load(tmp_path / f"run.rank{rank}.bprec").origin for rank in (0, 1)]
    assert [(one.rank, one.world_size) for one in origins] == [(0, 2), (1, 2)]
    assert not (tmp_path / "run.bprec").exists()
