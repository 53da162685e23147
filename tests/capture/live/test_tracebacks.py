"""What raises in an iteration that is recorded is printed as without: no frame of ours is in it."""

import re
from pathlib import Path

import pytest

from tests.capture.live.script_runs import Scripts
from tests.nightly import by_day_every

SCRIPT = """
import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 5), nn.Linear(5, 2)

    def forward(self, x):
        h = self.first(x)
        {forward}
        return self.last(h.tanh())


def train():
    for i in range(3):
        x, y = torch.randn(8, 4), torch.randint(2, (8,))
        optimizer.zero_grad()
        out = net(x)
        {loss}
        loss = F.cross_entropy(out, y)
        {backward}
        loss.backward()
        {update}
        optimizer.step()


torch.manual_seed(3)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
train()
"""
WRONG = {
    "an operator in forward": ("forward", "h = h + torch.ones(3)"),
    "a function in forward": ("forward", "h = F.linear(h, torch.ones(2, 9))"),
    "a module in forward": ("forward", "h = nn.BatchNorm1d(9)(h)"),
    "an operator in the loss": ("loss", "out - torch.ones(3)"),
    "a function in the loss": ("loss", "F.cross_entropy(out, torch.ones(3, dtype=torch.long))"),
    "backward": ("backward", "out.tanh_(); (out.exp() * out).sum().backward(); loss.backward()"),
    "a function of torch": ("backward", "torch.autograd.grad(loss, x)"),
    "an operation between phases": ("update", "x @ x"),
    "Python": ("update", "{}['a']"),
    "a leaf": ("backward", "net.last.weight.add_(1)"),
}


@pytest.mark.parametrize("name", by_day_every(3, list(WRONG)))
def test_a_traceback_is_the_scripts_own(scripts: Scripts, tmp_path: Path, name: str) -> None:
    where, line = WRONG[name]
    places = dict.fromkeys(("forward", "loss", "backward", "update"), "pass") | {where: line}
    text = SCRIPT
    for place, put in places.items():
        text = text.replace("{" + place + "}", put)
    script = tmp_path / "train.py"
    script.write_text(text)
    plain = scripts.plain(script)
    assert (plain.status, "Traceback" in plain.printed) == (1, True)
    with scripts.followed("--go", "--every", "1", str(script)) as window:
        window.rest()
        ended = window.ended()
    assert frames(ended.printed) == frames(plain.printed)


def frames(printed: str) -> list[str]:
    """The frames of a traceback and what was raised, from the script's own first frame on.

    Before it is what starts a script. How torch calls a module is torch's affair: with a hook it
    is by one frame more.
    """
    found = ["".join(group) for group in re.split(r"^(?=  File |\w)", printed, flags=re.M)]
    own = next(i for i, frame in enumerate(found) if "train.py" in frame)
    return [frame for frame in found[own:] if "nn/modules/module.py" not in frame]


ITERATION = """
import sys
import torch
from torch import nn
import backprop_viz as bv

torch.manual_seed(3)
net = nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
how = {
    "record": lambda: bv.record(net, optimizer),
    "watch": lambda: bv.watch(net, optimizer, to=__file__ + ".bprec"),
}


def iterate():
    optimizer.zero_grad()
    loss = net(torch.randn(3, 4)).sum()
    (loss + torch.ones(3) @ torch.ones(2)).backward()


if sys.argv[1:]:
    with how[sys.argv[1]]():
        iterate()
else:
    iterate()
"""


@pytest.mark.parametrize("how", ["record", "watch"])
def test_a_loop_that_is_recorded_within_a_script_has_no_frame_of_ours(
    scripts: Scripts, tmp_path: Path, how: str
) -> None:
    script = tmp_path / "train.py"
    script.write_text(ITERATION)
    own, recorded = (
        [re.sub(r"line \d+, in <module>", "", frame) for frame in frames(ended.printed)]
        for ended in (scripts.plain(script), scripts.plain(script, how))
    )
    assert own[-1] == recorded[-1]
    assert "size mismatch" in own[-1] or "inconsistent tensor size" in own[-1]
    assert recorded == own
