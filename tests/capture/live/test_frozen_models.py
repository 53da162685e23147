"""An optimizer moves what a frozen model is given, as a picture whose style changes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.commands import Train
from tests.capture.live.script_runs import Scripts

HEAD = """
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1))
net.eval().requires_grad_(False)
picture = torch.rand(1, 3, 6, 6, requires_grad=True)
turns = []
"""
WHOLE = """
with torch.no_grad():
    wanted = net(torch.rand(1, 3, 6, 6))
optimizer = torch.optim.Adam([picture], lr=0.05)
for _ in range(4):
    optimizer.zero_grad()
    loss = (net(picture) - wanted).square().mean()
    loss.backward()
    optimizer.step()
    turns.append((loss.item(), picture.grad.clone()))
    print(loss.item())
"""
BY_LAYERS = """
def features(x):
    found = []
    for layer in net:
        x = layer(x)
        found.append(x)
    return found
wanted = features(torch.rand(1, 3, 6, 6))
optimizer = torch.optim.LBFGS([picture], max_iter=1)
def closure():
    optimizer.zero_grad()
    loss = sum((a - b).square().mean() for a, b in zip(features(picture), wanted))
    loss.backward()
    turns.append((loss.item(), picture.grad.clone()))
    return loss
for _ in range(4):
    print(optimizer.step(closure).item())
"""
# After a network has been trained, and while an optimizer for more is made in between.
AFTER = """
other = nn.Linear(3, 2)
optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    loss = other(torch.rand(5, 3)).square().mean()
    loss.backward()
    turns.append((loss.item(), None))
    optimizer.step()
    print(loss.item())
"""


# As PyTorch's tutorial on style has it, which freezes nothing.
NOT_FROZEN = HEAD.replace(".requires_grad_(False)", "")
TEXTS = [HEAD + text for text in (WHOLE, BY_LAYERS, AFTER + WHOLE)]


@pytest.mark.parametrize("text", [*TEXTS, NOT_FROZEN + WHOLE, NOT_FROZEN + AFTER + WHOLE])
def test_it_is_followed(scripts: Scripts, tmp_path: Path, text: str) -> None:
    plain: dict[str, Any] = {}
    exec(text.replace("print(", "str("), plain)
    script, file = tmp_path / "style.py", tmp_path / "style.bprec"
    script.write_text(text)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended == scripts.plain(script)
    with bv.load(file) as loaded:
        recordings = list(loaded)
        assert loaded.losses[1].tolist() == [loss for loss, _ in plain["turns"]]
    for recording, (loss, grad) in zip(recordings, plain["turns"], strict=True):
        assert recording.loss == loss
        if grad is not None:
            assert not recording.findings()
            backward = [e for e in recording.events if e.phase is Phase.BACKWARD]
            added = next(e for e in backward if str(e.parameter).endswith("picture"))
            assert added.op == "AccumulateGrad"
            np.testing.assert_array_equal(added.outputs[0], grad)


# A frozen network looks at what another has made, which trains.
PERCEPTUAL = """
maker = nn.Conv2d(3, 3, 1)
optimizer = torch.optim.SGD(maker.parameters(), lr=0.1)
for step in range(4):
    made = maker(picture.detach())
    if step == 2:
        late = torch.optim.SGD([picture], lr=0.1)
    loss = net(made).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item())
"""


def test_one_that_only_looks_on_is_not_taken_for_the_model(
    scripts: Scripts, tmp_path: Path
) -> None:
    script, file = tmp_path / "look.py", tmp_path / "look.bprec"
    script.write_text(HEAD + PERCEPTUAL)
    ended = scripts.recorded("--to", str(file), str(script))
    assert ended == scripts.plain(script)
    with bv.load(file) as loaded:
        found = [[p.name for p in recording.parameters] for recording in loaded]
    assert found[:3] == [["weight", "bias"]] * 3
    assert found[3:] == [["maker.weight", "maker.bias", "tensors.picture"]]  # it has an optimizer


# By mistake nothing trains: backward raises.
ALL_FROZEN = """import torch
from torch import nn
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
FREEZES
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = model(torch.ones(5, 3)).square().mean()
    loss.backward()
    optimizer.step()
"""
FREEZES = (
    "for p in model.parameters(): p.requires_grad = False",
    "for p in model.parameters(): p.requires_grad_(False)",
    "model.requires_grad_(requires_grad=False)",
)


@pytest.mark.parametrize("freezes", FREEZES)
def test_one_that_is_frozen_by_mistake_is_held_and_says_where(
    freezes: str, scripts: Scripts, tmp_path: Path
) -> None:
    script = tmp_path / "frozen.py"
    script.write_text(ALL_FROZEN.replace("FREEZES", freezes))
    with scripts.followed(str(script)) as window:
        held = window.held()
        assert held.iteration == 0
        window.command(Train())
        window.rest()
    recording = window.recordings[1]
    run = {span.phase for span in recording.spans}
    assert {Phase.FORWARD, Phase.LOSS} <= run
    assert recording.error is not None
    assert (recording.error.why, recording.error.changed) == ("frozen", (str(script), 4))
    assert "no parameter of the model requires a gradient" in str(recording.error)
    assert "Set at frozen.py:4." in str(recording.error)


def test_of_several_lines_none_is_named(scripts: Scripts, tmp_path: Path) -> None:
    script, file = tmp_path / "frozen.py", tmp_path / "frozen.bprec"
    script.write_text(ALL_FROZEN.replace("FREEZES", "; ".join(FREEZES[2:]) + "\n" + FREEZES[0]))
    scripts.recorded("--to", str(file), str(script))
    with bv.load(file) as loaded:
        (recording,) = loaded
    assert recording.error is not None
    assert (recording.error.why, recording.error.changed) == ("frozen", None)
