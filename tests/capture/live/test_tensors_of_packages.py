"""Tensors that train beside a module that does not, or that a package has made."""

from pathlib import Path
from typing import Any

import backprop_viz as bv
from backprop_viz.recording.trace.phases import Phase
from tests.capture.live.script_runs import Scripts

# A temperature is fitted, and the network whose outputs it divides is not: no optimizer has it.
TEMPERATURE = """
import torch
from torch import nn
torch.manual_seed(0)
net, x, y = nn.Linear(4, 3), torch.randn(8, 4), torch.arange(8) % 3
temperature = nn.Parameter(torch.ones(1))
optimizer = torch.optim.SGD([temperature], lr=0.1)
turns = []
for _ in range(4):
    loss = nn.functional.cross_entropy(net(x) / temperature, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    turns.append((loss.item(), temperature.grad.item()))
"""
# As a library of probabilistic programs: the first step makes what it trains, and its optimizer.
PACKAGE = """
import torch
kept = {}
def step(x):
    if "w" not in kept:
        kept["w"] = torch.zeros(3).requires_grad_()
    loss = (x @ kept["w"] - 1).square().mean()
    loss.backward()
    grad = kept["w"].grad.sum().item()
    if "optimizer" not in kept:
        kept["optimizer"] = torch.optim.SGD([kept["w"]], lr=0.1)
    kept["optimizer"].step()
    kept["optimizer"].zero_grad()
    return loss.item(), grad
"""
SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
import torch
from made_elsewhere import step
torch.manual_seed(1)
x = torch.randn(8, 3)
turns = [step(x) for _ in range(4)]
"""


def _check(scripts: Scripts, folder: Path, source: str, since: int) -> None:
    """The turns from this one on are recorded, with what the plain script has computed."""
    plain: dict[str, Any] = {}
    exec(source, plain)
    script, file = folder / "train.py", folder / "run.bprec"
    script.write_text(source)
    assert scripts.recorded("--to", str(file), str(script)).status == 0
    with bv.load(file) as loaded:
        for recording, (loss, grad) in zip(loaded, plain["turns"][since:], strict=True):
            assert recording.loss == loss
            (name,) = [one.name for one in recording.parameters]
            accumulated = [e for e in recording.events if e.op == "AccumulateGrad"]
            (sent,) = [e for e in accumulated if e.parameter == name]
            assert sent.outputs[0] is not None
            assert float(sent.outputs[0].sum()) == grad
            assert [e.parameter for e in recording.events if e.phase is Phase.UPDATE] == [name]


def test_a_module_that_no_optimizer_has_is_called_before_what_trains(
    scripts: Scripts, tmp_path: Path
) -> None:
    _check(scripts, tmp_path, TEMPERATURE, 0)


def test_what_a_package_makes_is_followed_once_an_optimizer_has_stepped(
    scripts: Scripts, tmp_path: Path
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "made_elsewhere.py").write_text(PACKAGE)
    _check(scripts, tmp_path, SCRIPT.format(folder=str(tmp_path / "lib")), 1)
