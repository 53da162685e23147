"""A script is held at an event: in the middle of forward, of backward and of an update."""

import signal
from pathlib import Path

import numpy as np
import pytest

from backprop_viz.recording.run.breakpoint import Breakpoint
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Iterate, SetBreakpoints, Step, Train
from backprop_viz.stream.messages import Update
from tests.capture.live.script_runs import SCRIPTS, Ended, Scripts, ScriptsWindow
from tests.nightly import NIGHTLY, by_day_every

# By day the others are run with the rest of scripts.
NAMES = by_day_every(2, ("gpt", "cnn", "lstm", "gan", "vae", "lbfgs"))

SCRIPT = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 5)
        self.second = nn.Linear(5, 5)
        self.last = nn.Linear(5, 2)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        x = torch.relu(self.second(x))
        return self.last(x)


torch.manual_seed(3)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
for i in range(3):
    x, y = torch.randn(8, 4), torch.randn(8, 2)
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    print(i, loss.item(), net.first.weight.sum().item(), flush=True)
"""
# Each event of its first iteration, from the first forward on.
FORWARD = ["linear", "tanh", "linear", "relu", "linear"]
LOSS = ["sub", "square", "mean"]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return path


@pytest.fixture(scope="module")
def plain(scripts: Scripts) -> dict[str, Ended]:
    return {name: scripts.plain(SCRIPTS / f"{name}.py") for name in NAMES}


def newest(window: ScriptsWindow) -> tuple[int, str]:
    recording = window.recordings[max(window.recordings)]
    return len(recording.events), recording.events[-1].op


def test_by_event_a_script_goes_on_by_one_event(scripts: Scripts, script: Path) -> None:
    lines = SCRIPT.splitlines()
    with scripts.followed(str(script)) as window:
        window.held()
        window.carried_out(Step())  # zero_grad
        ops: list[str] = []
        while "Adam" not in ops[-1:]:
            held = window.carried_out(Step(by_event=True))
            recording = window.recordings[1]
            ops.append(recording.events[-1].op)
            assert len(recording.events) == 6 + len(ops)  # zero_grad came before
            phase = recording.events[-1].phase
            assert (held.due, recording.under_way, held.iteration) == (phase, phase, 0)
            span = recording.spans[-1]
            assert (span.phase, span.stop, span.ended) == (phase, 6 + len(ops), False)
            assert held.line is not None
            where = lines[held.line - 1]
            assert {
                "forward": "x = " in where or "return" in where,
                "loss": "loss =" in where,
                "backward": "loss.backward()" in where,
                "update": "optimizer.step()" in where,
            }[phase.value]
            nodes = {node.id for node in recording.graph.nodes}
            tracked = [e for e in recording.events if e.phase in (Phase.FORWARD, Phase.LOSS)]
            assert all(event.node in nodes for event in tracked)
        assert ops[: len(FORWARD + LOSS)] == FORWARD + LOSS
        assert ops.count("AccumulateGrad") == 6
        # The rest of the phase, in one step.
        held = window.carried_out(Step())
        assert (held.iteration, held.due) == (1, Phase.ZERO_GRAD)
        assert window.recordings[1].under_way is None
        assert [e.op for e in window.recordings[1].events].count("Adam") == 6
        window.command(Train())
        window.close()
        assert window.ended() == scripts.plain(script)


@pytest.mark.parametrize("name", by_day_every(3, NAMES[::-1]))
def test_held_at_events_its_numbers_stay_the_same(
    scripts: Scripts, plain: dict[str, Ended], name: str
) -> None:
    with scripts.followed(str(SCRIPTS / f"{name}.py")) as window:
        window.held()
        for _ in range(40 if NIGHTLY else 6):
            window.carried_out(Step(by_event=True))
        window.carried_out(Step())
        for _ in range(5):
            window.carried_out(Step(by_event=True))
        window.carried_out(Iterate())
        window.command(Train())
        window.rest()
        assert window.ended() == plain[name]


@pytest.mark.parametrize(
    ("breakpoint_", "op", "phase"),
    by_day_every(
        3,
        [
            (Breakpoint("layer", "second"), "relu", Phase.FORWARD),
            (Breakpoint("layer", "last"), "linear", Phase.FORWARD),
            (Breakpoint("layer", "loss"), "mean", Phase.LOSS),
            (Breakpoint("node", "relu 1"), "ReluBackward0", Phase.BACKWARD),
            (Breakpoint("parameter", "second.weight"), "AccumulateGrad", Phase.BACKWARD),
            (Breakpoint("norm_above", "last.bias", 0.0), "AccumulateGrad", Phase.BACKWARD),
            (Breakpoint("norm_below", None, 1e9), "AccumulateGrad", Phase.BACKWARD),
            (Breakpoint("loss_above", None, 0.0), "mean", Phase.LOSS),
        ],
    ),
)
def test_a_breakpoint_holds_at_its_event(
    scripts: Scripts, script: Path, breakpoint_: Breakpoint, op: str, phase: Phase
) -> None:
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((breakpoint_,)))
        for iteration in (1, 2):
            held = window.carried_out(Train())
            event = window.recordings[iteration].events[-1]
            assert (event.op, event.phase) == (op, phase)
            if breakpoint_.kind in ("parameter", "norm_above"):
                assert event.parameter == breakpoint_.key
            if phase is Phase.BACKWARD:
                assert held.due is Phase.BACKWARD
            window.command(SetBreakpoints(()))
            window.carried_out(Iterate())
            window.command(SetBreakpoints((breakpoint_,)))
        window.command(SetBreakpoints(()))
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)


def test_a_breakpoint_at_nan_holds_where_it_arises(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        SCRIPT.replace("torch.relu(self.second(x))", "torch.sqrt(self.second(x)) * 0")
    )
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((Breakpoint("not_finite"),)))
        window.carried_out(Train())
        events = window.recordings[1].events
        assert events[-1].op == "sqrt"
        assert not np.isfinite(events[-1].outputs[0]).all()
        before = [event for event in events[:-1] if event.phase is not Phase.ZERO_GRAD]
        assert before
        assert all(np.isfinite(e.outputs[0]).all() for e in before)


def test_a_breakpoint_at_zero_holds_at_the_first_gradient_that_is(
    scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    zeros = SCRIPT.replace("torch.relu(self.second(x))", "torch.relu(self.second(x)) * 0")
    script.write_text(zeros)
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((Breakpoint("grad_zero"),)))
        window.carried_out(Train())
        backward = [e for e in window.recordings[1].events if e.phase is Phase.BACKWARD]
        grads = {e.parameter: e.outputs[0] for e in backward if e.parameter is not None}
        *before, (last, zero) = grads.items()
        assert last == backward[-1].parameter
        assert not zero.any()
        # The bias behind the zeros has a gradient.
        assert "last.bias" in dict(before)
        assert all(grad.any() for _, grad in before)


def test_ctrl_c_interrupts_a_script_that_is_held_in_backward(
    scripts: Scripts, script: Path
) -> None:
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((Breakpoint("node", "relu 1"),)))
        window.carried_out(Train())
        window.interrupt("")
        window.rest()
        ended = window.ended()
    assert ended.status == -signal.SIGINT
    assert ended.printed.endswith("KeyboardInterrupt\n")
    assert "loss.backward()" in ended.printed
    assert "backprop_viz/capture" not in ended.printed


@pytest.mark.parametrize("events", by_day_every(2, [12, 2]))
def test_a_window_that_is_closed_within_a_phase_lets_the_script_go_on(
    scripts: Scripts, script: Path, events: int
) -> None:
    with scripts.followed(str(script)) as window:
        window.held()
        for _ in range(events):
            window.carried_out(Step(by_event=True))
        window.close()
        assert window.ended() == scripts.plain(script)


LOADED = """
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, i):
        return torch.ones(4) * i + torch.zeros(4), torch.zeros(2)
"""


def test_workers_of_a_data_loader_are_not_held(scripts: Scripts, tmp_path: Path) -> None:
    # Of a script without a main guard Python 3.14 starts workers by fork alone.
    loaded = 'DataLoader(Noise(), 4, num_workers=2, multiprocessing_context="fork")'
    loop = f"    for x, y in {loaded}:\n"
    head, _, body = SCRIPT.partition("    x, y = torch.randn(8, 4), torch.randn(8, 2)\n")
    text = head.replace("from torch import nn\n", "from torch import nn\n" + LOADED) + loop
    text += "".join(f"    {line}\n" for line in body.splitlines())
    script = tmp_path / "train.py"
    script.write_text(text)
    with scripts.followed(str(script)) as window:
        window.held()
        for _ in range(60):  # into the second iteration
            window.carried_out(Step(by_event=True))
        window.command(SetBreakpoints((Breakpoint("parameter", "last.bias"),)))
        for _ in range(3):  # and into the next epoch
            window.carried_out(Train())
        window.command(SetBreakpoints(()))
        window.command(Train())
        window.rest()
        assert window.ended() == scripts.plain(script)


def test_a_line_of_forward_holds_the_script_before_it_runs(scripts: Scripts, script: Path) -> None:
    number = SCRIPT.splitlines().index("        x = torch.relu(self.second(x))") + 1
    with scripts.followed(str(script)) as window:
        window.held()
        window.command(SetBreakpoints((Breakpoint("line", number),)))
        for iteration in (1, 2):
            held = window.carried_out(Train())
            assert isinstance(held, Update)
            assert held.line == number
            assert [e.op for e in window.recordings[iteration].events][-2:] == ["linear", "tanh"]
