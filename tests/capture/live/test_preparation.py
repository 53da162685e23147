"""A script that takes long before it trains says where it is, and can be told to stop."""

import signal
from pathlib import Path

from backprop_viz.stream.messages import InterruptScript, Preparing, RunEnded
from tests.capture.live.script_runs import Scripts

# Goes on once there is a file "go" beside it.
SLOW = """\
import os, time
import torch
from torch import nn
while not os.path.exists("go"):
    time.sleep(0.01)
model, inputs, loss = nn.Linear(2, 1), torch.ones(3, 2), torch.sum
"""
LOOP = """
optimizer = torch.optim.SGD(model.parameters())
loss(model(inputs)).backward()
optimizer.step()
"""


def _is_at_the_wait(told: object) -> bool:
    return isinstance(told, Preparing) and told.line in (4, 5) and not told.over


def test_a_model_file_is_read_for_its_window_alone(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    with scripts.followed("slow.py", folder=tmp_path, command="") as window:
        window.until(_is_at_the_wait)
        window.close()
        ended = window.ended()
    assert (ended.status, ended.printed) == (0, "")


def test_it_is_told_until_it_trains(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    with scripts.followed("slow.py", folder=tmp_path, command="") as window:
        told = window.until(_is_at_the_wait)
        (tmp_path / "go").touch()
        over = window.until(lambda told: isinstance(told, Preparing) and told.over)
        assert over.seconds >= told.seconds > 0
        window.held()


def test_a_script_is_interrupted_as_by_ctrl_c(scripts: Scripts, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW + LOOP)
    with scripts.followed("slow.py", folder=tmp_path) as window:
        window.until(_is_at_the_wait)
        window.send(InterruptScript())
        window.rest()
        ended = window.ended()
    assert ended.status == -signal.SIGINT
    assert ended.printed.endswith("KeyboardInterrupt\n")
    assert "backprop_viz" not in ended.printed
    assert any(isinstance(told, Preparing) and told.over for told in window.messages)
    last = window.messages[-1]
    assert isinstance(last, RunEnded)
    assert (last.error, last.line in (4, 5)) == ("KeyboardInterrupt", True)
