"""What a loop does to its weights behind a step belongs to the iteration of that step."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.analysis.phase_runs import phase_runs
from backprop_viz.capture.live.backlog import Backlog
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Step, Train
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

# Each keeps of every turn the weights that the step has left, and those at the turn's end.
SOURCE = """
import torch
from torch import nn
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(3, 2)
        self.target = nn.Linear(3, 2)
        self.target.requires_grad_(False)
    def forward(self, x):
        return self.net(x) - self.target(x)
net = Net()
optimizer = torch.optim.SGD(net.net.parameters(), lr=0.5)
x = torch.randn(8, 3)
now = lambda: [p.detach().clone() for p in net.parameters()]
turns = []
for turn in range(4):
    BEFORE
    optimizer.zero_grad()
    loss = net(x).square().mean()
    loss.backward()
    optimizer.step()
    stepped = now()
    BEHIND
    turns.append((loss.item(), stepped, now()))
"""
AVERAGE = """with torch.no_grad():
        for slow, fast in zip(net.target.parameters(), net.net.parameters()):
            slow.mul_(0.9).add_(fast, alpha=0.1)"""
BEHIND = {
    "average": AVERAGE,
    "by data": "for p in net.net.parameters(): p.data = p.data.clamp(-0.2, 0.2)",
    "clamped": "for p in net.net.parameters(): p.data.clamp_(-0.2, 0.2)",
    "loaded": "net.target.load_state_dict(net.net.state_dict())",
    "at times": "if turn % 2: net.target.load_state_dict(net.net.state_dict())",
}
NOISE = "for p in net.net.parameters(): p.data.add_(0.1)"


def _source(behind: str, before: str = "pass") -> str:
    return SOURCE.replace("BEHIND", behind).replace("BEFORE", before)


def _is_told(recording: Recording, turn: Any) -> None:
    """A recording has the weights that the step left, and behind it those at the turn's end."""
    loss, stepped, after = turn
    assert recording.loss == loss
    step = recording.span(Phase.UPDATE)
    assert step is not None
    for position, weights in (step.stop, stepped), (len(recording.events), after):
        at = recording.at(position)
        for parameter, weight in zip(recording.parameters, weights, strict=True):
            np.testing.assert_array_equal(at.value(parameter.name), weight.numpy())
    moved = any(not np.array_equal(a, b) for a, b in zip(stepped, after, strict=True))
    *names, last = [run.name for run in phase_runs(recording)]
    assert (last, names[-1]) == (("changed", "update") if moved else ("update", "backward"))


@pytest.mark.parametrize("behind", BEHIND)
def test_a_file_has_it_in_the_iteration_of_the_step(
    behind: str, scripts: Scripts, tmp_path: Path
) -> None:
    source = _source(BEHIND[behind])
    recordings = recorded(scripts, tmp_path, source)
    for recording, turn in zip(recordings, turns_of(source), strict=True):
        _is_told(recording, turn)


def test_what_comes_first_in_the_next_pass_belongs_to_that(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = _source(AVERAGE, NOISE)
    recordings = recorded(scripts, tmp_path, source)
    for recording, turn in zip(recordings, turns_of(source), strict=True):
        _is_told(recording, turn)
    for recording in recordings[1:]:
        changed = [e for e in recording.events if (e.phase, e.op) == (Phase.UPDATE, "changed")]
        assert [event.parameter for event in changed[:2]] == ["net.weight", "net.bias"]
        assert tuple(changed[:2]) == recording.events[:2]  # then the gradients are cleared
        assert [run.name for run in phase_runs(recording)][:3] == [
            "changed",
            "zero_grad",
            "forward",
        ]
        for event in changed[:2]:
            before, after = event.inputs[0], event.outputs[0]
            np.testing.assert_array_equal(after, before + np.float32(0.1))  # type: ignore[operator]


CRITIC = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.ModuleDict({"make": nn.Linear(2, 3), "judge": nn.Linear(3, 1)})
first, last = (torch.optim.SGD(one.parameters(), lr=0.5) for one in net.values())
for turn in range(3):
    fake = net["make"](torch.ones(4, 2))
    last.zero_grad()
    net["judge"](fake.detach()).mean().backward()
    last.step()
    for p in net["judge"].parameters(): p.data.clamp_(-0.01, 0.01)
    CLEARED
    net["judge"](fake).mean().backward()
    first.step()
"""


@pytest.mark.parametrize("cleared", ["first.zero_grad()", "pass"])
def test_what_bounds_a_critic_follows_its_step(
    cleared: str, scripts: Scripts, tmp_path: Path
) -> None:
    recordings = recorded(scripts, tmp_path, CRITIC.replace("CLEARED", cleared))
    assert len(recordings) == 3
    names = [run.name for run in phase_runs(recordings[0])]
    at = names.index("update")
    assert names[at + 1] == "changed"
    assert names[at + 2] == ("forward" if cleared == "pass" else "zero_grad")


def test_a_window_is_sent_it_with_the_next_phase(scripts: Scripts, tmp_path: Path) -> None:
    source = _source(BEHIND["clamped"])
    script = tmp_path / "train.py"
    script.write_text(source)
    with scripts.followed(str(script)) as window:
        held = window.held()
        while held.iteration < 2:
            held = window.carried_out(Step())
        window.carried_out(Step())
        for number, turn in zip((1, 2), turns_of(source), strict=False):
            _is_told(window.recordings[number], turn)
        window.command(Train())


def test_every_other_iteration_begins_with_what_was_done_before(
    scripts: Scripts, tmp_path: Path
) -> None:
    source = _source(AVERAGE)
    recordings = recorded(scripts, tmp_path, source, every=2)
    turns = turns_of(source)
    for recording in recordings:
        _, _, before = turns[recording.iteration - 2]
        for parameter, weight in zip(recording.parameters, before, strict=True):
            np.testing.assert_array_equal(parameter.value, weight.numpy())
        assert recording.spans[0].phase is Phase.ZERO_GRAD
        assert all(event.op != "changed" for event in recording.events)


def test_a_backlog_sends_again_what_has_grown() -> None:
    backlog = Backlog(keeps_sent=False)
    first, longer = (Recording(1, (), serial=1) for _ in range(2))
    backlog.add(first)
    assert backlog.next() is first
    backlog.amend(longer)
    assert backlog.next() is longer
    assert backlog.next() is None


def test_what_is_not_amended_is_in_the_file_before_the_next_iteration_is_over(
    tmp_path: Path,
) -> None:
    import torch
    from torch import nn

    net, file = nn.Linear(3, 2), tmp_path / "run.bprec"
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watching = bv.watch(net, optimizer, to=file)
    for _ in range(2):
        optimizer.zero_grad()
        net(torch.ones(2, 3)).sum().backward()
        optimizer.step()
    optimizer.zero_grad()
    with bv.load(file) as loaded:
        assert [recording.iteration for recording in loaded] == [1, 2]
    watching.close()
