"""A script that trains tensors of no module is held: by phases, by events, at breakpoints."""

from pathlib import Path

import pytest

from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, Pause, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import Update
from tests.capture.live.script_runs import Scripts
from tests.nightly import by_night

SCRIPT = """
import torch
torch.manual_seed(3)
x, y = torch.randn(8, 4), torch.randn(8, 1)
w = torch.randn(4, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for i in range(TURNS):
    y_pred = x @ w + b
    loss = (y_pred - y).square().mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
        w.grad = None
        b.grad = None
print(loss.item(), b.item(), flush=True)
"""
FORWARD, LOSS = ["matmul", "add"], ["sub", "square", "mean"]
# What its spans are when it is held the first times, and the line that runs then.
HELD = [
    ([], 8),
    (["forward"], 9),
    (["forward", "loss"], 10),
    (["forward", "loss", "backward"], 10),
    (["forward", "loss", "backward", "update", "zero_grad"], 8),
]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(SCRIPT.replace("TURNS", "3"))
    return path


def test_it_is_held_between_its_phases(scripts: Scripts, script: Path) -> None:
    with scripts.followed(str(script)) as window:
        told: list[tuple[list[str], int | None]] = [([], window.held().line)]
        for _ in HELD[1:]:
            held = window.carried_out(Step())
            spans = window.recordings[1].spans
            told.append(([span.phase.value for span in spans], held.line))
        assert told == HELD
        assert held.iteration == 1
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)
        assert sorted(window.recordings) == [1, 2, 3][: len(window.recordings)]


def test_it_is_held_at_events(scripts: Scripts, script: Path) -> None:
    with scripts.followed(str(script)) as window:
        window.held()
        for number, op in enumerate(FORWARD + LOSS, start=1):
            held = window.carried_out(Step(by_event=True))
            events = window.recordings[1].events
            assert (len(events), events[-1].op) == (number, op)
            assert held.due is (Phase.FORWARD if op in FORWARD else Phase.LOSS)
        window.carried_out(Iterate())
        assert len(window.recordings[1].events) > len(FORWARD + LOSS)
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)


@pytest.mark.parametrize(
    ("breakpoint_", "op"),
    [
        (Breakpoint("parameter", "b"), "AccumulateGrad"),
        (Breakpoint("norm_above", "w", 0.0), "AccumulateGrad"),
        (Breakpoint("loss_above", None, 0.0), "mean"),
    ],
)
def test_a_breakpoint_holds_it(
    scripts: Scripts, script: Path, breakpoint_: Breakpoint, op: str
) -> None:
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((breakpoint_,)))
        for iteration in (1, 2):
            window.carried_out(Train())
            event = window.recordings[iteration].events[-1]
            assert event.op == op
            assert event.parameter == breakpoint_.key
            window.command(SetBreakpoints(()))
            window.carried_out(Iterate())
            window.command(SetBreakpoints((breakpoint_,)))
        window.command(SetBreakpoints(()))
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)


@by_night
def test_one_that_runs_freely_is_held_when_it_is_paused(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT.replace("TURNS", "6000"))
    with scripts.followed("--go", str(script)) as window:
        window.until(lambda told: isinstance(told, Update) and told.iteration > 20)
        held = window.carried_out(Pause())
        number = held.iteration
        held = window.carried_out(Iterate())
        assert held.iteration == number + 1
        assert window.recordings[number + 1].spans[0].phase is Phase.FORWARD
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)


COUNTED = """
import sys, torch
x, y = torch.ones(8, 4), torch.ones(8, 1)
w = torch.ones(4, 1, requires_grad=True)
calls = {}
def called(frame, event, _):
    if event == "call" and "/backprop_viz/capture/" in frame.f_code.co_filename:
        calls[turn] = calls.get(turn, 0) + 1
for turn in range(24):
    if turn == 21:  # the one before ended that which was recorded
        sys.setprofile(called)
    loss = (x @ w - y).square().mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad = None
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
    assert 0 < int(ended.printed) <= 40


RAISES = """
import torch, traceback
torch.manual_seed(1)
w, x = torch.randn(3, requires_grad=True), torch.randn(4)
def again():
    loss = (w * 2).square().sum()
    loss.backward()
    loss.backward()
def wrong():
    (w @ x).backward()
def written():
    global w
    w += 1
for attempt in (again, wrong, written):
    try:
        attempt()
    except RuntimeError:
        traceback.print_exc()
"""


def test_what_it_prints_of_an_error_has_none_of_our_frames(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text(RAISES)
    ended = scripts.recorded("--to", str(tmp_path / "run.bprec"), str(script))
    assert ended == scripts.plain(script)


BESIDE = """
import sys, torch
from torch import nn
from torch.overrides import _len_torch_function_stack
net = nn.Linear(4, 2)
x = torch.ones(3, 4)
x.requires_grad = True
net(x).sum().backward()
net(x)
print(_len_torch_function_stack(), x.grad.tolist() is not None)
torch.optim.SGD(net.parameters(), lr=0.1)  # else the model itself is followed
"""


def test_nothing_waits_any_longer_once_a_model_has_run(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(BESIDE)
    ended = scripts.recorded("--to", str(tmp_path / "run.bprec"), str(script))
    assert ended.printed.startswith("0 True\n")
    assert ended.status == 0
