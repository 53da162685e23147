"""``--from N``: the iterations before run freely, and what raised unrecorded is looked at."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import torch

import backprop_viz as bv
from backprop_viz.desktop.controllers.own_loops.attached import notice_of_end
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from backprop_viz.stream.messages import RunEnded, Update
from tests.capture.live.script_runs import Scripts

# In iteration 6 the batch is too wide for the loss, as a last batch may be.
SCRIPT = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(1, 9):
    x, y = torch.randn(8, 4), torch.randn(8, 3 if i == 6 else 2)
    optimizer.zero_grad()
    out = net(x)
    loss = (out - y).square().mean()
    loss.backward()
    optimizer.step()
    print(i, loss.item(), flush=True)
"""
LINE = 1 + SCRIPT.splitlines().index("    loss = (out - y).square().mean()")


def forward_of_the_sixth() -> np.ndarray:
    made: dict[str, object] = {}
    with suppress(RuntimeError):
        exec(SCRIPT.replace("print(", "(lambda *_, **__: None)("), made)
    out = made["out"]
    assert isinstance(out, torch.Tensor)
    return out.detach().numpy()


def test_what_raised_unrecorded_is_looked_at_in_a_second_run(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    with scripts.followed("--go", "--every", "1000", str(script)) as window:
        window.rest()
        first = window.ended()
    told = window.messages[-1]
    assert isinstance(told, RunEnded)
    # Nothing of it ran recorded: what is left are the weights, and what torch raised.
    left = window.recordings.pop(6)
    assert (told.line, left.events, window.recordings) == (LINE, (), {})
    done = max(m.iteration for m in window.messages if isinstance(m, Update))
    notice = notice_of_end(told, done, 0, kind="script")
    assert (notice.code, notice.values[2:]) == ("script_raised_unrecorded", ("5", "6"))

    with scripts.followed("--from", notice.values[3], str(script)) as window:
        held = window.held()
        assert (held.iteration, held.due, window.recordings) == (5, Phase.ZERO_GRAD, {})
        window.carried_out(Step())
        held = window.carried_out(Step())
        assert (held.due, window.recordings[6].events[-1].op) == (Phase.LOSS, "linear")
        np.testing.assert_array_equal(
            window.recordings[6].events[-1].outputs[0], forward_of_the_sixth()
        )
        window.command(Train())
        window.rest()
        assert window.ended() == first
    error = window.recordings[6].error
    assert error is not None
    assert (error.code, error.op, error.raised) == ("shapes", "sub", (str(script), LINE))


def test_into_a_file_only_those_from_there_on_go(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", tmp_path / "run.bprec"
    script.write_text(SCRIPT)
    with scripts.followed("--to", str(file), "--from", "4", str(script)) as window:
        window.rest()
        assert window.ended().printed.startswith("1 ")
    iterations = [recording.iteration for recording in bv.load(file)]
    assert iterations == [4, 5, 6]
    known, _ = bv.load(file).losses
    assert known.tolist()[:5] == [1, 2, 3, 4, 5]


EVALUATES = """
import torch

net = torch.nn.Linear(3, 1)
with torch.no_grad():
    net(torch.ones(2, 3))
print("done")
"""


def test_a_file_without_a_recording_is_told_of(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "train.py", str(tmp_path / "run.bprec")
    script.write_text(EVALUATES)
    ended = scripts.recorded("--to", file, str(script))
    assert (ended.status, len(bv.load(file))) == (0, 0)
    assert ended.printed.startswith("done\nbackprop-viz run: no training iteration was seen")
    assert "torch.nn.Module" in ended.printed
    assert "In a process that the script starts it takes bv.watch." in ended.printed
    script.write_text(SCRIPT.replace("3 if i == 6 else 2", "2"))
    ended = scripts.recorded("--to", file, "--from", "20", str(script))
    assert (ended.status, len(bv.load(file))) == (0, 0)
    assert "none of the 8 iterations was recorded" in ended.printed
    assert "recorded" not in scripts.recorded("--to", file, "--from", "8", str(script)).printed
