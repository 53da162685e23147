"""An iteration that would take more memory than there is room for is not recorded."""

from pathlib import Path

import pytest
import torch
from torch import nn

import backprop_viz as bv
from backprop_viz.capture.live import room

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
    assert capsys.readouterr().err.count("iteration 3 is not recorded") == 1


def test_a_part_of_the_memory_is_for_it() -> None:
    assert 1 << 27 < room.most_bytes() < 1 << 50
