"""A script that was let run freely is held once its loss is NaN or infinite."""

from pathlib import Path

import pytest

from backprop_viz.capture.live.loss_alarm import LossAlarm
from backprop_viz.capture.live.loss_points import NO_LOSS, LossPoints
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.stream.commands import Iterate, Train
from tests.capture.live.script_runs import Scripts

# From iteration 40 on the loss is what a division by 0 makes of it.
SCRIPT = """
import torch
from torch import nn

torch.manual_seed(3)
net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(1, 61):
    x = torch.randn(8, 4)
    optimizer.zero_grad()
    loss = net(x).square().mean() SPOILED
    SKIPPED
    loss.backward()
    optimizer.step()
    print(i, loss.item(), flush=True)
"""
NAN = "* (torch.zeros(()) / (i < 40) if i >= 40 else 1)"


def script(folder: Path, spoiled: str, skipped: str = "pass") -> Path:
    path = folder / "train.py"
    path.write_text(SCRIPT.replace("SPOILED", spoiled).replace("SKIPPED", skipped))
    return path


def notices(messages: list[object]) -> list[Notice]:
    return [m for m in messages if isinstance(m, Notice) and m.code.startswith("loss_")]


@pytest.mark.parametrize(
    ("spoiled", "value"), [(NAN, "nan"), ("/ torch.tensor(float(i < 40))", "inf")]
)
@pytest.mark.parametrize("every", ["40", "1000"])  # the iteration is recorded, or is not
def test_it_is_held_once_where_the_loss_breaks(
    scripts: Scripts, tmp_path: Path, spoiled: str, value: str, every: str
) -> None:
    path = script(tmp_path, spoiled)
    plain = scripts.plain(path)
    with scripts.followed("--every", every, str(path)) as window:
        window.held()
        window.command(Train())
        held = window.until(lambda m: getattr(m, "training", True) is False and m.iteration > 1)
        assert held.iteration == 40
        assert notices(window.messages) == [Notice("loss_holds_script", (value, "40"), "loss")]
        assert set(window.recordings) >= {40} if every == "40" else 40 not in window.recordings
        window.command(Train())
        window.rest()
        assert window.ended() == plain
    assert len(notices(window.messages)) == 1


def test_one_that_nobody_has_let_go_is_told_of_alone(scripts: Scripts, tmp_path: Path) -> None:
    path = script(tmp_path, NAN)
    with scripts.followed("--go", str(path)) as window:
        window.rest()
        assert window.ended() == scripts.plain(path)
    assert notices(window.messages) == [Notice("loss_of_script", ("nan", "40"), "loss")]


def test_who_steps_over_it_sees_it_there(scripts: Scripts, tmp_path: Path) -> None:
    path = script(tmp_path, NAN.replace("40", "2"))
    with scripts.followed(str(path)) as window:
        window.held()
        for _ in range(3):
            window.carried_out(Iterate())
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(path)
    assert not notices(window.messages)


def test_where_a_breakpoint_holds_at_any_nan_it_is_seen_there() -> None:
    told: list[Notice] = []
    for breakpoints, code in ([Breakpoint("not_finite")], None), ([], "loss_holds_script"):
        points = LossPoints()
        alarm = LossAlarm(points, told.append)
        alarm.somebody_looks = True
        for iteration, loss in enumerate([1.0, NO_LOSS, float("inf"), 2.0], 1):
            points.add(loss, told=False)
            held = alarm.holds_after(iteration, "any", breakpoints)
            assert held == (iteration == 3 and code is not None)
    assert told == [Notice("loss_holds_script", ("inf", "3"), "loss")]


def test_iterations_without_a_loss_ring_nothing(scripts: Scripts, tmp_path: Path) -> None:
    path = script(tmp_path, "")
    path.write_text(
        path.read_text().replace("loss.backward()", "net(x).backward(torch.ones(8, 2))")
    )
    with scripts.followed(str(path)) as window:
        window.held()
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(path)
    assert not notices(window.messages)
