"""A script whose optimizer has the parameters of another model than the one that trains."""

from pathlib import Path

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

HEAD = """
import copy, torch
from torch import nn
torch.manual_seed(6)
def made():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
net = made()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
"""
LOOP = """
grads = []
for _ in range(4):
    loss = (net(torch.randn(5, 3)) - 1).square().mean()
    CLEAR.zero_grad()
    loss.backward()
    optimizer.step()
    grads.append({name: p.grad.clone() for name, p in net.named_parameters()})
    print(loss.item())
"""
# The model before may be there still, or not; and who clears the gradients.
LATER = {
    "made again": ("net = made()", "optimizer"),
    "made again, itself cleared": ("net = made()", "net"),
    "copied": ("first, net = net, copy.deepcopy(net)", "net"),
}
# A network that is used as it is, though its parameters could be trained.
HELPED = """
teacher = made()
for _ in range(4):
    x = torch.randn(5, 3)
    loss = (net(x) - teacher(x)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item())
"""


@pytest.mark.parametrize("later", LATER)
def test_it_is_watched_and_the_optimizer_is_said_to_have_none_of_it(
    scripts: Scripts, tmp_path: Path, later: str
) -> None:
    change, clear = LATER[later]
    loop = f"{HEAD}{change}\n{LOOP.replace('CLEAR', clear)}"
    plain: dict[str, list[dict[str, object]]] = {}
    exec(loop.replace("print(", "str("), plain)
    script, file = tmp_path / "rebuilt.py", tmp_path / "rebuilt.bprec"
    script.write_text(loop)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        recordings = list(loaded)
        assert len(recordings) == 3  # what was missing was not known before a step had gone by
        for recording, expected in zip(recordings, plain["grads"][1:], strict=True):
            found = {finding.code: finding for finding in recording.findings()}
            assert found["nothing_updated"].values == (4,)
            end = recording.at(len(recording.events))
            assert {p.name for p in recording.parameters} == set(expected)
            for name, grad in expected.items():
                assert np.array_equal(end.grad(name), np.asarray(grad))
                assert np.array_equal(end.value(name), recording.at(0).value(name))


def test_a_network_that_only_helps_is_not_taken_for_it(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "helped.py", tmp_path / "helped.bprec"
    script.write_text(HEAD + HELPED)
    assert scripts.recorded("--to", str(file), str(script)).printed
    with bv.load(file) as loaded:
        recordings = list(loaded)
    assert len(recordings) == 4
    for recording in recordings:
        moved = {e.parameter for e in recording.events if e.phase is Phase.UPDATE}
        assert moved == {parameter.name for parameter in recording.parameters}
        assert "nothing_updated" not in {finding.code for finding in recording.findings()}


# After a checkpoint the model is made anew, and the optimizer of the one before goes on.
RESUMED = """
criterion = nn.MSELoss()
def train(turns):
    for _ in range(turns):
        optimizer.zero_grad()
        loss = criterion(net(torch.randn(5, 3)), torch.ones(5, 1))
        loss.backward()
        optimizer.step()
        print(loss.item())
train(3)
state = net.state_dict()
net = made()
net.load_state_dict(state)
train(5)
"""
# In some turns a step finds no gradient, and nothing is astray.
SKIPPING = """
for i in range(6):
    optimizer.zero_grad()
    loss = (net(torch.randn(5, 3)) - 1).square().mean()
    if i % 3 != 1:
        loss.backward()
    optimizer.step()
    print(loss.item())
"""


def test_a_model_made_anew_in_a_later_loop_is_watched_in_its_place(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "resumed.py", tmp_path / "resumed.bprec"
    script.write_text(HEAD + RESUMED)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        forwards = [recording.span(Phase.FORWARD) is not None for recording in loaded]
        codes = [{finding.code for finding in recording.findings()} for recording in loaded]
    # That another one trains is known once its backward and a step without gradients have run.
    assert forwards == [True] * 3 + [False] * 2 + [True] * 3
    assert [("nothing_updated" in found) for found in codes] == [False] * 5 + [True] * 3


def test_a_step_without_gradients_changes_nothing_where_the_model_goes_on(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "skipping.py", tmp_path / "skipping.bprec"
    script.write_text(HEAD + SKIPPING)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended.printed == scripts.plain(script).printed
    with bv.load(file) as loaded:
        moved = [any(e.phase is Phase.UPDATE for e in recording.events) for recording in loaded]
    assert moved == [True, False, True, True, False, True]
