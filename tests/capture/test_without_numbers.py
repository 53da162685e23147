"""Loops on tensors that have no numbers, as to see which shapes fit, go on as they would."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

import backprop_viz as bv

Keep = Literal["full", "health"]


class Loop:
    """A loop of which torch only works out the shapes."""

    def __init__(self, device: str) -> None:
        layers = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2)
        self.net, self.device = nn.Sequential(*layers), device
        if device != "cpu":
            self.net.to(device)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.01)

    def turn(self) -> None:
        self.optimizer.zero_grad()
        self.net(torch.randn(5, 3, device=self.device)).pow(2).mean().backward()
        self.optimizer.step()


def _mode(kind: str) -> tuple[AbstractContextManager[object], str]:
    return (FakeTensorMode(), "cpu") if kind == "fake" else (nullcontext(), kind)


@pytest.mark.parametrize("kind", ["meta", "fake"])
def test_what_ran_is_told_without_numbers(kind: str) -> None:
    numbers = Loop("cpu")
    with bv.record(numbers.net, numbers.optimizer) as recording:
        numbers.turn()
    mode, device = _mode(kind)
    with mode:
        loop = Loop(device)
        with bv.record(loop.net, loop.optimizer) as recorded:
            loop.turn()
    ran = [event.op for event in recorded.events if event.phase.value != "zero_grad"]
    assert ran == [event.op for event in recording.events if event.phase.value != "zero_grad"]
    assert recorded.recording.loss is None
    made = next(event for event in recorded.events if event.op == "linear")
    assert made.outputs == (None,)
    assert made.missing


@pytest.mark.parametrize("keep", ["full", "health"])
@pytest.mark.parametrize("kind", ["meta", "fake"])
def test_it_is_watched(kind: str, keep: Keep, tmp_path: Path) -> None:
    mode, device = _mode(kind)
    file = tmp_path / "run.bprec"
    with mode:
        loop = Loop(device)
        with bv.watch(loop.net, loop.optimizer, to=file, keep=keep):
            for _ in range(3):
                loop.turn()
    told = bv.load(file)
    iterations = [place.iteration for place in told.places]
    health = [one.iteration for one in told.health]
    assert (health if keep == "health" else iterations) == [1, 2, 3]
    assert all(one.missing for health in told.health for one in health.tensors)


class Words(nn.Module):
    """Reads sentences of different lengths, each padded in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, words: Tensor) -> Tensor:
        return torch.nested.to_padded_tensor(self.b(self.a(words).relu()), 0.0)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors is in prototype")
@pytest.mark.parametrize("keep", ["full", "health"])
def test_a_strided_nested_tensor_has_no_shape_and_the_loop_goes_on(
    keep: Keep, tmp_path: Path
) -> None:
    def train(watched: bool) -> list[Tensor]:
        torch.manual_seed(0)
        net = Words()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        file = tmp_path / "run.bprec"
        with bv.watch(net, optimizer, to=file, keep=keep) if watched else nullcontext():
            for _ in range(3):
                optimizer.zero_grad()
                words = torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(1, 3)])
                net(words).square().sum().backward()
                optimizer.step()
        return [p.detach() for p in net.parameters()]

    plain = train(False)
    assert all(map(torch.equal, train(True), plain))
    if keep == "full":
        recording = bv.load(tmp_path / "run.bprec")[2]
        (padded,) = (e for e in recording.events if e.op == "nested_to_padded_tensor")
        assert padded.missing == {"input 0": "nested"}
        assert padded.outputs[0] is not None
        assert padded.outputs[0].shape == (2, 2, 2)
