"""Numbers that a watched loop logs are in its file, and reach its window."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.stream.messages import Update
from tests.capture.live.script_runs import Scripts


class SummaryWriter:
    """As torch's, which needs a package of its own."""

    def __init__(self) -> None:
        self.written: list[tuple[str, float, int]] = []

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        self.written.append((tag, scalar_value, global_step))


def trained(path: Path | None) -> dict[str, list[float]]:
    """What a plain loop logs in each of its iterations, or a watched one."""
    torch.manual_seed(1)
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    writer = sys.modules["torch.utils.tensorboard.writer"].SummaryWriter()
    watch = None if path is None else bv.watch(net, optimizer, to=path)
    told: dict[str, list[float]] = {"norm": [], "board/loss": [], "lr": []}
    for i in range(6):
        optimizer.zero_grad()
        loss = net(torch.randn(4, 3)).square().mean()
        loss.backward()
        norm = net.weight.grad.norm()
        bv.log("norm", norm)
        told["norm"].append(norm.item())
        told["lr"].append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
        writer.add_scalar("board/loss", loss.item(), i)
        told["board/loss"].append(loss.item())
    assert [number for _, number, _ in writer.written] == told["board/loss"]
    if watch is not None:
        watch.close()
    return told


@pytest.fixture
def tensorboard(monkeypatch: pytest.MonkeyPatch) -> type[SummaryWriter]:
    module = ModuleType("torch.utils.tensorboard.writer")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", module)
    return SummaryWriter


@pytest.mark.usefixtures("tensorboard")
def test_what_is_logged_is_in_the_file_by_iteration(tmp_path: Path) -> None:
    path, plain = tmp_path / "run.bprec", SummaryWriter.add_scalar
    expected = trained(None)
    assert trained(path) == expected
    assert SummaryWriter.add_scalar is plain
    scalars = bv.load(path).scalars
    assert set(scalars) == {"norm", "board/loss", "lr"}
    iterations, norms = scalars["norm"]
    assert iterations.tolist() == [1, 2, 3, 4, 5, 6]
    assert norms.tolist() == expected["norm"]
    iterations, losses = scalars["board/loss"]
    assert losses.tolist() == expected["board/loss"][-len(losses) :]
    assert iterations.tolist() == [1, 2, 3, 4, 5, 6][-len(losses) :]
    assert len(losses) >= 5
    at, rates = scalars["lr"]
    assert dict(zip(at.tolist(), rates.tolist(), strict=True)) == {
        i: expected["lr"][i - 1] for i in (1, 2, 3, 4, 5)
    }
    np.testing.assert_array_equal(np.interp(range(1, 6), at, rates), expected["lr"][:5])


@pytest.mark.usefixtures("tensorboard")
@pytest.mark.filterwarnings("error")
def test_a_loss_is_logged_with_its_graph_without_a_warning_of_torchs(tmp_path: Path) -> None:
    net = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses, path = [], tmp_path / "run.bprec"
    with bv.watch(net, optimizer, to=path):
        for _ in range(2):
            loss = net(torch.ones(4, 3)).square().mean()
            loss.backward()
            bv.log("loss", loss)
            losses.append(loss.item())
            optimizer.step()
    assert bv.load(path).scalars["loss"][1].tolist() == losses


def test_without_a_watch_nothing_is_read() -> None:
    class Unread:
        def __float__(self) -> float:
            raise AssertionError("read")

    bv.log("x", Unread())


SCRIPT = """
import torch
import backprop_viz as bv

torch.manual_seed(3)
net = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for i in range(3):
    optimizer.zero_grad()
    loss = net(torch.randn(8, 4)).square().mean()
    loss.backward()
    optimizer.step()
    bv.log("twice", 2 * loss.item())
    print(loss.item(), flush=True)
"""


def test_the_window_is_told(scripts: Scripts, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    with scripts.followed("--go", str(script)) as window:
        window.rest()
        ended = window.ended()
    assert ended == scripts.plain(script)
    told = [one for m in window.messages if isinstance(m, Update) for one in m.scalars]
    losses = [float(line) for line in ended.printed.splitlines()]
    assert told == [("twice", i, 2 * loss) for i, loss in enumerate(losses, 1)]
