"""An iteration that the loop's own exception has ended keeps what ran last."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

SOURCE = Path(__file__).read_text("utf-8").splitlines()


def made() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 1))
    return net, torch.optim.SGD(net.parameters(), lr=0.1)


def train(net: nn.Module, optimizer: torch.optim.Optimizer, losses: list[Tensor]) -> None:
    """Train by two parts of a batch; the second's loss in the second iteration is refused."""
    for i in range(2):
        optimizer.zero_grad()
        for part in range(2):
            loss = net(torch.randn(6, 4)).square().mean()
            losses.append(loss.detach())
            if (i, part) == (1, 1):
                raise ValueError("such a loss")
            loss.backward()
        optimizer.step()


def phases(recording: Recording) -> str:
    return " ".join(span.phase.value for span in recording.spans)


@pytest.mark.parametrize("watched", ["watch", "record"])
def test_the_forward_before_a_raise_is_kept(watched: str, tmp_path: Path) -> None:
    plain: list[Tensor] = []
    with pytest.raises(ValueError, match="such a loss"):
        train(*made(), plain)

    net, optimizer = made()
    if watched == "watch":
        with (
            pytest.raises(ValueError, match="such"),
            bv.watch(net, optimizer, tmp_path / "a.bprec"),
        ):
            train(net, optimizer, [])
        with bv.load(tmp_path / "a.bprec") as loaded:
            recording = list(loaded)[-1]
    else:
        with (
            pytest.raises(ValueError, match="such"),
            bv.record(net, optimizer=optimizer) as recorded,
        ):
            train(net, optimizer, [])
        recording = recorded.recording
    assert phases(recording).endswith("forward loss backward forward loss")
    last = recording.events[-1]
    assert last.phase is Phase.LOSS
    loss = last.outputs[0]
    assert loss is not None
    assert np.array_equal(loss, plain[-1].numpy())
    (said,) = recording.findings()
    assert said.code == "loop_raised"
    line = 1 + SOURCE.index('                raise ValueError("such a loss")')
    place = f"{Path(__file__).name}:{line}"
    kept = "What ran of the iteration until then is recorded."
    assert said.values == ("ValueError", "such a loss", f"Raised at {place}.", kept)
    assert recording.error is not None
    assert recording.error.phase is Phase.LOSS
    assert "ValueError raised" in repr(recording)


def test_an_exception_before_any_forward_is_of_no_iteration(tmp_path: Path) -> None:
    """As where a loop stops early behind a step: the iteration to come has nothing yet."""
    net, optimizer = made()
    with suppress(StopIteration), bv.watch(net, optimizer, tmp_path / "a.bprec"):
        net(torch.randn(6, 4)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
        raise StopIteration
    with bv.load(tmp_path / "a.bprec") as loaded:
        assert all(recording.error is None for recording in loaded)


def test_a_forward_after_the_last_backward_is_left_out_where_nothing_raised() -> None:
    net, optimizer = made()
    with bv.record(net, optimizer=optimizer) as recorded:
        net(torch.randn(6, 4)).square().mean().backward()
        net(torch.randn(6, 4)).square().mean()
    assert phases(recorded.recording).endswith("forward loss backward")
