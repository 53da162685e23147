"""What a script trains by hand one after the other, or makes of what it trains no longer."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts
from tests.capture.live.test_bare_tensors import recorded, turns_of

# Two models, as a course has them: the second in the variable of the first, or in its own.
MODELS = """
import torch
from torch import nn
torch.manual_seed(0)
turns = []
for name in "ab":
    globals()[VARIABLE] = net = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
    for i in range(4):
        x = torch.randn(8, 3)
        loss = net(x).square().mean()
        loss.backward()
        for p in net.parameters():
            p.data -= 0.1 * p.grad
            CLEAR
        turns.append((loss.item(), [p.detach().clone() for p in net.parameters()]))
print(loss.item())
"""
# As a chapter on perceptrons makes them: of leaves that nothing trains.
PARAMETERS = """
import torch
from torch import nn
torch.manual_seed(0)
W1 = nn.Parameter(torch.randn(6, 5, requires_grad=True) * 0.1)
b1 = nn.Parameter(torch.zeros(5, requires_grad=True))
W2 = nn.Parameter(torch.randn(5, 4, requires_grad=True) * 0.1)
params = [W1, b1, W2]
criterion = nn.CrossEntropyLoss(reduction="none")
UPDATER
turns = []
for i in range(3):
    X, y = torch.randn(8, 6), torch.randint(4, (8,))
    H = torch.relu(X @ W1 + b1)
    out = H @ W2
    loss = criterion(out, y).mean()
    CLEAR
    loss.backward()
    STEP
    turns.append((loss.item(), [p.detach().clone() for p in params]))
print(loss.item())
"""
BY_OPTIMIZER = {
    "UPDATER": "updater = torch.optim.SGD(params, lr=0.1)",
    "CLEAR": "updater.zero_grad()",
    "STEP": "updater.step()",
}
BY_HAND = {
    "UPDATER": "",
    "CLEAR": "for p in params: p.grad = None",
    "STEP": "for p in params: p.data -= 0.1 * p.grad",
}


@pytest.mark.parametrize("variable", ["'net'", "'net_' + name"])
@pytest.mark.parametrize("clear", ["p.grad = None", "p.grad.zero_()"])
def test_the_next_model_is_followed_from_its_second_turn(
    scripts: Scripts, tmp_path: Path, variable: str, clear: str
) -> None:
    source = MODELS.replace("VARIABLE", variable).replace("CLEAR", clear)
    turns, recordings = turns_of(source), recorded(scripts, tmp_path, source)
    assert [recording.iteration for recording in recordings] == [1, 2, 3, 4, 6, 7, 8]
    for recording in recordings:
        loss, after = turns[recording.iteration - 1]
        assert recording.loss == loss
        assert recording.at(0).recording.span(Phase.BACKWARD) is not None
        end = recording.at(len(recording.events))
        own = [one.name for one in recording.parameters][-4:]
        updated = {e.parameter for e in recording.events if e.phase is Phase.UPDATE}
        names = [name for name in own if name in updated] or own
        assert len(names) == 4
        for name, weight in zip(names, after, strict=True):
            np.testing.assert_array_equal(end.value(name), weight.numpy())


# Each made before its own loop, in a function that trains any.
IN_A_FUNCTION = """
import torch
from torch import nn
torch.manual_seed(0)
turns = []
def train(net):
    for i in range(3):
        loss = net(torch.randn(8, 3)).square().mean()
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
        turns.append((loss.item(), [p.detach().clone() for p in net.parameters()]))
first = nn.Linear(3, 1)
train(first)
second = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
train(second)
print(turns[-1][0])
"""


def test_the_next_model_is_followed_from_its_first_turn_where_it_was_made_between(
    scripts: Scripts, tmp_path: Path
) -> None:
    turns, recordings = turns_of(IN_A_FUNCTION), recorded(scripts, tmp_path, IN_A_FUNCTION)
    assert [recording.loss for recording in recordings] == [loss for loss, _ in turns]
    for recording, (_, after) in zip(recordings, turns, strict=True):
        end = recording.at(len(recording.events))
        for name, weight in zip(recording.by_parameter, after, strict=True):
            np.testing.assert_array_equal(end.value(name), weight.numpy())


@pytest.mark.parametrize("updates", [BY_OPTIMIZER, BY_HAND])
def test_parameters_that_are_made_of_other_leaves_are_followed(
    scripts: Scripts, tmp_path: Path, updates: dict[str, str]
) -> None:
    source = PARAMETERS
    for word, line in updates.items():
        source = source.replace(word, line)
    turns, recordings = turns_of(source), recorded(scripts, tmp_path, source)
    # By hand it is the first backward that tells which leaves train.
    first = 1 if updates is BY_OPTIMIZER else 2
    assert [recording.iteration for recording in recordings] == [1, 2, 3][first - 1 :]
    for recording in recordings:
        loss, after = turns[recording.iteration - 1]
        assert recording.loss == loss
        assert not recording.findings()
        assert [one.name for one in recording.parameters] == ["W1", "b1", "W2"]
        forward = [e.op for e in recording.events if e.phase is Phase.FORWARD]
        assert forward == ["matmul", "add", "relu", "matmul"]
        assert "cross_entropy" in [e.op for e in recording.events if e.phase is Phase.LOSS]
        end = recording.at(len(recording.events))
        for name, weight in zip(["W1", "b1", "W2"], after, strict=True):
            np.testing.assert_array_equal(end.value(name), weight.numpy())


KEPT = """
import torch
from torch import nn
torch.manual_seed(0)
first, second, turns = nn.Linear(3, 1), nn.Linear(3, 1), []
for net in (first, second):
    for _ in range(4):
        loss = net(torch.ones(8, 3)).square().mean()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
                p.grad.zero_()
        turns.append(loss.item())
"""


def test_of_the_model_before_it_is_not_said_that_it_is_cleared(
    scripts: Scripts, tmp_path: Path
) -> None:
    turns = turns_of(KEPT)
    file = tmp_path / "run.bprec"
    (tmp_path / "train.py").write_text(KEPT)
    assert scripts.recorded("--to", str(file), str(tmp_path / "train.py")).status == 0
    with bv.load(file) as loaded:
        for recording in loaded:
            assert recording.loss == turns[recording.iteration - 1]
            told = [
                {str(event.parameter) for event in recording.events if event.phase is phase}
                for phase in (Phase.UPDATE, Phase.ZERO_GRAD)
            ]
            assert told[0] == told[1]
            assert len(told[0]) == 2
        assert recording.iteration == len(turns)
