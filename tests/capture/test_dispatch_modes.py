"""A dispatch mode of the script's hears of what the script runs, and of nothing that is ours."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

import backprop_viz as bv
from tests.nightly import by_day_every, by_night

X, Y = torch.linspace(-1, 1, 256).reshape(4, 1, 8, 8), torch.tensor([0, 1, 2, 0])
Optimizer = torch.optim.Optimizer
Turn = Callable[["Net", Optimizer], object]
DETACH = "aten.detach.default"


class Heard(TorchDispatchMode):
    """Lists what it hears of, as a log of a script does."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[str] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        self.operations.append(str(func))
        return func(*args, **(kwargs or {}))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)
        self.drop, self.fc = nn.Dropout(0.2), nn.Linear(144, 3)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = F.relu(self.norm(self.conv(x)), inplace=True)
        out: Tensor = self.fc(self.drop(made.flatten(1)))
        return out


def usual(net: Net, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    F.cross_entropy(net(X), Y).backward()
    optimizer.step()


def clipped(net: Net, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    F.cross_entropy(net(X), Y).backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.1)
    optimizer.step()


def penalized(net: Net, optimizer: Optimizer) -> None:
    optimizer.zero_grad()
    loss = F.cross_entropy(net(X), Y)
    grads = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
    torch.stack([loss, *(grad.square().sum() for grad in grads)]).sum().backward()
    optimizer.step()


def by_hand(net: Net, optimizer: Optimizer) -> None:
    loss = F.cross_entropy(net(X).bfloat16(), Y)
    for parameter, grad in zip(
        net.parameters(), torch.autograd.grad(loss, list(net.parameters())), strict=True
    ):
        parameter.grad = grad
    optimizer.step()
    assert loss.item() > 0


TURNS = usual, clipped, penalized, by_hand


def weights_after(turn: Turn, mode: TorchDispatchMode, way: str, adam: bool, folder: Path) -> Any:
    """What two turns make of the weights, of which the mode hears of the second."""
    torch.manual_seed(3)
    net = Net()
    optimizer: Optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    if adam:
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    turn(net, optimizer)
    with nullcontext() if way == "outside" else mode:
        recorded: AbstractContextManager[object] = nullcontext()
        if way != "plain":
            recorded = bv.record(net, optimizer)
        if way == "watched":
            recorded = bv.watch(net, optimizer, folder / "run.bprec", every=1)
        with recorded, mode if way == "outside" else nullcontext():
            turn(net, optimizer)
    return [parameter.detach().numpy().copy() for parameter in net.parameters()]


@cache
def detaches_again_for_each_mode() -> bool:
    """Whether torch, as 2.8, detaches what it saves once for each mode that is entered."""
    with Heard() as heard, Heard():
        torch.ones(2, requires_grad=True).exp()
    return heard.operations.count(DETACH) > 1


def compared(operations: Sequence[str]) -> list[str]:
    """Of what a mode has heard, what does not depend on how many others are entered."""
    left_out = {DETACH} if detaches_again_for_each_mode() else set()
    return [operation for operation in operations if operation not in left_out]


@pytest.mark.parametrize("adam", [False, True])
@pytest.mark.parametrize("way", ["outside", "inside", "watched"])
@pytest.mark.parametrize("turn", TURNS)
def test_a_mode_hears_of_what_the_script_runs(
    turn: Turn, way: str, adam: bool, tmp_path: Path
) -> None:
    plain, heard = Heard(), Heard()
    expected = weights_after(turn, plain, "plain", adam, tmp_path)
    found = weights_after(turn, heard, way, adam, tmp_path)
    assert compared(heard.operations) == compared(plain.operations)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("way", ["outside", "inside", "watched"])
def test_operations_are_counted_once(way: str, tmp_path: Path) -> None:
    counts = []
    for each in ("plain", way):
        mode = FlopCounterMode(display=False)
        weights_after(penalized, mode, each, False, tmp_path)
        counts.append(mode.get_flop_counts())
    assert counts[0] == counts[1]
    assert counts[0]["Global"]


def test_what_is_recorded_within_a_mode_is_what_is_without() -> None:
    recordings = []
    for mode in (nullcontext(), Heard()):
        torch.manual_seed(3)
        net = Net()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        with bv.record(net, optimizer) as recording, mode:
            clipped(net, optimizer)
        recordings.append(recording.recording)
    one, other = recordings
    assert [event.op for event in one.events] == [event.op for event in other.events]
    assert one.loss == other.loss
    for event, same in zip(one.events, other.events, strict=True):
        for array, again in zip(event.outputs, same.outputs, strict=True):
            np.testing.assert_array_equal(array, again)


FAKE = """
import warnings
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
warnings.simplefilter("error")
# torch 2.6 leaves a folder of its own to the end of the process.
warnings.filterwarnings("ignore", "Implicitly cleaning up", ResourceWarning)
torch._C._set_warnAlways(True)
import backprop_viz as bv
def made():
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    return net, torch.optim.Adam(net.parameters(), lr=0.1), torch.randn(4, 3)
def turn(net, optimizer, x):
    for _ in range(2):
        with bv.record(net, optimizer) as recording:
            optimizer.zero_grad()
            net(x).square().mean().backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        print(len(recording.events))
if {outside}:
    with FakeTensorMode():
        made_there = made()
    turn(*made_there)
else:
    with FakeTensorMode():
        turn(*made())
"""


@by_night
@pytest.mark.parametrize("outside", by_day_every(2, [False, True]))
def test_torch_warns_of_nothing_where_tensors_are_fake(outside: bool) -> None:
    # In a process of its own, in which the package is loaded within the mode.
    script = FAKE.format(outside=outside)
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    counts = ran.stdout.split()
    assert len(counts) == 2
    assert counts[0] == counts[1] != "0"
