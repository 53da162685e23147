"""What raises in an iteration that is recorded is printed as without: no frame of ours is in it."""

import re
import traceback
from pathlib import Path

import pytest
import torch

import backprop_viz as bv
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


# The loop catches what is raised, and prints it itself.
CAUGHT = """
import logging, traceback
import torch
from torch import nn
import torch.nn.functional as F


class Raising(nn.Module):
    def forward(self, x):
        raise ValueError("mine")


class Odd(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        raise KeyError("backward")


torch.manual_seed(3)
net = nn.Sequential(nn.Linear(4, 5), nn.Linear(5, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(3, 4)
mistakes = [
    lambda: net(torch.ones(2, 9)),
    lambda: net(x) + torch.ones(3),
    lambda: nn.Sequential(net, Raising())(x),
    lambda: nn.Sequential(net, nn.BatchNorm1d(9))(x),
    lambda: torch.ones(2, 3) @ torch.ones(2, 3),
    lambda: net[0].weight.add_(1),
    lambda: net(x).numpy(),
    lambda: F.mse_loss(net(x), torch.ones(3, 3)),
    lambda: net(x).backward(),
    lambda: Odd.apply(net(x)).sum().backward(),
    lambda: torch.autograd.backward(net(x)),
    lambda: optimizer.zero_grad(1, 2, 3),
    lambda: torch.amp.GradScaler("cpu").step(None),
]
for i in range(2):
    optimizer.zero_grad()
    loss = net(x).sum()
    for mistake in mistakes:
        try:
            mistake()
        except Exception as error:
            traceback.print_exc()
            logging.exception("once more")
    loss.backward()
    optimizer.step()
"""


@pytest.mark.parametrize("every", ["1", "2"])
def test_what_the_loop_prints_itself_has_no_frame_of_ours(
    scripts: Scripts, tmp_path: Path, every: str
) -> None:
    script, file = tmp_path / "train.py", tmp_path / "train.bprec"
    script.write_text(CAUGHT)
    plain = scripts.plain(script)
    recorded = scripts.recorded("--to", str(file), "--every", every, str(script))
    assert plain.printed.count("Traceback") == 2 * 2 * 13
    assert (recorded.status, names_in(recorded.printed)) == (0, names_in(plain.printed))


def names_in(printed: str) -> list[str]:
    """The functions of each traceback, and what was raised.

    While a mode of theirs is asked torch's functions that are written in Python are run twice, the
    first time to hand the call over.
    """
    found = [
        frame.splitlines()[0]
        for frame in re.split(r"^(?=  File |\w)", printed, flags=re.M)
        if frame
    ]
    own = [frame for frame in found if "nn/modules/module.py" not in frame]
    names = [re.sub(r"line \d+, ", "", frame) for frame in own]
    handed = [i for i, name in enumerate(names) if "handle_torch_function" in name]
    return [name for i, name in enumerate(names) if i not in handed and i + 1 not in handed]


def test_the_built_in_networks_forward_is_in_the_traceback() -> None:
    """It is what the script has called, and has the line that has raised."""
    net = bv.LeNet()
    with pytest.raises(RuntimeError) as raised, bv.record(net):
        net(torch.zeros(1, 32, 32))
    frames = traceback.extract_tb(raised.value.__traceback__)
    files = [Path(frame.filename).name for frame in frames]
    assert "lenet.py" in files
    assert "module_calls.py" not in files
