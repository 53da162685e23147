"""An iteration that would take more memory than there is room for is not recorded."""

from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live import room
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.messages import Resume, UpdateWanted
from tests.capture.live.test_server import Window

BACKWARDS = (1, 1, 12, 1)  # in each iteration
Ran = tuple[list[torch.Tensor], list[float]]


def _ran(file: Path | None, create_graph: bool) -> Ran:
    """The weights that a loop leaves, and its losses."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    losses = []

    def loop() -> None:
        for count in BACKWARDS:
            optimizer.zero_grad()
            for _ in range(count):
                loss = net(torch.randn(16, 20)).pow(2).mean()
                loss.backward(create_graph=create_graph)
            optimizer.step()
            losses.append(loss.item())

    if file is None:
        loop()
    else:
        with bv.watch(net, optimizer, to=file):
            loop()
    return [parameter.detach().clone() for parameter in net.parameters()], losses


@pytest.mark.filterwarnings("ignore:Using backward\\(\\) with create_graph")
@pytest.mark.parametrize("create_graph", [False, True])
def test_the_loop_goes_on_as_it_would(
    create_graph: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(room, "most_bytes", lambda: 200_000)
    file = tmp_path / "run.bprec"
    (weights, losses), (left, told) = _ran(None, create_graph), _ran(file, create_graph)
    assert told == losses
    assert all(torch.equal(one, other) for one, other in zip(weights, left, strict=True))
    recorded = bv.load(file)
    assert [place.iteration for place in recorded.places] == [1, 2, 4]
    assert recorded.losses[1].tolist() == losses
    assert capsys.readouterr().err.count("Iteration 3 is not recorded") == 1


def test_a_loop_that_generates_with_its_model_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "most_bytes", lambda: 200_000)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 20))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = []
    told = []  # how many lines after each call
    with bv.watch(net, optimizer, to=tmp_path / "run.bprec"):
        for turn in range(3):
            if turn == 1:
                x = torch.randn(64, 20)
                for _ in range(40):  # autograd is on, as where a GPT's sample is drawn
                    x = net(x)
                    told.append(len(capsys.readouterr().err.splitlines()))
            optimizer.zero_grad()
            loss = net(torch.randn(16, 20)).pow(2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    recorded = bv.load(tmp_path / "run.bprec")
    assert [place.iteration for place in recorded.places] == [1, 3]
    assert recorded.losses[1].tolist() == losses
    assert sum(told) == 1
    assert told.index(1) < 20  # it is known long before all have run


def test_the_window_is_told_and_one_that_attaches_later(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "most_bytes", lambda: 100_000)
    net = nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    told = []
    with bv.watch(net, optimizer, to="tcp://127.0.0.1:0", every=1) as watch:
        first = Window(watch)
        said = ""
        while "is not recorded" not in said:  # it records once it knows that there is a window
            first.send(UpdateWanted())
            for _ in range(12):
                net(torch.randn(16, 20)).pow(2).mean().backward()
            optimizer.step()
            said += capsys.readouterr().err
        told.append(first.next(Notice)[0])
        first.close()
        later = Window(watch)
        later.send(Resume(0))
        told.append(later.next(Notice)[0])
        later.close()
    (line,) = [line for line in said.splitlines() if "not recorded" in line]
    for notice in told:
        assert isinstance(notice, Notice)
        assert notice.code == "refused"
        assert line == "backprop_viz: " + notice.values[0].format(*notice.values[1:])
    assert line.startswith("backprop_viz: Iteration ")


def test_a_part_of_the_memory_is_for_it() -> None:
    assert 1 << 27 < room.most_bytes() < 1 << 50
